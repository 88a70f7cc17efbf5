/*
 * From the settings to a connection that is known to be Redis: connect, AUTH, SELECT or PING. Each
 * message names the server and the setting that is wrong; none shows the password.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "redis/internal.h"

/*
 * A unix socket's buffer holds about 200 KiB by default, less than one batch of look-ups; the
 * kernel cuts this to its limit.
 */
#define SEND_BUFFER (1 << 20)

static int
check_settings(const struct settings *settings, int64_t timeout, struct err *err)
{
	if (settings_bool(settings, "redis_tls"))
		return err_set(err, ERR_USAGE, "redis_tls: hiredis %d.%d.%d has no TLS here: use a TLS proxy such as stunnel",
		               HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH);
	if (timeout <= 0 || timeout > INT_MAX)
		return err_set(err, ERR_USAGE, "redis_timeout must be more than 0 and less than 24 days");
	return 0;
}

/* The text of a setting, NULL if it is empty too: --redis-socket '' turns back to host and port. */
static const char *
text_of(const struct settings *settings, const char *name)
{
	const char *text = settings_text(settings, name);

	return text && *text ? text : NULL;
}

static void
set_name(struct buf *name, const struct settings *settings)
{
	const char *path = text_of(settings, "redis_socket");
	const char *host = settings_text(settings, "redis_host");
	long long port = settings_int(settings, "redis_port");
	long long db = settings_int(settings, "redis_db");

	if (path)
		buf_printf(name, "unix:%s/%lld", path, db);
	else if (strchr(host, ':'))
		buf_printf(name, "redis://[%s]:%lld/%lld", host, port, db);
	else
		buf_printf(name, "redis://%s:%lld/%lld", host, port, db);
}

static void
cannot_connect(const redisContext *context, const char *name, int64_t timeout_ms, struct err *err)
{
	bool by_system = context != NULL && context->err == REDIS_ERR_IO;
	int code = by_system ? errno : 0;

	if (code == ETIMEDOUT || code == EAGAIN)
		err_set(err, ERR_TEMPORARY, "cannot connect to %s: no answer within %g s (redis_timeout)", name,
		        (double)timeout_ms / 1000.0);
	else
		err_set(err, code == EACCES ? ERR_USAGE : ERR_TEMPORARY, "cannot connect to %s: %s", name,
		        context != NULL ? context->errstr : "out of memory");
	err_tell_object(err, name);
}

static redisContext *
connect_to(const struct settings *settings, const char *name, int64_t timeout_ms, struct err *err)
{
	const char *path = text_of(settings, "redis_socket");
	struct timeval timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
	int size = SEND_BUFFER;
	redisContext *context;

	errno = 0;
	if (path)
		context = redisConnectUnixWithTimeout(path, timeout);
	else
		context = redisConnectWithTimeout(settings_text(settings, "redis_host"),
		                                  (int)settings_int(settings, "redis_port"), timeout);
	if (context == NULL || context->err) {
		cannot_connect(context, name, timeout_ms, err);
		if (context)
			redisFree(context);
		return NULL;
	}
	if (path)
		(void)setsockopt(context->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)); /* only slower without */
	else
		(void)redisEnableKeepAlive(context);
	return context;
}

/*
 * Checks AUTH's reply. The server's text may repeat the password, so only its kind is reported. The
 * kinds differ in the text alone: the code of all of them is ERR.
 */
static int
check_auth(struct redis *redis, const struct redis_value *value, struct err *err)
{
	struct slice text = redis_value_start(value);
	const char *why = "the password was not accepted (redis_user, REDIS_PASSWORD)";

	if (value->type == REDIS_STATUS)
		return 0;
	if (slice_starts_with(text, SLICE("ERR AUTH <password> called without any")) ||
	    slice_starts_with(text, SLICE("ERR Client sent AUTH")))
		why = "a password is set here (REDIS_PASSWORD), but the server asks for none";
	else if (slice_starts_with(text, SLICE("ERR unknown command")))
		why = "the server does not know AUTH";
	else if (slice_starts_with(text, SLICE("ERR wrong number of arguments")))
		why = "the server knows no user names (redis_user)";
	else if (!slice_starts_with(text, SLICE("ERR")) && !slice_starts_with(text, SLICE("WRONGPASS")))
		return redis_refuse(redis, text, err);
	err_set(err, ERR_USAGE, "%s", why);
	err_tell_answer(err, "AUTH", 0, SLICE(""));
	return err_set_object(err, "%s", redis_name(redis));
}

