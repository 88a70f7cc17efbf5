/* Sends look-ups, claims and write-backs, and takes their answers. */
#include "senenrich/lookup.h"

#include "base/clock.h"
#include "base/log.h"
#include "cache/legacy.h"
#include "senenrich/lookup_connect.h"
#include "senenrich/lookup_outage.h"

/* For a command that is sent now or never: Redis takes writes. */
static void
send_entry(struct lookup *l, struct lookup_entry entry)
{
	lookup_entry_push(&l->flying, entry);
	lookup_entry_send(&entry, l->cache, &l->ignored);
}

/*
 * Copies an answer from the predecessor's key into the cache. If Redis takes no writes now, it will
 * be found under the old key again.
 */
static void
copy_legacy_answer(struct lookup *l, const struct pair *pair)
{
	if (lookup_may_save(l))
		send_entry(l, (struct lookup_entry){.hash = pair->hash, .kind = WRITE_BACK, .seniority = pair->seniority});
}

/* Reports the answer of Redis to the entry. */
static int
apply_answer(struct lookup *l, const struct lookup_entry *entry, int seniority, struct err *err)
{
	enum pair_event event = seniority > 0 ? EVENT_HIT : seniority == CACHE_CLAIMED ? EVENT_OTHERS : EVENT_MISS;

	if (!lookup_entry_is_read(entry))
		l->no_saving_until = 0;
	if (entry->kind == WRITE_BACK && entry->pair)
		return resolve_event(l->resolve, entry->pair, EVENT_SAVE_DONE, err);
	if (!lookup_entry_is_question(entry))
		return 0;
	if (seniority > 0) {
		entry->pair->seniority = (uint8_t)seniority;
		if (entry->kind == LOOK_UP_LEGACY)
			copy_legacy_answer(l, entry->pair);
	}
	return lookup_report(l, entry, event, err);
}

/*
 * Charges the wait for the next answer to reading or writing, by the entry at the head of the
 * queue.
 */
static void
switch_profile_to_head(struct lookup *l)
{
	enum time_use on = lookup_entry_is_read(ring_at(&l->flying, 0)) ? TIME_READING : TIME_WRITING;

	if (l->profile->now != on)
		time_profile_switch(l->profile, on);
}

static int
drain_queue(struct lookup *l, size_t keep, struct err *err)
{
	struct err why = ERR_INIT;
	int seniority;

	if (l->flying.count == 0 && l->unsaved.count == 0)
		return 0;
	if (lookup_in_outage(l)) {
		int away = lookup_end_outage(l, err);

		if (away != 0)
			return away < 0 ? -1 : lookup_resolve_without_cache(l, err);
		if (lookup_resend(l, &why) < 0) {
			lookup_begin_outage(l, &why);
			return lookup_resolve_without_cache(l, err);
		}
	}
	lookup_save_postponed(l);
	if (l->flying.count > 0 && cache_flush(l->cache, &why) < 0 && lookup_recover(l, &why, err) < 0)
		return -1;
	while (l->flying.count > keep) {
		struct lookup_entry entry;
		size_t left;

		switch_profile_to_head(l);
		if (cache_answer(l->cache, &seniority, &why) < 0) {
			if (lookup_recover(l, &why, err) < 0)
				return -1;
			continue;
		}
		entry = lookup_entry_pop(&l->flying);
		left = l->flying.count;
		if (apply_answer(l, &entry, seniority, err) < 0)
			return -1;
		keep += l->flying.count - left;
	}
	if (l->flying.count > 0)
		cache_flush(l->cache, &why); /* a failure shows at the next answer */
	return 0;
}

int
lookup_init(struct lookup *l, const struct settings *settings, struct resolve *resolve, struct time_profile *profile,
            bool required, struct err *err)
{
	struct err why = ERR_INIT;
	int away;

	*l = (struct lookup){
		.resolve = resolve,
		.profile = profile,
		.required = required,
		.cache = cache_new(settings),
		.flying.size = sizeof(struct lookup_entry),
		.unsaved.size = sizeof(struct lookup_entry),
	};
	l->legacy = settings_bool(settings, "cache_legacy");
	l->claims = settings_bool(settings, "cache_claims");
	l->patience_ms = settings_int(settings, "rpc_patience");
	l->outage_pairs = settings_int(settings, "outage_pairs");
	away = lookup_connect(l, &why);
	if (away < 0 || (away > 0 && required)) {
		*err = why;
		return -1;
	}
	if (away > 0)
		lookup_begin_outage(l, &why);
	return 0;
}

