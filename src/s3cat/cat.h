/*
 * The run of s3cat: downloads start as objects become known, up to N at once, and are printed one
 * after another. Reading the list of wanted objects never delays output.
 */
#ifndef S3CAT_CAT_H
#define S3CAT_CAT_H

#include <stdint.h>

#include "base/exits.h"
#include "s3cat/body.h"
#include "s3cat/queue.h"
#include "s3cat/wanted.h"
#include "settings/settings.h"
#include "store/store.h"
#include "streams/decompress.h"

struct cat {
	const struct settings *settings;
	struct store *store;
	struct out *out;
	bool framed;
	bool count; /* framed, but a record of its lines' number takes the place of each frame */
	bool unordered;
	bool stoppable; /* everybody's fault ends the run: it would meet all that is still to come */
	bool stopped;   /* it has */
	struct wanted wanted;
	struct queue queue;
	struct decompress *decompress;
	struct body body;
	/*
	 * The fault of the head's content; ERR_NONE: none. The content may have been damaged on the
	 * way, so this is proof against the object only once all of it has come and its digest was
	 * right: the rest is read and dropped.
	 */
	struct err refused;
	struct buf record;
	size_t unserved; /* bytes written since the other transfers were looked after */
	enum exit_status status;
	/* for the statistics */
	int64_t objects, failed, lines, bytes, forged;
	int64_t failed_by[FAULTS]; /* of them, by enum fault */
};

/*
 * Returns when everything is done, stdout has failed, a signal asks to stop, or everybody's fault
 * did.
 */
void cat_run(struct cat *cat);

#endif
