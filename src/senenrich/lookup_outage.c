/* What to do while Redis cannot be reached or takes no writes, and when it is back. */
#include "senenrich/lookup_outage.h"

#include "base/backoff.h"
#include "base/clock.h"
#include "base/log.h"
#include "senenrich/lookup_connect.h"

enum {
	OUTAGE_FIRST_MS = 1000,
	OUTAGE_MAX_MS = 30000,
	NO_SAVING_MS = 10000,
	RECOVER_AGAIN_MS = 1000,   /* a connection that breaks again this soon is an outage */
	UNSAVED_MAX = 1024 * 1024, /* 32 MiB of pairs to write back */
};

bool
lookup_in_outage(const struct lookup *l)
{
	return l->outage_until != 0;
}

bool
lookup_may_save(const struct lookup *l)
{
	return !lookup_in_outage(l) && (l->no_saving_until == 0 || clock_mono_ms() >= l->no_saving_until);
}

int
lookup_report(struct lookup *l, const struct lookup_entry *entry, enum pair_event event, struct err *err)
{
	return l->finishing ? 0 : resolve_event(l->resolve, entry->pair, event, err);
}

void
lookup_postpone(struct lookup *l, struct lookup_entry entry)
{
	if (entry.pair) {
		resolve_event(l->resolve, entry.pair, EVENT_SAVE_LATER, NULL);
		entry.pair = NULL;
	}
	if (l->unsaved.count >= UNSAVED_MAX)
		l->lost++;
	else
		lookup_entry_push(&l->unsaved, entry);
}

/* An outage: questions get no answer, and write-backs are stored here. */
int
lookup_resolve_without_cache(struct lookup *l, struct err *err)
{
	while (l->flying.count > 0) {
		struct lookup_entry entry = lookup_entry_pop(&l->flying);

		if (entry.kind == WRITE_BACK)
			lookup_postpone(l, entry);
		if (lookup_entry_is_question(&entry) && lookup_report(l, &entry, EVENT_AWAY, err) < 0)
			return -1;
	}
	return 0;
}

void
lookup_begin_outage(struct lookup *l, const struct err *why)
{
	cache_disconnect(l->cache);
	if (l->outage_ms == 0)
		log_with_fields(LOG_WARNING, ERR_FIELDS(why), "%s; going on without the cache", ERR_TEXT(why));
	l->outage_ms = backoff_next(l->outage_ms, OUTAGE_FIRST_MS, OUTAGE_MAX_MS);
	l->outage_until = clock_mono_ms() + l->outage_ms;
}

/* Every command may be repeated without harm. */
int
lookup_resend(struct lookup *l, struct err *err)
{
	size_t n = l->flying.count;

	if (cache_connect(l->cache, err) < 0)
		return -1;
	while (n-- > 0) {
		struct lookup_entry entry = lookup_entry_pop(&l->flying);

		if (!lookup_entry_is_read(&entry) && !lookup_may_save(l)) {
			if (entry.kind == WRITE_BACK)
				lookup_postpone(l, entry);
			if (entry.kind != LOOK_CLAIM)
				continue;
			entry.kind = LOOK_UP;
			lookup_report(l, &entry, EVENT_CLAIM_DROPPED, NULL);
		}
		if (entry.kind == LOOK_UP_LEGACY) {
			entry.kind = LOOK_UP;
			lookup_report(l, &entry, EVENT_SENT_ANEW, NULL);
		}
		if (lookup_entry_send(&entry, l->cache, err) < 0) {
			lookup_entry_push(&l->flying, entry);
			while (n-- > 0) /* keeps their order */
				lookup_entry_push(&l->flying, lookup_entry_pop(&l->flying));
			return -1;
		}
		lookup_entry_push(&l->flying, entry);
	}
	return cache_flush(l->cache, err);
}

/*
 * One new connection is tried at once: if a server was restarted or ended an idle connection, that
 * costs no call to the model.
 */
int
lookup_recover(struct lookup *l, const struct err *why, struct err *err)
{
	int64_t now = clock_mono_ms();
	struct err again = *why;
	int away = lookup_judge(l, &again);
	bool waited = away == 0;

	if (waited)
		away = lookup_connect(l, &again);
	if (away < 0 || l->required) {
		*err = again;
		return -1;
	}
	if (!waited && l->flying.count > 0 && !lookup_entry_is_read(ring_at(&l->flying, 0))) {
		/* perhaps only writing fails: out of memory */
		if (l->no_saving_until == 0)
			log_with_fields(LOG_WARNING, ERR_FIELDS(why), "%s; not writing to the cache for now", ERR_TEXT(why));
		l->no_saving_until = now + NO_SAVING_MS;
	} else if (!waited && now - l->recovered_at < RECOVER_AGAIN_MS) {
		lookup_begin_outage(l, why);
		return lookup_resolve_without_cache(l, err);
	}
	l->recovered_at = now;
	if (lookup_resend(l, &again) == 0)
		return 0;
	lookup_begin_outage(l, &again);
	return lookup_resolve_without_cache(l, err);
}

void
lookup_save_postponed(struct lookup *l)
{
	/* a thousand at a time, along with the look-ups */
	for (int i = 0; i < 1000 && l->unsaved.count > 0 && lookup_may_save(l); i++) {
		struct lookup_entry entry = lookup_entry_pop(&l->unsaved);

		lookup_entry_push(&l->flying, entry);
		lookup_entry_send(&entry, l->cache, &l->ignored);
	}
}

int
lookup_end_outage(struct lookup *l, struct err *err)
{
	struct err why = ERR_INIT;
	int away;

	if (!lookup_in_outage(l))
		return 0;
	if (clock_mono_ms() < l->outage_until)
		return 1;
	away = lookup_connect(l, &why);
	if (away < 0) {
		*err = why;
	} else if (away > 0) {
		lookup_begin_outage(l, &why);
	} else {
		log_warning("%s answers again", cache_name(l->cache));
		l->outage_until = l->outage_ms = 0;
	}
	return away;
}
