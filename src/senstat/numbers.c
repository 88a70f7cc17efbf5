/* The table of numbers. */
#include "senstat/numbers.h"

#include <stddef.h>

/* clang-format off */
#define SUM(name, program, member) {name, program, member, ADD_SUM, 0}
#define LEVEL(name) {name, "senenrich", name, ADD_SUM, 0}
#define MOST(program, member) {NULL, program, member, ADD_MOST, 0}

const struct number_row number_table[NUMBERS] = {
	[LISTED] = SUM("listed", "s3ls", "listed"),
	[STORED] = SUM("stored", "s3put", "objects"),
	[FAILED] = SUM("failed", "s3put", "failed"),
	[FAILED_OBJECT] = SUM("failed_object", "s3put", "failed_object"),
	[FAILED_EVERYBODY] = SUM("failed_everybody", "s3put", "failed_everybody"),
	[FAILED_NOBODY] = SUM("failed_nobody", "s3put", "failed_nobody"),
	[PRESENT] = SUM("present", "s3ls", "present"),
	[REWRITTEN] = SUM("rewritten", "s3ls", "rewritten"),
	[SKIPPED] = SUM("skipped", "s3ls", "skipped"),
	[EXCLUDED] = SUM("excluded", "s3ls", "excluded"),
	[EXCLUDED_CLASS] = SUM("excluded_class", "s3ls", "excluded_class"),
	[READ] = SUM("read", "s3cat", "lines"),
	[WRITTEN] = SUM("written", "s3put", "lines"),
	[REJECTED] = SUM("rejected", "s3put", "rejected"),
	[LOST] = SUM("lost", "", ""),
	[MEMO] = SUM("memo", "senenrich", "memo"),
	[REDIS] = SUM("redis", "senenrich", "redis"),
	[MODEL] = SUM("model", "senenrich", "model"),
	[PAIRS] = SUM("pairs", "senenrich", "pairs_asked"),
	[CALLS] = SUM("calls", "senenrich", "calls"),
	[LEVEL_1] = LEVEL("level_1"),
	[LEVEL_1 + 1] = LEVEL("level_2"),
	[LEVEL_1 + 2] = LEVEL("level_3"),
	[LEVEL_1 + 3] = LEVEL("level_4"),
	[LEVEL_1 + 4] = LEVEL("level_5"),
	[LEVEL_1 + 5] = LEVEL("level_6"),
	[LEVEL_7] = LEVEL("level_7"),
	[REJECTED_LINE] = LEVEL("rejected_line"),
	[REJECTED_COMPANY] = LEVEL("rejected_company"),
	[REJECTED_TITLE] = LEVEL("rejected_title"),
	[REJECTED_MODEL] = LEVEL("rejected_model"),
	[REJECTED_FORGED] = LEVEL("rejected_forged"),
	[FIRST] = {NULL, "s3ls", "first", ADD_LEAST, 0},
	[UNSETTLED] = SUM(NULL, "s3ls", "unsettled"),
	[HIGHEST] = MOST("s3ls", "highest"),
	[TAKEN] = SUM(NULL, "s3cat", "objects"),
	[MOVED] = MOST("cursor", "moved_to"),
	[SEEN] = SUM(NULL, "senenrich", "postings"),
	[SEEN_REJECTED] = SUM(NULL, "senenrich", "rejected"),
	[ELAPSED] = {NULL, NULL, "seconds", ADD_MOST, 1000000},
	[LISTING] = {NULL, "s3ls", "seconds", ADD_MOST, 1000000},
	[STATUS] = {NULL, "pipeline.sh", "status", ADD_WORST, 0},
	[MICROSECONDS] = MOST("pipeline.sh", "microseconds"),
	[ENDED] = MOST("pipeline.sh", "ended"),
	[AFTER] = MOST("pipeline.sh", "after"),
	[FAILURES] = MOST("pipeline.sh", "failures"),
	[NAMED] = MOST("pipeline.sh", "named"),
	[SWEEP] = MOST("pipeline.sh", "sweep"),
	[WATCH] = MOST("pipeline.sh", "watch"),
};
/* clang-format on */
