/*
 * One connection to Redis. hiredis resolves, connects and parses; the queue, sending and receiving
 * are here: the socket is only used with MSG_DONTWAIT, and poll(2) does every wait, so a big
 * pipeline goes out while its first answers come in, and a time-out is a time-out.
 */
#include "redis/redis.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/signals.h"
#include "redis/internal.h"

#define BLOCK 65536

/*
 * Bytes of one reply. The commands used here answer in far less; without a bound a strange server
 * could fill the memory.
 */
#define REPLY_MAX (64 << 20)

struct redis {
	redisContext *context; /* NULL: closed after an error */
	char *name;
	int timeout_ms;
	struct buf queue;
	size_t sent;     /* of the queue */
	size_t unparsed; /* bytes received since the last whole reply */
	char block[BLOCK];
};

static struct slice
first_word(struct slice text)
{
	size_t n = 0;

	while (n < text.len && text.ptr[n] != ' ')
		n++;
	return slice_of(text.ptr, n);
}

/* The node in "MOVED 3999 127.0.0.1:6381"; a server that is not Redis may leave it out. */
static struct slice
last_word(struct slice text)
{
	const char *space = text.len > 0 ? memrchr(text.ptr, ' ', text.len) : NULL;
	size_t from = space != NULL ? (size_t)(space - text.ptr) + 1 : text.len;

	return from < text.len ? slice_of(text.ptr + from, text.len - from) : SLICE("another node");
}

/* What an error reply means by its first word. */
static enum err_kind
kind_of_reply(struct slice reply)
{
	static const struct {
		const char *word;
		enum err_kind kind;
	} kinds[] = {
		{"LOADING", ERR_TEMPORARY},     {"BUSY", ERR_TEMPORARY},       {"TRYAGAIN", ERR_TEMPORARY},
		{"CLUSTERDOWN", ERR_TEMPORARY}, {"MASTERDOWN", ERR_TEMPORARY}, {"READONLY", ERR_TEMPORARY},
		{"OOM", ERR_TEMPORARY},         {"MISCONF", ERR_TEMPORARY},    {"NOREPLICAS", ERR_TEMPORARY},
		{"UNBLOCKED", ERR_TEMPORARY},   {"NOAUTH", ERR_USAGE},         {"WRONGPASS", ERR_USAGE},
		{"DENIED", ERR_USAGE},          {"NOPERM", ERR_ACCESS},
	};
	struct slice word = first_word(reply);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (slice_equal_str(word, kinds[i].word))
			return kinds[i].kind;
	/* the code of this one is ERR, as of most that are for good: only the text tells it apart */
	if (slice_starts_with(reply, SLICE("ERR max number of clients")))
		return ERR_TEMPORARY;
	return ERR_FAILED;
}

static int
refuse_closed(const struct redis *redis, struct err *err)
{
	err_set(err, ERR_TEMPORARY, "the connection was closed after an error");
	return err_set_object(err, "%s", redis->name);
}

static int
timed_out(struct redis *redis, const char *doing, struct err *err)
{
	err_set(err, ERR_TEMPORARY, "%s: no answer within %g s (redis_timeout)", doing, redis->timeout_ms / 1000.0);
	return redis_give_up(redis, err);
}

/* Sends what goes without waiting. */
static void
send_some(struct redis *redis)
{
	while (redis->sent < redis->queue.len) {
		ssize_t n = send(redis->context->fd, redis->queue.data + redis->sent, redis->queue.len - redis->sent,
		                 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			if (redis->sent > redis->queue.len / 2) {
				buf_consume(&redis->queue, redis->sent);
				redis->sent = 0;
			}
			return;
		}
		/*
		 * Gone; but a server that turns us away says why before it closes: let receive() find that,
		 * or the end.
		 */
		if (n < 0)
			break;
		redis->sent += (size_t)n;
	}
	redis->queue.len = redis->sent = 0;
}

/* Waits until there is something to read; meanwhile sends the queue. */
static int
wait_readable(struct redis *redis, struct err *err)
{
	for (;;) {
		struct pollfd fd = {.fd = redis->context->fd, .events = POLLIN};
		int n;

		if (redis->queue.len)
			fd.events |= POLLOUT;
		/* io_readable waits for reading alone. */
		n = poll(&fd, 1, redis->timeout_ms);
		if (n < 0 && errno == EINTR && !signals_stop())
			continue;
		if (n < 0) {
			err_set(err, ERR_TEMPORARY, "interrupted");
			return redis_give_up(redis, err);
		}
		if (n == 0)
			return timed_out(redis, "waiting", err);
		if (fd.revents & POLLOUT)
			send_some(redis);
		if (fd.revents & ~POLLOUT)
			return 0;
	}
}

