/*
 * The records between the stages, as NDJSON lines: object records (s3ls to s3cat), control records
 * (s3cat to s3put; their first five bytes are {"@": ) and receipts (s3put to cursor).
 *
 * Reading: *_parse fills a struct whose slices point into the line or into `scratch`, and live as
 * long as both are unchanged. Unknown members are ignored; a missing or wrong one is an error with
 * a static text; null counts as missing. Writing: *_write appends one line with its '\n'; strings,
 * including keys, must be UTF-8 (a raw line excepted), because json_quote changes other bytes.
 *
 * Whose fault an error was stands in `fault`, and beside it in `temporary`, which is all that older
 * versions know: false for the object's alone. A record without `fault` is read by `temporary`.
 *
 * `list` is the record's position in its listing as raw JSON, len 0 if it has none: all programs
 * but s3ls and cursor copy it unchanged.
 */
#ifndef STREAMS_RECORDS_H
#define STREAMS_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "json/json.h"

/* The state of reading between calls; {0} is an empty one. */
struct records {
	struct json json;
	struct buf
		scratch; /* reset by each *_parse but list_position_parse: the record that the position is from stays as it is */
};
void records_release(struct records *records);

/*
 * {"after":A,"seq":S,"upto":U,"last":true}. The last record of a complete listing has "last":true;
 * the first record, unless it is also the last, has "last":false: so the cursor knows that the
 * listing marks its end, which older versions do not.
 */
struct list_position {
	int64_t after; /* what the listing started from */
	int64_t seq;   /* 1, 2, 3, ... */
	int64_t upto;  /* the cursor may take this once everything up to here is done */
	enum { LIST_POSITION_UNMARKED, LIST_POSITION_NOT_LAST, LIST_POSITION_LAST } last;
};
bool list_position_parse(struct records *records, struct slice raw, struct list_position *position, const char **why);

struct object_record {
	struct slice bucket; /* len 0: not given */
	struct slice key;
	int64_t size; /* -1: not given */
	struct slice etag;
	struct slice last_modified;
	bool rewritten; /* it was enriched before, and written again since */
	struct slice list;
};

/* What `s3cat --count` reports about an object. */
struct object_count {
	struct slice bucket, key;
	int64_t size;
	struct slice etag;
	int64_t lines;            /* that are not blank */
	struct slice source_etag; /* of its provenance; len 0: not known */
};
void object_count_write(struct buf *to, const struct object_count *count);

/*
 * Writes the object records of one bucket. The parts that all of them share are stored as text:
 * member by member, as the other records are written, s3ls takes 1.09 times the CPU time for a
 * listing of 3,000,000 keys (bench/page_server). In two steps, because the position may be known
 * late.
 */
struct object_writer {
	struct buf before_key, before_seq;
	struct clock_text time;
};
struct object_facts {
	struct slice key;
	int64_t size; /* -1: not given */
	struct slice etag;
	int64_t modified; /* unix seconds; -1: not known */
	bool rewritten;
};
/* `after` is that of the positions; NULL: the records have none. */
void object_writer_init(struct object_writer *writer, struct slice bucket, const int64_t *after);
void object_writer_begin(struct object_writer *writer, struct buf *to, const struct object_facts *facts);
void object_writer_end(struct object_writer *writer, struct buf *to, int64_t seq, int64_t upto, bool last);
void object_writer_release(struct object_writer *writer);

/*
 * A line that starts with '{' is a record; any other is a bare key (or s3://bucket/key). If it
 * returns false, `list` and `key` are still set if they could be read.
 */
bool object_record_parse(struct records *records, struct slice line, struct object_record *record, const char **why);

/*
 * Whose fault it is that object_record_parse refused this record, which has a `list`. The object's
 * only if its key is a string that no request can name (it holds U+0000 or a lone surrogate); `key`
 * is then set to it as it is spelled in the record. Else everybody's; `key` may be empty.
 */
enum fault object_record_refused(struct records *records, struct object_record *record);

enum control_kind { CONTROL_BEGIN, CONTROL_END, CONTROL_REJECT, CONTROL_ERROR, CONTROL_OTHER };

struct control {
	enum control_kind kind;
	struct slice key;
	/* begin */
	struct slice bucket;
	int64_t size;
	struct slice etag;
	bool rewritten;
	/* begin, error */
	struct slice list;
	/* end */
	int64_t lines; /* the source's non-blank lines */
	/* reject */
	int64_t line;
	struct slice reason; /* also of an error */
	/* error */
	struct slice stage;
	enum fault fault;
};

/* Whether a line is a control record: its first five bytes. */
static inline bool
line_is_control(struct slice line)
{
	return line.len >= 5 && memcmp(line.ptr, "{\"@\":", 5) == 0;
}

bool control_parse(struct records *records, struct slice line, struct control *control, const char **why);
void control_write_begin(struct buf *to, const struct object_record *object);
void control_write_end(struct buf *to, struct slice key, int64_t lines);
/* `raw` is stored in full: as "raw" if it is UTF-8, else as "raw_base64". */
void control_write_reject(struct buf *to, struct slice key, int64_t line, struct slice reason, struct slice raw);
void control_write_error(struct buf *to, struct slice key, struct slice stage, struct slice reason, enum fault fault,
                         struct slice list);

struct receipt {
	struct slice source;
	bool failed;
	struct slice list;
	/* if it did not fail */
	struct slice key;
	struct slice etag;
	int64_t bytes;
	int64_t lines;           /* postings in the object */
	int64_t rejected;        /* postings in the reject object */
	struct slice reject_key; /* len 0: none */
	/* if it failed */
	struct slice error;
	struct slice stage;
	enum fault fault;
};
void receipt_write(struct buf *to, const struct receipt *receipt);
bool receipt_parse(struct records *records, struct slice line, struct receipt *receipt, const char **why);

/* The parts of "s3://bucket/key" or "key". Returns false for s3:// without a bucket or a key. */
bool s3_uri_parse(struct slice text, struct slice *bucket, struct slice *key);

#endif