static int
authenticate(struct redis *redis, const struct settings *settings, struct err *err)
{
	const char *user = text_of(settings, "redis_user");
	const char *password = text_of(settings, "redis_password");
	struct slice argv[3] = {SLICE("AUTH")};
	struct redis_value value;
	int argc = 1;

	if (user == NULL && password == NULL)
		return 0;
	if (user)
		argv[argc++] = slice_of_str(user);
	argv[argc++] = slice_of_str(password ? password : "");
	if (redis_append(redis, argc, argv, err) || redis_next(redis, &value, err))
		return -1;
	return check_auth(redis, &value, err);
}

/* SELECT, or PING for database 0: a server that answers +OK or +PONG is Redis. */
static int
select_database(struct redis *redis, const struct settings *settings, struct err *err)
{
	long long db = settings_int(settings, "redis_db");
	struct slice ping[] = {SLICE("PING")};
	struct slice choose[] = {SLICE("SELECT"), {NULL, 0}};
	char number[32];
	struct redis_value value;

	choose[1] = slice_of(number, (size_t)snprintf(number, sizeof(number), "%lld", db));
	if (db ? redis_append(redis, 2, choose, err) : redis_append(redis, 1, ping, err))
		return -1;
	if (redis_next(redis, &value, err))
		return -1;
	if (value.type == REDIS_STATUS)
		return 0;
	if (value.type == REDIS_ERROR) {
		redis_refuse(redis, redis_value_start(&value), err);
		if (db && err->kind == ERR_FAILED) /* "ERR DB index is out of range" */
			err_prefix(err, "redis_db");
		return -1;
	}
	err_set(err, ERR_USAGE, "it does not answer as Redis does");
	return err_set_object(err, "%s", redis_name(redis));
}

/*
 * Whether the server, which closed the connection at our first command, speaks TLS: such a one
 * answers the start of a handshake, though it is cut short, by an alert (21) of version 3.
 */
static bool
speaks_tls(const struct settings *settings, const char *name, int64_t timeout_ms)
{
	static const char hello[] = {22, 3, 1, 0, 5, 1, 0, 0, 1, 0};
	char answer[2] = {0};
	struct err ignored = ERR_INIT;
	redisContext *context = connect_to(settings, name, timeout_ms, &ignored);
	ssize_t n = -1;

	if (context == NULL)
		return false;
	if (send(context->fd, hello, sizeof(hello), MSG_NOSIGNAL) == sizeof(hello)) {
		struct pollfd fd = {.fd = context->fd, .events = POLLIN};

		if (poll(&fd, 1, (int)timeout_ms) == 1)
			n = recv(context->fd, answer, sizeof(answer), MSG_DONTWAIT);
	}
	redisFree(context);
	return n == sizeof(answer) && (answer[0] == 21 || answer[0] == 22) && answer[1] == 3;
}

/*
 * The first command failed after `waited` ms: if something but the connection did, the settings are
 * wrong, and if the connection did at once, they may be.
 */
static void
judge_greeting(const struct settings *settings, const char *name, int64_t timeout_ms, int64_t waited, struct err *err)
{
	if (err->kind == ERR_FAILED)
		err->kind = ERR_USAGE;
	if (err->kind != ERR_TEMPORARY || err->code[0] != '\0' || waited >= timeout_ms ||
	    !speaks_tls(settings, name, timeout_ms))
		return;
	err_set(err, ERR_USAGE, "it takes TLS alone: use a TLS proxy such as stunnel, or a port without TLS (redis_port)");
	err_set_object(err, "%s", name);
}

struct redis *
redis_open(const struct settings *settings, struct err *err)
{
	int64_t timeout_ms = settings_int(settings, "redis_timeout");
	struct buf name = BUF_INIT;
	struct redis *redis = NULL;
	redisContext *context;
	int64_t began = clock_mono_ms();

	if (check_settings(settings, timeout_ms, err))
		return NULL;
	set_name(&name, settings);
	context = connect_to(settings, buf_cstr(&name), timeout_ms, err);
	if (context) {
		redis = redis_adopt(context, buf_cstr(&name), (int)timeout_ms);
		if (authenticate(redis, settings, err) || select_database(redis, settings, err)) {
			redis_free(redis);
			judge_greeting(settings, buf_cstr(&name), timeout_ms, clock_mono_ms() - began, err);
			redis = NULL;
		}
	}
	buf_release(&name);
	return redis;
}
