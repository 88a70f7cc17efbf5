/*
 * The cache's commands in Redis's protocol. command_start writes the part that all commands of a
 * kind share, once.
 */
#ifndef CACHE_COMMAND_H
#define CACHE_COMMAND_H

#include <stdbool.h>

#include "base/buf.h"
#include "cache/pair_hash.h"

/*
 * "*3\r\n$4\r\nHGET\r\n$17\r\nseniority:1:": everything before the digits at the end of the key;
 * `digits` is their number.
 */
void command_start(struct buf *to, int arguments, const char *name, const struct buf *prefix, size_t digits);

/*
 * One command: its start, the bucket's digits, then the field with its length, or nothing, and
 * `end`.
 */
void command_queue(struct buf *queue, const struct buf *start, struct pair_hash hash, bool with_field,
                   struct slice end);

/* One command about a claim: its start, all digits of the hash, and `end`. */
void command_queue_claim(struct buf *queue, const struct buf *start, struct pair_hash hash, struct slice end);

#endif
