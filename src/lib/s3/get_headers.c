/*
 * The headers of a GET's answer: the size and ETag that they promise, and whether a continued
 * download is still of the same object.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/units.h"
#include "s3/get.h"

static int
take_first_headers(struct s3_get *get, const struct http_call *call, struct err *err)
{
	if (s3_promise_read(call, &get->listed, &get->promise, err) < 0)
		return -1;
	/*
	 * An object that is stored compressed is then compressed twice: without the proxy's layer it is
	 * itself again.
	 */
	if (get->promise.packed && !get->s3->packed_told) {
		log_warning("s3://%s: a proxy compresses the store's objects: they are requested uncompressed from now on",
		            get->request->bucket->name);
		get->s3->packed_told = true;
	}
	if (get->promise.packed && !get->plain) {
		get->plain = true;
		return err_set_operation(err, ERR_TEMPORARY, "GET", "it was compressed on the way");
	}
	get->download++;
	get->get.info.size = get->promise.size;
	snprintf(get->get.info.etag, sizeof(get->get.info.etag), "%s", get->promise.etag);
	store_provenance_read_etag(http_header(call, "x-amz-meta-source-etag"), get->get.info.source_etag);
	get->check_md5 = get->s3->check_md5 && get->promise.as_stored && s3_answer_etag_is_md5(call, get->get.info.etag);
	/* One of the two is enough, unless the MD5 was wrong. */
	if (get->promise.as_stored && (!get->check_md5 || get->wrong_in > 0))
		s3_offered_find(&get->offered, call);
	readahead_start(&get->readahead, get->get.info.size, get->check_md5);
	return 0;
}

static int
take_next_headers(struct s3_get *get, const struct http_call *call, struct err *err)
{
	int64_t first, total;
	char etag[sizeof(get->get.info.etag)];

	s3_answer_etag(call, etag, sizeof(etag));
	if (strcmp(etag, get->get.info.etag) != 0)
		return err_set_operation(err, ERR_TEMPORARY, "GET", "the object was replaced while it was read");
	if (call->status == 200) {
		/* The whole again; If-Match has made sure that it is the same. */
		get->skip = get->received;
		return 0;
	}
	if (!s3_get_parse_range(http_header(call, "content-range"), &first, &total) || first != get->received ||
	    (get->get.info.size >= 0 && get->state != S3_GET_PROBING && total != get->get.info.size))
		return err_set_operation(err, ERR_TEMPORARY, "GET", "the server sent another part than requested");
	get->get.info.size = total;
	return 0;
}

void
s3_get_start_over(struct s3_get *get)
{
	get->received = 0;
	get->get.info.size = -1;
	get->get.info.etag[0] = '\0';
	get->check_md5 = false;
	s3_offered_release(&get->offered);
	readahead_start(&get->readahead, -1, false);
}

/* "bytes 100-199/1000" or "bytes * /1000" (without the space). */
bool
s3_get_parse_range(const char *text, int64_t *first, int64_t *total)
{
	const char *slash, *dash;

	if (text == NULL || strncmp(text, "bytes ", 6) != 0 || (slash = strchr(text, '/')) == NULL)
		return false;
	text += 6;
	dash = memchr(text, '-', (size_t)(slash - text));
	*first = -1;
	if (dash != NULL && !units_parse_digits(text, (size_t)(dash - text), first))
		return false;
	return units_parse_digits(slash + 1, strlen(slash + 1), total);
}

int
s3_get_look(struct s3_get *get, const struct http_call *call, struct err *err)
{
	bool first = get->state == S3_GET_ASKED, part = get->state == S3_GET_RESUMING || get->state == S3_GET_PROBING;

	if (!first && !part && get->state != S3_GET_COMPARING)
		return 0;
	get->skip = 0;
	if (!part && call->status != 200)
		return err_set_operation(err, ERR_TEMPORARY, "GET", "%d instead of 200", call->status);
	if ((first ? take_first_headers(get, call, err) : take_next_headers(get, call, err)) < 0)
		return -1;
	s3_get_move(get, S3_GET_HEADERS);
	return 0;
}