/* At least one more byte for the parser. */
static int
receive_bytes(struct redis *redis, struct err *err)
{
	for (;;) {
		ssize_t n = recv(redis->context->fd, redis->block, sizeof(redis->block), MSG_DONTWAIT);

		if (n > 0) {
			redis->unparsed += (size_t)n;
			if (redis->unparsed > REPLY_MAX) {
				err_set(err, ERR_FAILED, "an answer of more than %d MiB", REPLY_MAX >> 20);
				return redis_give_up(redis, err);
			}
			redisReaderFeed(redis->context->reader, redis->block, (size_t)n);
			return 0;
		}
		if (n == 0) {
			err_set(err, ERR_TEMPORARY, "the server closed the connection");
			return redis_give_up(redis, err);
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EWOULDBLOCK) {
			err_set_errno(err, ERR_TEMPORARY, "the connection broke");
			return redis_give_up(redis, err);
		}
		if (wait_readable(redis, err))
			return -1;
	}
}

/* The next whole reply of hiredis's parser, by the object functions that are set. */
static void *
parse_reply(struct redis *redis, struct err *err)
{
	void *object = NULL;

	for (;;) {
		if (redisReaderGetReply(redis->context->reader, &object) != REDIS_OK) {
			err_set(err, ERR_FAILED, "it does not answer as Redis does: %s", redis->context->reader->errstr);
			err->advice = "is it another server? See redis_host and redis_port";
			redis_give_up(redis, err);
			return NULL;
		}
		if (object)
			break;
		/* Only now: commands that are queued while answers are available go out in one piece. */
		send_some(redis);
		if (receive_bytes(redis, err))
			return NULL;
	}
	redis->unparsed = redis->context->reader->len - redis->context->reader->pos;
	return object;
}

void
redis_close(struct redis *redis)
{
	if (redis->context)
		redisFree(redis->context);
	redis->context = NULL;
	redis->queue.len = redis->sent = 0;
}

int
redis_give_up(struct redis *redis, struct err *err)
{
	redis_close(redis);
	err_set_object(err, "%s", redis->name);
	return -1;
}

int
redis_refuse(struct redis *redis, struct slice reply, struct err *err)
{
	struct slice word = first_word(reply);
	/*
	 * Redis repeats the arguments of a command that it does not know: one of them may be a secret.
	 */
	const char *echo = reply.len ? memmem(reply.ptr, reply.len, ", with args", 11) : NULL;

	if (echo)
		reply.len = (size_t)(echo - reply.ptr);
	if (reply.len > 300)
		reply.len = 300;
	if (slice_equal_str(word, "MOVED") || slice_equal_str(word, "ASK")) {
		struct slice node = last_word(reply);

		err_set(err, ERR_FAILED,
		        "it is one node of a Redis Cluster, and the key is on %.*s: "
		        "connect to that node, or better to a Redis or a proxy that has all keys (redis_host, redis_port)",
		        SLICE_ARGS(node));
	} else if (slice_equal_str(word, "NOAUTH")) {
		err_set(err, ERR_USAGE, "it asks for a password (REDIS_PASSWORD)");
	} else {
		err_set(err, kind_of_reply(reply), "%.*s", SLICE_ARGS(reply));
	}
	err_tell_answer(err, NULL, 0, word);
	return redis_give_up(redis, err);
}

int
redis_unexpected(const struct redis *redis, const char *command, struct err *err)
{
	err_set(err, ERR_FAILED, "%s: %s%san answer of an unexpected kind", redis->name, command, *command ? ": " : "");
	err_tell_object(err, redis->name);
	err_tell_answer(err, *command ? command : NULL, 0, SLICE(""));
	return -1;
}

void *
redis_next_object(struct redis *redis, redisReplyObjectFunctions *objects, void *privdata, struct err *err)
{
	redisReplyObjectFunctions *before;
	void *object;

	if (redis->context == NULL) {
		refuse_closed(redis, err);
		return NULL;
	}
	if (objects == NULL)
		return parse_reply(redis, err);
	before = redis->context->reader->fn;
	redis->context->reader->fn = objects;
	redis->context->reader->privdata = privdata;
	object = parse_reply(redis, err);
	if (redis->context != NULL)
		redis->context->reader->fn = before;
	return object;
}

struct buf *
redis_queue(struct redis *redis)
{
	return redis->context ? &redis->queue : NULL;
}

int
redis_append(struct redis *redis, int argc, const struct slice *argv, struct err *err)
{
	struct buf *queue = redis_queue(redis);

	if (queue == NULL)
		return refuse_closed(redis, err);
	buf_printf(queue, "*%d\r\n", argc);
	for (int i = 0; i < argc; i++) {
		buf_printf(queue, "$%zu\r\n", argv[i].len);
		buf_append_slice(queue, argv[i]);
		buf_append(queue, "\r\n", 2);
	}
	return 0;
}

int
redis_flush(struct redis *redis, struct err *err)
{
	if (redis->context == NULL)
		return refuse_closed(redis, err);
	send_some(redis);
	return 0;
}

struct redis *
redis_adopt(redisContext *context, const char *name, int timeout_ms)
{
	struct redis *redis = mem_zero(1, sizeof(*redis));

	redis->context = context;
	redis->name = mem_dup(name);
	redis->timeout_ms = timeout_ms;
	return redis;
}

const char *
redis_name(const struct redis *redis)
{
	return redis->name;
}

void
redis_free(struct redis *redis)
{
	if (redis == NULL)
		return;
	redis_close(redis);
	buf_release(&redis->queue);
	free(redis->name);
	free(redis);
}
