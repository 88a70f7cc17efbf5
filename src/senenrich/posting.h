/* Which lines are postings, and where their seniority goes. */
#ifndef SENENRICH_POSTING_H
#define SENENRICH_POSTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "json/json.h"

struct posting {
	struct slice company; /* decoded; both live as long as the line and the scratch memory */
	struct slice title;
	size_t cut_start; /* line[cut_start..cut_end) is replaced by the seniority; */
	size_t cut_end;   /* if both are equal, ,"seniority": goes in front of it */
};

/*
 * Fills *posting and returns NULL, or returns why the line is rejected (a text that lives until the
 * next call with the same scratch). `json` and `scratch` are memory to reuse; scratch is reset.
 */
const char *posting_parse(struct json *json, struct buf *scratch, struct slice line, struct posting *posting);

#endif
