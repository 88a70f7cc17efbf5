/* What a line must be to be a posting, and where its seniority goes. */
#ifndef SENENRICH_POSTING_H
#define SENENRICH_POSTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "json/json.h"

struct posting {
	struct slice company; /* decoded; both live as long as the line and the scratch memory */
	struct slice title;
	size_t cut_start; /* line[cut_start..cut_end) gives way to the seniority... */
	size_t cut_end;   /* ...and where both are equal, to ,"seniority": and it */
};

/*
 * Returns NULL and fills *posting, or returns why the line is rejected (a text that lives until the next call
 * with the same scratch). `json` and `scratch` are memory to use again; scratch is reset.
 */
const char *posting_parse(struct json *json, struct buf *scratch, struct slice line, struct posting *posting);

#endif
