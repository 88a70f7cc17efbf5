/*
 * The objects that are wanted, one after another: the keys of the command line, else the lines of
 * stdin (object records or bare keys) that have arrived.
 */
#ifndef S3CAT_WANTED_H
#define S3CAT_WANTED_H

#include <stdbool.h>

#include "base/err.h"
#include "streams/lines.h"
#include "streams/records.h"

struct wanted {
	char **operands; /* NULL: stdin */
	int left;
	struct lines lines;
	struct records records;
	struct buf stand_in; /* for the key of a record that has none */
	bool ended;          /* nothing more will come */
	bool torn;           /* stdin ended inside a line */
};

/* operand_count 0: stdin. */
void wanted_init(struct wanted *wanted, char **operands, int operand_count);
void wanted_release(struct wanted *wanted);

/*
 * Returns 1 with *record, which lives until the next call; 0 if there is none now (`ended`: and
 * there will be none); -1 with err for a line that names no object: go on with the next. If *record
 * has a `list` then, it also has a `key` (perhaps one that says where the record stood), and
 * belongs in an `error`.
 */
int wanted_next(struct wanted *wanted, struct object_record *record, struct err *err);

/* One read of stdin. Returns 0, or -1 with err. */
int wanted_read(struct wanted *wanted, struct err *err);

#endif
