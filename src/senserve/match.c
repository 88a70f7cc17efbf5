/*
 * Matches titles against the rules. Each word of a rule has a number. A title becomes a list of
 * such numbers (0 for a word that no rule has), and only rules that begin with one of its words are
 * tried. So a title costs about as much as hashing its words.
 */
#include "senserve/match.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "senserve/words.h"

enum {
	MAX_WORDS = 48,        /* of a title; later words decide nothing */
	MAX_STEPS = 6,         /* words in a phrase */
	MAX_CHOICES = 20,      /* words between slashes */
	MAX_PHRASES = 256,     /* rows and cuts together */
	MAX_FIRST_WORDS = 1024 /* in all lists by first word together */
};

struct step {
	uint16_t choices[MAX_CHOICES];
	int count;
	bool begins_part;
	bool ends_part;
};

struct phrase {
	struct step steps[MAX_STEPS];
	int count;
	int gap; /* index of the step that may come after any words, or 0 */
};

/* The phrases that begin with a word, in the order of the table; the list ends at -1. */
struct link {
	int phrase;
	int next;
};

struct match {
	struct words words;
	struct phrase phrases[MAX_PHRASES];
	int phrase_count;
	int rule_count; /* the phrases before these are rows, the rest are cuts */
	struct link links[MAX_FIRST_WORDS];
	int link_count;
	int first[WORDS_MAX + 1]; /* index into links by word number; -1: none */
	int last[WORDS_MAX + 1];
};

struct title_word {
	uint16_t id;
	bool begins_part;
	bool ends_part;
};

struct title {
	struct title_word words[MAX_WORDS];
	int count;
};

static _Noreturn void
abort_on_phrase(const char *phrase)
{
	fprintf(stderr, "senserve: bug: cannot read the rule \"%s\"\n", phrase);
	abort();
}

/* Reads one blank-separated piece of a phrase: "^a/b." */
static void
read_step(struct match *match, struct step *step, const char *text, size_t len, const char *phrase)
{
	if (len > 0 && text[0] == '^') {
		step->begins_part = true;
		text++, len--;
	}
	if (len > 0 && text[len - 1] == '.') {
		step->ends_part = true;
		len--;
	}
	while (true) {
		const char *slash = memchr(text, '/', len);
		size_t word = slash ? (size_t)(slash - text) : len;
		uint16_t id = word > 0 ? words_add(&match->words, text, word) : 0;
		if (id == 0 || step->count == MAX_CHOICES)
			abort_on_phrase(phrase);
		step->choices[step->count++] = id;
		if (!slash)
			return;
		text += word + 1, len -= word + 1;
	}
}

/* Adds a phrase to the lists of the words that it can begin with. */
static void
link_phrase(struct match *match, int index, const char *text)
{
	const struct step *step = &match->phrases[index].steps[0];

	for (int i = 0; i < step->count; i++) {
		uint16_t word = step->choices[i];
		if (match->link_count == MAX_FIRST_WORDS)
			abort_on_phrase(text);
		match->links[match->link_count] = (struct link){index, -1};
		if (match->first[word] < 0)
			match->first[word] = match->link_count;
		else
			match->links[match->last[word]].next = match->link_count;
		match->last[word] = match->link_count++;
	}
}

static void
add_phrase(struct match *match, const char *text)
{
	struct phrase *phrase = &match->phrases[match->phrase_count];

	if (match->phrase_count == MAX_PHRASES)
		abort_on_phrase(text);
	for (const char *at = text; *at != '\0';) {
		size_t len = strcspn(at, " ");
		if (len == 1 && *at == '*') {
			if (phrase->gap != 0 || phrase->count == 0)
				abort_on_phrase(text);
			phrase->gap = phrase->count;
		} else {
			if (phrase->count == MAX_STEPS)
				abort_on_phrase(text);
			read_step(match, &phrase->steps[phrase->count++], at, len, text);
		}
		at += len;
		at += *at == ' ';
	}
	if (phrase->count == 0 || phrase->gap == phrase->count)
		abort_on_phrase(text);
	link_phrase(match, match->phrase_count++, text);
}

static bool
step_matches(const struct step *step, const struct title_word *word)
{
	if ((step->begins_part && !word->begins_part) || (step->ends_part && !word->ends_part))
		return false;
	for (int i = 0; i < step->count; i++)
		if (step->choices[i] == word->id)
			return true;
	return false;
}

