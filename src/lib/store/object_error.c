/* Which object an error is of: see backend.h. */
#include "store/backend.h"

int
store_err_name(struct err *err, const char *bucket, const char *key)
{
	return err_set_object(err, "s3://%s/%s", bucket, key);
}
