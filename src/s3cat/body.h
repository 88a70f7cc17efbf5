/*
 * The content of one object as lines, with the few changes that s3cat makes. A byte-order mark at
 * the start is removed, a missing last '\n' added, a line that imitates a control record becomes a
 * reject (framed) or is left out (plain), and so is a line over max_line (plain; framed, the object
 * fails).
 *
 * Bytes go out in the blocks in which they came; only the beginning of an incomplete line is
 * stored.
 */
#ifndef S3CAT_BODY_H
#define S3CAT_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"

struct body {
	struct out *out;
	size_t max_line;
	bool framed;
	bool records; /* plain: control records are printed as they are */
	bool silent;  /* nothing is printed: the lines are only counted */
	/* the object */
	struct slice bucket, key;
	uint64_t number;  /* of the line that ended last, from 1; blank ones count */
	int64_t lines;    /* that are not blank */
	int64_t forged;   /* of them, those that imitate a control record */
	int64_t left_out; /* not printed: forged or too long */
	/* the line that has not ended */
	struct buf carry;
	bool dropping; /* it is over max_line already */
	int mark;      /* bytes of a byte-order mark seen at the start; MARK_DONE once past the start */
	struct buf record;
};

void body_init(struct body *body, struct out *out, size_t max_line, bool framed);
void body_release(struct body *body);

/* Starts an object. The slices must live until its end. */
void body_start(struct body *body, struct slice bucket, struct slice key);

/*
 * The next bytes. Returns 0, or -1 with err if the object is given up (the text does not name it).
 */
int body_feed(struct body *body, struct slice data, struct err *err);

/* All bytes came. Returns 0, or -1 with err. */
int body_end(struct body *body, struct err *err);

#endif
