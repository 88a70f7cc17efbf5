/* A drawing of gnuplot's, to stand in a page. */
#ifndef SENSTAT_FIGURE_H
#define SENSTAT_FIGURE_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Appends the SVG in FOLDER/NAME.svg without what stands before it, its titles and descriptions; its
 * ids get NAME- in front, as those of several drawings would be mixed up in one page. Returns 1, 0
 * if there is no such file, -1 with err if it cannot be read.
 */
int figure_append(struct buf *to, const char *folder, const char *name, struct err *err);

#endif
