/* Windows, the memory that they share, and digests in company. */
#include "s3/readahead.h"

#include "base/clock.h"

#define KIB ((size_t)1024)
#define MIB (1024 * KIB)

/* For all windows together. Each has an equal share, but */
#define ALL_MAX (64 * MIB)
#define EACH_MAX (4 * MIB)
/* at least this much, so that a thousand transfers do not crawl. */
#define EACH_MIN (256 * KIB)
/* Windows that are digested along with another. More than there are lanes, for some are short. */
#define COMPANY_MAX 32
/*
 * This many are worth a short wait: nobody notices it, and a nearby server needs less for as many
 * objects.
 */
#define COMPANY_GOOD 8
#define PATIENCE_MS 50

static size_t
fair_share(const struct readahead_pool *pool)
{
	size_t share = ALL_MAX / (pool->open > 0 ? pool->open : 1);

	return share < EACH_MIN ? EACH_MIN : share > EACH_MAX ? EACH_MAX : share;
}

/* Kept for the next object: fresh memory costs a page fault every 4 KiB. */
static void
keep_memory(struct readahead_pool *pool, struct buf *buf)
{
	if (buf->cap > 0 && pool->held <= ALL_MAX && pool->spare_count < AHEAD_SPARE_MAX) {
		buf_reset(buf);
		pool->spare[pool->spare_count++] = *buf;
		*buf = (struct buf)BUF_INIT;
		return;
	}
	pool->held -= buf->cap;
	buf_release(buf);
}

static void
reserve_room(struct readahead *ahead, size_t len)
{
	struct readahead_pool *pool = ahead->pool;

	if (ahead->came.cap == 0 && pool->spare_count > 0)
		ahead->came = pool->spare[--pool->spare_count];
	pool->held -= ahead->came.cap;
	buf_reserve(&ahead->came, len);
	pool->held += ahead->came.cap;
}

/* Whether it has blocks for a lane. */
static bool
is_company(const struct readahead *ahead)
{
	return ahead->digesting && ahead->came.len - ahead->digested >= MD5_BLOCK;
}

/* Whether many have something to be digested, or no more of them are to be expected. */
static bool
in_company(const struct readahead_pool *pool)
{
	size_t now = 0, later = 0;

	for (const struct readahead *ahead = pool->first; ahead != NULL && now < COMPANY_GOOD; ahead = ahead->next) {
		if (is_company(ahead))
			now++;
		else if (!ahead->ended && !readahead_is_full(ahead))
			later++;
	}
	return now >= COMPANY_GOOD || now + later < COMPANY_GOOD;
}

static struct md5_input
undigested_input(struct readahead *ahead)
{
	return (struct md5_input){&ahead->md5, ahead->came.data + ahead->digested, ahead->came.len - ahead->digested};
}

/* Digests the bytes of this one, and of others as much as costs nothing more. */
static void
catch_up(struct readahead *ahead)
{
	struct readahead *company[COMPANY_MAX] = {ahead};
	struct md5_input inputs[COMPANY_MAX];
	size_t count = 1;

	if (!ahead->digesting || ahead->digested == ahead->came.len)
		return;
	for (struct readahead *other = ahead->pool->first; other != NULL && count < COMPANY_MAX; other = other->next)
		if (other != ahead && is_company(other))
			company[count++] = other;
	for (size_t i = 0; i < count; i++)
		inputs[i] = undigested_input(company[i]);
	md5_add_many(inputs, count);
	for (size_t i = 0; i < count; i++)
		company[i]->digested = company[i]->came.len - inputs[i].len;
}

void
readahead_open(struct readahead *ahead, struct readahead_pool *pool)
{
	*ahead = (struct readahead){.pool = pool, .next = pool->first};
	if (pool->first != NULL)
		pool->first->prev = ahead;
	pool->first = ahead;
	pool->open++;
}

void
readahead_close(struct readahead *ahead)
{
	struct readahead_pool *pool = ahead->pool;

	if (pool == NULL)
		return;
	if (ahead->prev != NULL)
		ahead->prev->next = ahead->next;
	else
		pool->first = ahead->next;
	if (ahead->next != NULL)
		ahead->next->prev = ahead->prev;
	pool->open--;
	pool->waiting -= ahead->came.len;
	keep_memory(pool, &ahead->came);
	keep_memory(pool, &ahead->out);
	ahead->pool = NULL;
}

void
readahead_pool_release(struct readahead_pool *pool)
{
	while (pool->spare_count > 0)
		buf_release(&pool->spare[--pool->spare_count]);
	pool->held = 0;
}

void
readahead_start(struct readahead *ahead, int64_t size, bool digest)
{
	size_t most = fair_share(ahead->pool);

	ahead->pool->waiting -= ahead->came.len;
	buf_reset(&ahead->came);
	ahead->ended = false;
	ahead->since = 0;
	ahead->digesting = digest;
	ahead->digested = 0;
	md5_init(&ahead->md5);
	if (size > 0)
		reserve_room(ahead, (uint64_t)size < most ? (size_t)size : most);
}

bool
readahead_is_full(const struct readahead *ahead)
{
	const struct readahead_pool *pool = ahead->pool;
	size_t len = ahead->came.len;

	return len >= EACH_MIN && (len >= fair_share(pool) || pool->waiting >= ALL_MAX);
}

bool
readahead_pool_has_room(const struct readahead_pool *pool)
{
	return pool->waiting < ALL_MAX / 2;
}

void
readahead_add(struct readahead *ahead, const char *data, size_t len)
{
	reserve_room(ahead, len);
	buf_append(&ahead->came, data, len);
	ahead->pool->waiting += len;
}

void
readahead_end(struct readahead *ahead, bool ended)
{
	ahead->ended = ended;
}

bool
readahead_is_ready(struct readahead *ahead)
{
	struct readahead_pool *pool = ahead->pool;
	bool ready = !is_company(ahead) || readahead_is_full(ahead) || in_company(pool);
	int64_t now;

	if (!ready) {
		now = clock_mono_ms();
		if (ahead->since == 0)
			ahead->since = now;
		pool->due = ahead->since + PATIENCE_MS;
		ready = now >= pool->due;
	}
	if (ready)
		ahead->since = pool->due = 0;
	return ready;
}

struct slice
readahead_take(struct readahead *ahead)
{
	struct buf spent = ahead->out;

	catch_up(ahead);
	ahead->pool->waiting -= ahead->came.len;
	ahead->out = ahead->came;
	ahead->came = spent;
	buf_reset(&ahead->came);
	ahead->digested = 0;
	return slice_of_buf(&ahead->out);
}

void
readahead_digest(struct readahead *ahead, unsigned char digest[MD5_SIZE])
{
	catch_up(ahead);
	md5_digest(&ahead->md5, digest);
}
