/* Asking the services that give credentials. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/credentials_internal.h"
#include "aws/retry.h"
#include "base/io.h"
#include "base/log.h"
#include "base/random.h"
#include "base/signals.h"

#define TOKEN_MAX ((size_t)64 << 10) /* a web identity token has a few KiB; STS takes 20,000 bytes */

static bool
worth_a_try(int status)
{
	return status < 0 || retry_classify(status, SLICE("")) != RETRY_NEVER;
}

int
credential_fetch(const struct fetch *fetch, int attempts, struct buf *reply, struct err *err)
{
	struct random random = random_seeded();
	int status = -1;

	for (int attempt = 1; attempt <= attempts; attempt++) {
		status = fetch_run(fetch, reply, err);
		if (!worth_a_try(status) || attempt == attempts)
			break;
		log_debug("%s: %s, attempt %d of %d", fetch->url, status < 0 ? ERR_TEXT(err) : "too busy", attempt, attempts);
		poll(NULL, 0, (int)retry_delay(attempt, RETRY_THROTTLED, random_unit(&random)));
		if (signals_stop()) {
			err_set(err, ERR_TEMPORARY, "asked to stop");
			return -1;
		}
	}
	return status;
}

int
credential_read_token(const char *path, struct buf *to, struct err *err)
{
	buf_reset(to);
	if (io_read_file(path, TOKEN_MAX, to, err) < 0)
		return -1;
	while (to->len && strchr(" \t\r\n", to->data[to->len - 1]))
		to->len--;
	if (!to->len)
		return err_set(err, ERR_USAGE, "%s is empty", path);
	for (size_t i = 0; i < to->len; i++)
		if (to->data[i] < ' ' || to->data[i] > '~')
			return err_set(err, ERR_USAGE, "%s: more than one line, or no plain text", path);
	return 0;
}
