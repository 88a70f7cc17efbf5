/*
 * Cached answers for (company, title) pairs, in Redis.
 *
 * The pair's hash decides where it is stored: the first 20 bits name a small hash,
 * "seniority:<cache_version>:3fa2c", and the low 64 bits, as a signed decimal number, the field in
 * it; the value is the digit. Redis stores such hashes compactly: about 17 bytes a pair. Two pairs
 * share a place if all these 84 bits agree: among 20 million pairs, the look-up of a new one meets
 * another's place with a probability of 1e-18.
 *
 * A claim, "seniority:claim:<cache_version>:<hash>", says that a process is asking the model for
 * the pair now; it expires after CACHE_CLAIM_MS unless it is renewed, so that nobody waits for a
 * dead process.
 *
 * Commands are queued and answered in order:
 *
 *	for each pair: cache_ask (or cache_tell);  cache_flush;  for each of them, in that order: cache_answer
 *
 * cache_flush does not wait: other work can be done before the first cache_answer. The caller
 * limits what is in flight (a batch of some thousand). After any error the connection is closed and
 * everything unanswered is forgotten: cache_connect starts again, with nothing in flight.
 */
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "cache/pair_hash.h"
#include "settings/settings.h"

/*
 * Appends "seniority:1:3fa2c" and "-1234567890" of a pair, for people and programs that inspect the
 * cache.
 */
struct cache;
void cache_key(const struct cache *cache, struct pair_hash hash, struct buf *to);
void cache_field(struct pair_hash hash, struct buf *to);

/* Not connected yet. The settings must outlive it. */
struct cache *cache_new(const struct settings *settings);
void cache_free(struct cache *cache);

/* Connects, unless it is connected. Errors as of redis_open. */
int cache_connect(struct cache *cache, struct err *err);
/*
 * Tries, on a connection without anything in flight, whether the server does what a run wants of
 * it: look-ups of keys in many slots of a cluster, a claim with `claims`, and a write, for which it
 * checks rights and role, but which is not whole and changes nothing. -1 with err.
 */
int cache_check(struct cache *cache, bool claims, struct err *err);
bool cache_connected(const struct cache *cache);
void cache_disconnect(struct cache *cache);
/*
 * The name of the server, for messages: "redis://localhost:6379/0"; "Redis" if it was never
 * connected.
 */
const char *cache_name(const struct cache *cache);

/*
 * Queues a look-up. Some may be sent at once. Returns 0, or -1 with err if it is not connected or
 * the connection broke.
 */
int cache_ask(struct cache *cache, struct pair_hash hash, struct err *err);

/*
 * Queues a write; with cache_ttl_days the pair's whole bucket lives that long from now. `seniority`
 * is 1..7.
 */
int cache_tell(struct cache *cache, struct pair_hash hash, int seniority, struct err *err);

/* The same, but a seniority that is there already stays. */
int cache_add(struct cache *cache, struct pair_hash hash, int seniority, struct err *err);

/* How many of the writes answered so far were of new pairs. */
int64_t cache_added(const struct cache *cache);

#define CACHE_CLAIM_MS 3000

/* A cache_answer: another process has claimed the pair. */
#define CACHE_CLAIMED (-1)

/*
 * Queues a claim of the pair and a look-up after it: so a pair that another process learnt and
 * released in the meantime is found. Its answer is 1..7: known; 0: the claim is ours;
 * CACHE_CLAIMED.
 */
int cache_claim(struct cache *cache, struct pair_hash hash, struct err *err);

/*
 * Queues the renewal of a claim, or its end. That a claim was lost meanwhile does no harm: a pair
 * may be asked twice.
 */
int cache_renew_claim(struct cache *cache, struct pair_hash hash, struct err *err);
int cache_end_claim(struct cache *cache, struct pair_hash hash, struct err *err);

/*
 * Queues a look-up under the predecessor's key "company:title" (cache/legacy.h says when that can
 * be believed).
 */
int cache_ask_legacy(struct cache *cache, struct slice company, struct slice title, struct err *err);

/*
 * Sends as much of the queue as the connection takes without waiting; the rest goes out during
 * cache_answer.
 */
int cache_flush(struct cache *cache, struct err *err);

/*
 * Waits for the next answer. *seniority becomes 1..7, or 0: a look-up that found nothing (or
 * nothing that is a seniority, which is warned of), or the answer to anything else (but see
 * cache_claim). An error reply of the server (OOM, READONLY, LOADING, ...) is an error.
 */
int cache_answer(struct cache *cache, int *seniority, struct err *err);

/* How many answers are still to be fetched. */
size_t cache_in_flight(const struct cache *cache);

#endif
