/*
 * Lines that need no closer look: neither blank nor an imitation of a control record. Most lines
 * are like that, and checking many at once costs a fraction of checking each.
 */
#ifndef S3CAT_PLAIN_H
#define S3CAT_PLAIN_H

#include <stddef.h>
#include <stdint.h>

/*
 * Whole lines, the last with its '\n': how many there are, or -1 if one of them needs a closer
 * look, which is also said of a few that turn out plain.
 */
int64_t plain_count(const char *lines, size_t len);

#endif
