/*
 * One source on its way into the store: its postings into one object, its rejects into another.
 * Nothing of it exists before upload_end() has found that every line is accounted for; then the
 * rejects are stored, and when they are there, the object. So at any moment of a first run each
 * posting is in the one or in the other. If the rejects of an earlier run are replaced, they must
 * outlive its object, and the new ones must be stored before the new object. So first both together
 * replace the old ones, then the object is stored, then the new ones alone.
 */
#ifndef S3PUT_UPLOAD_H
#define S3PUT_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "s3put/names.h"
#include "s3put/sink.h"
#include "store/store.h"
#include "streams/layout.h"
#include "streams/records.h"

/* Shared by all uploads of a run. */
struct target {
	struct store *store;
	struct layout layout;
	const char *cache_version; /* kept with each object */
	bool no_clobber, dry_run;
	bool replace_rejects;      /* of all; else only of the sources that were written again */
	enum compression compress; /* of sources whose name asks for none; adds its suffix */
	struct names names;        /* of the objects begun in this run */
	bool stopped;              /* everybody's fault ends the run: nothing more is to be begun */
};

enum upload_state {
	UPLOAD_OPEN,     /* its frame has not ended */
	UPLOAD_GIVEN_UP, /* likewise, but it has failed: the rest of the frame is passed over */
	UPLOAD_REJECTS,  /* the rejects are being stored, or those of an earlier run and these */
	UPLOAD_OBJECT,   /* the object is */
	UPLOAD_ALONE,    /* these rejects alone are */
	UPLOAD_DONE,
	UPLOAD_FAILED,
	UPLOAD_STATES
};

/* {0} is ready to start; its memory is reused for the next. */
struct upload {
	struct target *target;
	enum upload_state state; /* changed by move_upload() alone */
	struct buf source, source_etag, list, key, reject_key;
	enum compression compress;
	struct sink object, rejects;
	struct sink both; /* open only if an earlier run has left rejects: those, then these */
	bool
		replace_rejects; /* there may be rejects of an earlier run: they are replaced, or removed if there are none now */
	int64_t lines, rejected;
	struct store_info info;
	/* if it failed */
	struct buf stage, reason;
	enum fault fault;
	enum exit_status status;
};

/* A frame begins. The receipt shows any fault of it. */
void upload_start(struct upload *upload, struct target *target, const struct control *begin);

/* `count` whole lines, each with its '\n'. */
void upload_postings(struct upload *upload, struct slice lines, int64_t count);

/* A reject record, with its '\n'. */
void upload_reject(struct upload *upload, struct slice record);

/* The frame has ended; `lines` is the number of lines of its source. */
void upload_end(struct upload *upload, int64_t lines);

/* Another stage gave the source up: instead of upload_end(), or (lost) of the whole frame. */
void upload_error(struct upload *upload, const struct control *error);
void upload_lost(struct upload *upload, struct target *target, const struct control *error);

/* Once its frame has ended: goes on as far as possible without waiting. */
void upload_step(struct upload *upload);

/* Whether it is done or has failed. */
static inline bool
upload_is_over(const struct upload *upload)
{
	return upload->state == UPLOAD_DONE || upload->state == UPLOAD_FAILED;
}

/* Of one that is over. */
void upload_receipt(struct upload *upload, struct buf *to);

/* Aborts the upload under way. */
void upload_abort(struct upload *upload);
void upload_release(struct upload *upload);

#endif
