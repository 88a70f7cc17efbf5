/*
 * The run of s3cat: objects are asked for as they become known, up to so many at once, and go out
 * one after another, whichever comes first. Reading what is wanted never holds up what can be
 * written.
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
	 * What is wrong with the content of the head; ERR_NONE: nothing. It is no proof against the
	 * object before all of it has come and its digest was right, as it may have been damaged on the
	 * way: so the rest is read, and dropped.
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
