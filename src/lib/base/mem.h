/*
 * Memory that is there or the process ends (exit 75, one line): the rest of the code has no checks
 * for NULL. Everything these return is freed with free().
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);
void *mem_zero(size_t count, size_t size);
void *mem_resize(void *old, size_t count, size_t size);
/* Twice the capacity, and no less than 64. */
void *mem_double(void *array, size_t *capacity, size_t size);
/* An array with room for one more after `count` elements of `size` bytes. */
static inline void *
mem_grow(void *array, size_t count, size_t *capacity, size_t size)
{
	return count < *capacity ? array : mem_double(array, capacity, size);
}
char *mem_dup(const char *text);
/*
 * Asks for fewer and larger page faults in memory that is not written to yet. For megabytes: less
 * is not worth a large page.
 */
void mem_in_large_pages(void *memory, size_t size);
char *mem_dup_n(const char *text, size_t len);
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
