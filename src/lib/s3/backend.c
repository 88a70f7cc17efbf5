/* The S3 store: its settings, and its table of operations. */
#include "s3/backend.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/endpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/units.h"
#include "s3/s3.h"

/* Of the setting, AWS's variables and the profile; NULL and no error: AWS. */
static int
choose_endpoint(struct s3 *s3, const struct settings *settings, struct err *err)
{
	const char *from;
	const char *text = endpoint_choose(settings, credentials_endpoint(s3->credentials), &from);

	if (text == NULL)
		return 0;
	s3->endpoint = endpoint_parse(text, from, err);
	return s3->endpoint != NULL ? 0 : -1;
}

static int
choose_attempts(struct s3 *s3, const struct settings *settings, struct err *err)
{
	const char *text = settings_aws(settings, "AWS_MAX_ATTEMPTS");
	const char *name = "AWS_MAX_ATTEMPTS";
	int64_t attempts = RETRY_ATTEMPTS;

	if (text == NULL) {
		text = credentials_max_attempts(s3->credentials);
		name = "max_attempts of the profile:";
	}
	if (text != NULL && !units_parse_int(text, 1, 1000, &attempts))
		return err_set(err, ERR_USAGE, "%s %s: must be a number from 1 to 1000", name, text);
	s3->max_attempts = (int)attempts;
	return 0;
}

/* A region becomes part of a host name and of the signature. */
static int
check_region(const char *region, struct err *err)
{
	size_t len = strlen(region);

	if (len == 0 || len > 64 ||
	    strspn(region, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != len)
		return err_set(err, ERR_USAGE, "region %s: not a valid region name", region);
	return 0;
}

/*
 * AWS's own variable, for stores that refuse the header: when_required is never, for a GET requires
 * none.
 */
static bool
asks_checksum(const struct settings *settings)
{
	const char *text = settings_aws(settings, "AWS_RESPONSE_CHECKSUM_VALIDATION");

	return text == NULL || strcasecmp(text, "when_required") != 0;
}

static void
s3_free(struct store *store)
{
	struct s3 *s3 = (struct s3 *)store;

	if (s3->http != NULL)
		s3_drain(s3);
	while (s3->first != NULL) {
		log_warning("%s of s3://%s/%s did not end in time", s3->first->verb, s3->first->bucket->name, s3->first->key);
		s3_request_free(s3->first);
	}
	credentials_free(s3->credentials);
	http_free(s3->http);
	readahead_pool_release(&s3->readahead);
	s3_bodies_free(s3);
	sigv4_free(s3->sigv4);
	s3_buckets_free(s3);
	free(s3->endpoint);
	free(s3->region);
	free(s3->agent);
	free(s3);
}

static int64_t
s3_retries(const struct store *store)
{
	return ((const struct s3 *)store)->retries;
}

/* Waits for them, as nothing else is under way. */
static int
describe_credentials(struct s3 *s3, const char *endpoint, struct buf *to, struct err *err)
{
	const struct aws_credentials *found;
	enum credentials_answer answer;

	while ((answer = credentials_get(s3->credentials, 0, &found, err)) == CREDENTIALS_PENDING)
		if (s3_pump(s3, err) < 0)
			return -1;
	if (answer == CREDENTIALS_FAILED)
		return -1;
	credentials_describe(s3->credentials, found, endpoint, s3->region, to);
	return 0;
}

static int
s3_describe(struct store *store, struct buf *to, struct err *err)
{
	struct s3 *s3 = (struct s3 *)store;
	const char *endpoint = s3->endpoint != NULL ? s3->endpoint : "AWS";

	buf_append_str(to, "store: S3\n");
	if (!s3->anonymous)
		return describe_credentials(s3, endpoint, to, err);
	buf_printf(to, "access_key: none (no_sign_request)\nregion: %s\nendpoint: %s\n", s3->region, endpoint);
	return 0;
}

static const struct store_ops s3_ops = {
	.free = s3_free,
	.wait = s3_wait,
	.retries = s3_retries,
	.describe = s3_describe,
	.list_open = s3_list_open,
	.list_next = s3_list_next,
	.list_free = s3_list_free,
	.get_open = s3_get_open,
	.get_read = s3_get_read,
	.get_free = s3_get_free,
	.get_room = s3_get_room,
	.put_open = s3_put_open,
	.put_write = s3_put_write,
	.put_commit = s3_put_commit,
	.put_wait = s3_put_wait,
	.put_free = s3_put_free,
	.look_open = s3_look_open,
	.look_wait = s3_look_wait,
	.look_free = s3_look_free,
	.remove = s3_remove,
};

struct store *
s3_store_open(const struct settings *settings, struct err *err)
{
	struct s3 *s3 = mem_zero(1, sizeof(*s3));
	struct http_options options = {
		.connect_timeout_ms = settings_int(settings, "connect_timeout"),
		.stall_timeout_ms = settings_int(settings, "stall_timeout"),
	};

	s3->store.ops = &s3_ops;
	s3->quota = (struct retry_quota)RETRY_QUOTA_INIT;
	s3->check_md5 = settings_bool(settings, "check_md5");
	s3->sort_listing = settings_bool(settings, "sort_listing");
	s3->list_parallel = settings_int(settings, "list_parallel");
	s3->check_crc32 = settings_bool(settings, "check_crc32");
	s3->ask_checksum = asks_checksum(settings);
	s3->unsigned_payload = settings_bool(settings, "unsigned_payload");
	s3->request_payer = settings_bool(settings, "request_payer");
	s3->storage_class = settings_text(settings, "storage_class");
	s3->sse = settings_text(settings, "sse");
	s3->sse_kms_key_id = settings_text(settings, "sse_kms_key_id");
	s3->anonymous = settings_bool(settings, "no_sign_request");
	s3->agent = mem_printf("%s/%s", log_program(), VERSION);
	s3->random = random_seeded();
	s3->credentials = credentials_new(settings, err);
	if (s3->credentials == NULL || choose_endpoint(s3, settings, err) < 0 || choose_attempts(s3, settings, err) < 0 ||
	    check_region(endpoint_region(settings, credentials_region(s3->credentials)), err) < 0) {
		s3_free(&s3->store);
		return NULL;
	}
	s3->region = mem_dup(endpoint_region(settings, credentials_region(s3->credentials)));
	s3->sigv4 = sigv4_new();
	options.ca_bundle = credentials_ca_bundle(s3->credentials);
	s3->http = http_new(&options);
	credentials_attach(s3->credentials, s3->http);
	return &s3->store;
}
