/* Chooses the kind of store, by endpoint_url: the one file that knows all kinds. */
#include "aws/endpoint.h"
#include "file/backend.h"
#include "s3/backend.h"
#include "store/store.h"

struct store *
store_open(const struct settings *settings, struct err *err)
{
	const char *endpoint = settings_text(settings, "endpoint_url");
	const char *folder;
	int found =
		endpoint == NULL ? 0 : endpoint_folder(endpoint, settings_origin(settings, "endpoint_url"), &folder, err);

	if (found < 0)
		return NULL;
	if (found == 0)
		return s3_store_open(settings, err);
	return file_store_open(folder, settings, err);
}
