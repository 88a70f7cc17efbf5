/*
 * The words that made-up postings consist of. No word needs escaping in JSON.
 *
 * A title pattern is up to three lists with fixed text around them. Each combination of their words
 * is one title, so the longer its lists, the more often a pattern occurs. All titles differ, and so
 * do all companies.
 */
#ifndef SENGEN_VOCABULARY_H
#define SENGEN_VOCABULARY_H

enum { PATTERN_LISTS = 3 };

/* Words, ended by NULL. */
typedef const char *const *word_list;

struct pattern {
	word_list lists[PATTERN_LISTS];    /* only up to the first NULL */
	const char *before[PATTERN_LISTS]; /* text before each; NULL: none */
	const char *after;                 /* text at the end; NULL: none */
};

/* Ends with a pattern without lists. */
extern const struct pattern title_patterns[];

/* A company is one word from each: "Alder" " Robotics" " GmbH". */
extern const word_list company_lists[PATTERN_LISTS];

extern const char *const locations[];

#endif
