/* Numbers and times as people write them. Each appends to `to`. */
#ifndef SENSTAT_TEXT_H
#define SENSTAT_TEXT_H

#include <stdint.h>

#include "base/buf.h"

/* 1,234,567 */
void text_grouped(struct buf *to, int64_t number);

/* Microseconds as seconds: 12.34. Cut off, not rounded. */
void text_seconds(struct buf *to, int64_t microseconds);

/* Unix seconds by strftime's format, in UTC. */
void text_time(struct buf *to, const char *format, int64_t unix_seconds);

#endif
