/*
 * The knowledge of the dummy model: a table of phrases and the level of each. rules.c has only the
 * table; match.h applies it.
 *
 * The FIRST row that matches a title decides, so rows are ordered from the special to the general.
 *
 * A phrase is made of lower-case words, which match whole words of the title in a row:
 *     vice president       these words, one after the other
 *     lead * lawyer        "*": any words, or none, may stand between (one "*" a phrase)
 *     lawyer/attorney      either of these words
 *     partner.             "." after a word: it ends a part of the title
 *     ^partner             "^" before a word: it begins a part of the title
 * Commas, slashes, brackets, colons, bars, and dashes between blanks divide a title into parts.
 */
#ifndef SENSERVE_RULES_H
#define SENSERVE_RULES_H

enum level {
	LEVEL_ENTRY = 1,
	LEVEL_JUNIOR = 2,
	LEVEL_ASSOCIATE = 3,
	LEVEL_MANAGER = 4,
	LEVEL_DIRECTOR = 5,
	LEVEL_EXECUTIVE = 6,
	LEVEL_SENIOR_EXECUTIVE = 7,
};

/*
 * A title that no row knows is usually the plain name of a trade ("Software Engineer",
 * "Meteorologist"): above those who are learning it, below those who are called senior in it.
 */
#define LEVEL_UNKNOWN LEVEL_JUNIOR

struct rule {
	enum level level;
	const char *phrase;
};

/* Ends with a NULL phrase. */
extern const struct rule rules_table[];

/*
 * Phrases after which somebody else is named ("Assistant | to the CEO"): the title is cut off
 * there.
 */
extern const char *const rules_cuts[];

#endif
