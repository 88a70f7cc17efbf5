/* The embedded store, whose buckets are folders, as a kind of store. */
#ifndef FILE_BACKEND_H
#define FILE_BACKEND_H

#include "store/backend.h"

/* `folder` is the path after file://, absolute. */
struct store *file_store_open(const char *folder, const struct settings *settings, struct err *err);

#endif
