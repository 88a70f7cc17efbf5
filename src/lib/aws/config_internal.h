/* What config.c (the merged values) and config_parse.c (the grammar) share. */
#ifndef AWS_CONFIG_INTERNAL_H
#define AWS_CONFIG_INTERNAL_H

#include <stddef.h>

#include "aws/config.h"

/* Which value takes precedence if a key occurs more than once. */
enum aws_config_rank { RANK_BARE_DEFAULT, RANK_CONFIG, RANK_CREDENTIALS };

/* One value; all strings point into the text of its file. */
struct aws_config_entry {
	enum aws_config_kind kind;
	enum aws_config_rank rank;
	size_t order; /* of coming */
	const char *section;
	const char *nest; /* "" for a key at the top */
	const char *key;  /* "" for the section itself */
	const char *value;
};

struct aws_config {
	struct aws_config_entry *entries; /* sorted by section and key; a value with precedence comes later */
	size_t count;
	size_t capacity;
	size_t added;        /* ever */
	struct buf texts[4]; /* the files' bytes, in which all strings are */
	int text_count;
	char *paths[2];
};

/* Appends; aws_config_sort() puts the entries in order again, after the whole file. */
void aws_config_add(struct aws_config *config, const struct aws_config_entry *entry);
void aws_config_sort(struct aws_config *config);

#endif