/* Whether the steps from `first` up to `end` match the words from `at` on. */
static bool
steps_match(const struct phrase *phrase, int first, int end, const struct title *title, int at)
{
	if (at + (end - first) > title->count)
		return false;
	for (int i = first; i < end; i++)
		if (!step_matches(&phrase->steps[i], &title->words[at + i - first]))
			return false;
	return true;
}

static bool
phrase_matches(const struct phrase *phrase, const struct title *title, int at)
{
	if (phrase->gap == 0)
		return steps_match(phrase, 0, phrase->count, title, at);
	if (!steps_match(phrase, 0, phrase->gap, title, at))
		return false;
	for (at += phrase->gap; at < title->count; at++)
		if (steps_match(phrase, phrase->gap, phrase->count, title, at))
			return true;
	return false;
}

/*
 * The kind of the byte at `at`: part of a word (0), between words (1) or between parts (2). *len
 * becomes the number of bytes. All bytes above 0x7f are letters, except for the signs of Latin-1
 * and general punctuation (U+2000..U+203F).
 */
static int
classify_byte(const unsigned char *at, const unsigned char *end, size_t *len)
{
	unsigned char c = *at;

	*len = 1;
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return 0;
	if (c < 0x80)
		return c < 0x20 || strchr(",;:()[]{}/|\\", c) ? 2 : 1;
	if (c == 0xc2 && end - at >= 2) {
		*len = 2;
		return 1;
	}
	if (c == 0xe2 && end - at >= 3 && at[1] == 0x80) {
		*len = 3;
		return at[2] >= 0x90 && at[2] <= 0x95 ? 2 : 1; /* dashes */
	}
	return 0;
}

static void
read_title(const struct match *match, struct slice text, struct title *title)
{
	const unsigned char *at = (const unsigned char *)text.ptr, *end = at + text.len;
	bool begins = true;

	title->count = 0;
	while (at < end) {
		size_t len;
		int kind = classify_byte(at, end, &len);
		if (kind != 0) {
			/* A hyphen joins words, but with blanks around it it is a dash. */
			if (*at == '-' && at > (const unsigned char *)text.ptr && at[-1] == ' ' && at + 1 < end && at[1] == ' ')
				kind = 2;
			if (kind == 2) {
				begins = true;
				if (title->count > 0)
					title->words[title->count - 1].ends_part = true;
			}
			at += len;
			continue;
		}
		const unsigned char *word = at;
		uint32_t hash = WORDS_HASH_START;
		do {
			for (size_t i = 0; i < len; i++, at++)
				hash = words_hash(hash, *at);
		} while (at < end && classify_byte(at, end, &len) == 0);
		if (title->count == MAX_WORDS)
			return;
		uint16_t id = words_find(&match->words, (const char *)word, (size_t)(at - word), hash);
		title->words[title->count++] = (struct title_word){id, begins, false};
		begins = false;
	}
	if (title->count > 0)
		title->words[title->count - 1].ends_part = true;
}

/* Cuts off the title before the first phrase that names somebody else. */
static void
cut_title(const struct match *match, struct title *title)
{
	for (int at = 1; at < title->count; at++) {
		uint16_t id = title->words[at].id;
		for (int l = id ? match->first[id] : -1; l >= 0; l = match->links[l].next) {
			int phrase = match->links[l].phrase;
			if (phrase >= match->rule_count && phrase_matches(&match->phrases[phrase], title, at)) {
				title->count = at;
				title->words[at - 1].ends_part = true;
				return;
			}
		}
	}
}

struct match *
match_new(void)
{
	struct match *match = mem_zero(1, sizeof *match);

	memset(match->first, -1, sizeof match->first);
	for (const struct rule *rule = rules_table; rule->phrase; rule++)
		add_phrase(match, rule->phrase);
	match->rule_count = match->phrase_count;
	for (const char *const *cut = rules_cuts; *cut; cut++)
		add_phrase(match, *cut);
	return match;
}

void
match_free(struct match *match)
{
	free(match);
}

enum level
match_level(const struct match *match, struct slice text, const struct rule **rule)
{
	struct title title;
	int best = match->rule_count;

	read_title(match, text, &title);
	cut_title(match, &title);
	for (int at = 0; at < title.count; at++) {
		uint16_t id = title.words[at].id;
		for (int l = id ? match->first[id] : -1; l >= 0; l = match->links[l].next) {
			int phrase = match->links[l].phrase;
			if (phrase >= best)
				break;
			if (phrase_matches(&match->phrases[phrase], &title, at))
				best = phrase;
		}
	}
	if (rule)
		*rule = best < match->rule_count ? &rules_table[best] : NULL;
	return best < match->rule_count ? rules_table[best].level : LEVEL_UNKNOWN;
}
