/* Memory that is there, or the process ends. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/exits.h"
#include "base/log.h"
#include "base/mem.h"

static void *
or_die(void *memory, size_t size)
{
	if (memory == NULL && size > 0) {
		log_error("out of memory (%zu bytes asked for)", size);
		_Exit(STATUS_TEMPORARY);
	}
	return memory;
}

void *
mem_alloc(size_t size)
{
	return or_die(malloc(size ? size : 1), size);
}

void *
mem_zero(size_t count, size_t size)
{
	return or_die(calloc(count ? count : 1, size ? size : 1), count);
}

void *
mem_resize(void *old, size_t count, size_t size)
{
	if (count == 0)
		count = 1;
	return or_die(reallocarray(old, count, size), SIZE_MAX / size < count ? SIZE_MAX : count * size);
}

void
mem_in_large_pages(void *memory, size_t size)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	/*
	 * Starts at the page that holds malloc's own header: it lies just before the memory, often
	 * where a large page begins.
	 */
	char *start = (char *)memory - (uintptr_t)memory % page;

	/* A kernel without it changes nothing. */
	madvise(start, (size_t)((char *)memory + size - start), MADV_HUGEPAGE);
}

char *
mem_dup_n(const char *text, size_t len)
{
	char *copy = mem_alloc(len + 1);

	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void *
mem_double(void *array, size_t *capacity, size_t size)
{
	*capacity = *capacity < 32 ? 64 : *capacity * 2;
	return mem_resize(array, *capacity, size);
}

char *
mem_dup(const char *text)
{
	return mem_dup_n(text, strlen(text));
}

char *
mem_printf(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	return or_die(text, 1);
}
