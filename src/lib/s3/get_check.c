/* Whether what a GET brought is the object: its size, its MD5 or another checksum, its end. */
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "base/log.h"
#include "s3/get.h"

/* Whether it is known, or was asked, if anything follows the last byte. */
static bool
is_probed(const struct s3_get *get)
{
	return get->state == S3_GET_PROBING || get->state == S3_GET_BEHIND || get->state == S3_GET_HELD_END;
}

static bool
is_md5(const struct s3_get *get, const unsigned char digest[MD5_SIZE])
{
	char hex[2 * MD5_SIZE + 1];

	hex_encode(hex, digest, MD5_SIZE);
	return strcasecmp(hex, get->get.info.etag) == 0;
}

/* The bytes are right: either the store has another checksum that they have, or they came twice. */
static void
take_without_md5(struct s3_get *get)
{
	if (!get->s3->md5_told)
		log_warning("s3://%s/%s: its ETag looks like an MD5 and is not one (%s): accepted. Set check_md5: false, so "
		            "that no object is read twice",
		            get->request->bucket->name, get->key,
		            get->offered.kind != S3_OFFER_NONE ? s3_offered_name(&get->offered) : "the same bytes came twice");
	get->s3->md5_told = true;
}

static int
set_wrong_content(const char *name, struct err *err)
{
	return err_set_operation(err, ERR_TEMPORARY, "GET", "the download does not match the %s", name);
}

/*
 * Whether the download is the object; else err has the fault. If an etag looks like an MD5 and is
 * not one, a second download tells that from damage: damage differs each time. But a server that
 * stops early does so at the same place each time: so nothing may follow it.
 */
static bool
check_content(struct s3_get *get, struct err *err)
{
	unsigned char digest[MD5_SIZE];
	bool same;

	if (!s3_offered_fits(&get->offered)) {
		err_set_operation(err, ERR_TEMPORARY, "GET", "the download does not match the %s of the object",
		                  s3_offered_name(&get->offered));
		return false;
	}
	if (!get->check_md5)
		return true;
	readahead_digest(&get->readahead, digest);
	if (is_md5(get, digest))
		return true;
	same = get->wrong_in > 0 && get->wrong_in != get->download && get->wrong_len == get->received &&
	       memcmp(get->wrong, digest, MD5_SIZE) == 0;
	if (get->offered.kind != S3_OFFER_NONE || (same && (get->promise.listed || is_probed(get)))) {
		take_without_md5(get);
		return true;
	}
	set_wrong_content("MD5 of the object's etag", err);
	if (same) {
		s3_get_move(get, S3_GET_PROBE);
		return false;
	}
	memcpy(get->wrong, digest, MD5_SIZE);
	get->wrong_len = get->received;
	get->wrong_in = get->download;
	return false;
}

/* What another try is to do about a wrong content. */
static enum retry
plan_after_wrong(struct s3_get *get)
{
	get->request->progressed = false;
	if (is_probed(get) && get->wrong_in != get->download)
		return RETRY_TRANSIENT; /* the same came twice */
	if (!get->handed) {
		s3_get_move(get, S3_GET_START_OVER);
		return RETRY_TRANSIENT;
	}
	if (!get->promise.listed && !is_probed(get)) {
		s3_get_move(get, S3_GET_PROBE);
		return RETRY_TRANSIENT;
	}
	/* The reader's bytes cannot be taken back; but they may be right all the same. */
	if (!get->check_md5 || get->offered.kind != S3_OFFER_NONE)
		return RETRY_NEVER;
	s3_get_move(get, S3_GET_COMPARE);
	return RETRY_TRANSIENT;
}

/* The second download of what the reader has already. */
static enum retry
compare_downloads(struct s3_get *get, struct err *err)
{
	unsigned char digest[MD5_SIZE];

	md5_digest(&get->md5_again, digest);
	if (get->received_again == get->received && memcmp(digest, get->wrong, MD5_SIZE) == 0) {
		take_without_md5(get);
		get->get.info.size = get->received;
	} else {
		set_wrong_content("MD5 of the object's etag", err);
	}
	return RETRY_NEVER;
}

enum retry
s3_get_check(struct s3_request *request, struct err *err)
{
	struct s3_get *get = request->owner;

	if (s3_get_look(get, &request->call, err) < 0)
		return RETRY_TRANSIENT;
	if (get->state == S3_GET_COMPARED)
		return compare_downloads(get, err);
	if (get->skip > 0 || (get->get.info.size >= 0 && get->received < get->get.info.size)) {
		err_set_operation(err, ERR_TEMPORARY, "GET", "%lld of %lld bytes received", (long long)get->received,
		                  (long long)get->get.info.size);
		return RETRY_TRANSIENT;
	}
	if (get->promise.listed && get->received > get->listed.size) {
		err_set_operation(err, ERR_TEMPORARY, "GET", "%lld bytes received of an object of %lld",
		                  (long long)get->received, (long long)get->listed.size);
		return RETRY_NEVER;
	}
	if (!check_content(get, err))
		return plan_after_wrong(get);
	if (get->promise.open_ended && get->promise.as_stored && !is_probed(get) && !get->check_md5 &&
	    get->offered.kind == S3_OFFER_NONE) {
		s3_get_move(get, S3_GET_PROBE);
		err_set_operation(err, ERR_TEMPORARY, "GET",
		                  "the connection ended, and nothing shows whether the object is complete");
		return RETRY_TRANSIENT;
	}
	get->get.info.size = get->received;
	return RETRY_NEVER;
}

bool
s3_get_check_end(struct s3_get *get)
{
	struct s3_request *request = get->request;
	const char *range = http_header(&request->call, "content-range");
	int64_t first, total;

	if (range != NULL && (!s3_get_parse_range(range, &first, &total) || total != get->received)) {
		err_set_operation(&request->err, ERR_TEMPORARY, "GET", "the server sent another part than requested");
	} else if (get->get.info.size > get->received) {
		err_set_operation(&request->err, ERR_TEMPORARY, "GET", "%lld of %lld bytes received, and the store has no more",
		                  (long long)get->received, (long long)get->get.info.size);
	} else {
		request->err.kind = ERR_NONE;
		s3_get_move(get, S3_GET_NO_MORE);
		if (check_content(get, &request->err)) {
			get->get.info.size = get->received;
			return false;
		}
		if (plan_after_wrong(get) != RETRY_NEVER && s3_request_again(request))
			return true;
	}
	store_err_name(&request->err, request->bucket->name, request->key);
	return false;
}
