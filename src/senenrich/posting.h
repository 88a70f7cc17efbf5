/* Decides which lines are postings, and where their seniority goes. */
#ifndef SENENRICH_POSTING_H
#define SENENRICH_POSTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "json/json.h"

/* The part of a line that is wrong, for the statistics. */
enum reject_kind { REJECT_LINE, REJECT_COMPANY, REJECT_TITLE, REJECT_MODEL, REJECT_FORGED, REJECT_KINDS };

struct posting {
	struct slice company; /* decoded; both live as long as the line and the scratch memory */
	struct slice title;
	size_t cut_start;        /* line[cut_start..cut_end) is replaced by the seniority; */
	size_t cut_end;          /* if both are equal, ,"seniority": goes in front of it */
	enum reject_kind reject; /* if it is rejected: LINE, COMPANY or TITLE */
};

/*
 * Fills *posting and returns NULL; or sets posting->reject and returns why the line is rejected (a
 * text that lives until the next call with the same scratch). `json` and `scratch` are memory to reuse; scratch is reset.
 */
const char *posting_parse(struct json *json, struct buf *scratch, struct slice line, struct posting *posting);

#endif