void
lookup_release(struct lookup *l)
{
	cache_free(l->cache);
	ring_release(&l->flying);
	ring_release(&l->unsaved);
}

void
lookup_ask(struct lookup *l, struct pair *pair)
{
	struct lookup_entry entry = {.pair = pair, .hash = pair->hash};

	lookup_entry_push(&l->flying, entry);
	if (!lookup_in_outage(l))
		lookup_entry_send(&entry, l->cache, &l->ignored);
}

bool
lookup_ask_legacy(struct lookup *l, struct pair *pair, struct slice company, struct slice title)
{
	if (!l->legacy || !legacy_is_plain(company, title))
		return false;
	lookup_entry_push(&l->flying, (struct lookup_entry){.pair = pair, .hash = pair->hash, .kind = LOOK_UP_LEGACY});
	cache_ask_legacy(l->cache, company, title, &l->ignored);
	return true;
}

bool
lookup_claim(struct lookup *l, struct pair *pair)
{
	if (!l->claims || !lookup_may_save(l))
		return false;
	send_entry(l, (struct lookup_entry){.pair = pair, .hash = pair->hash, .kind = LOOK_CLAIM});
	return true;
}

void
lookup_renew_claim(struct lookup *l, const struct pair *pair)
{
	if (l->claims && lookup_may_save(l))
		send_entry(l, (struct lookup_entry){.hash = pair->hash, .kind = RENEW_CLAIM});
}

void
lookup_end_claim(struct lookup *l, const struct pair *pair)
{
	if (l->claims && lookup_may_save(l))
		send_entry(l, (struct lookup_entry){.hash = pair->hash, .kind = END_CLAIM});
}

bool
lookup_save(struct lookup *l, struct pair *pair)
{
	struct lookup_entry entry = {.pair = pair, .hash = pair->hash, .kind = WRITE_BACK, .seniority = pair->seniority};

	if (!lookup_may_save(l)) {
		entry.pair = NULL;
		lookup_postpone(l, entry);
		return false;
	}
	send_entry(l, entry);
	return true;
}

int
lookup_drain(struct lookup *l, size_t keep, struct err *err)
{
	enum time_use before = l->profile->now;
	int result = drain_queue(l, keep, err);

	time_profile_switch(l->profile, before);
	return result;
}

static bool
has_few_unsaved(const struct lookup *l)
{
	return (int64_t)l->unsaved.count + l->lost < l->outage_pairs || lookup_may_save(l);
}

int
lookup_bound_outage(struct lookup *l, struct err *err)
{
	if (has_few_unsaved(l))
		return 0;
	if (lookup_in_outage(l))
		l->outage_until = 1; /* long past: Redis is tried once more, now */
	if (lookup_drain(l, l->flying.count, err) < 0)
		return -1;
	if (has_few_unsaved(l))
		return 0;
	return err_set(err, ERR_TEMPORARY, "%s: %lld answers of the model could not be stored: ending (outage_pairs)",
	               cache_name(l->cache), (long long)l->unsaved.count + (long long)l->lost);
}

size_t
lookup_finish(struct lookup *l)
{
	struct err err = ERR_INIT;
	size_t left;

	l->finishing = true;
	/* a time long past: the next drain tries at once, and does not warn again */
	if (l->no_saving_until != 0)
		l->no_saving_until = 1;
	if (lookup_in_outage(l))
		l->outage_until = 1;
	do {
		left = l->unsaved.count;
		lookup_drain(l, 0, &err);
	} while (l->unsaved.count < left && l->unsaved.count > 0);
	left = l->unsaved.count + (size_t)l->lost;
	if (left > 0)
		log_warning("%zu answers of the model could not be stored in Redis: the model will be asked again", left);
	return left;
}
