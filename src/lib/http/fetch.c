/* One small HTTP request, done at once: see fetch.h. */
#include "http/fetch.h"

#include <curl/curl.h>
#include <stdlib.h>

#define REPLY_MAX (1024 * 1024)

static size_t
take_reply(char *data, size_t size, size_t count, void *opaque)
{
	struct buf *reply = opaque;

	if (reply->len + size * count > REPLY_MAX)
		return CURL_WRITEFUNC_ERROR;
	buf_append(reply, data, size * count);
	return size * count;
}

static void
set_options(CURL *easy, const struct fetch *fetch, struct buf *reply)
{
	curl_easy_setopt(easy, CURLOPT_URL, fetch->url);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, fetch->connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, fetch->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_reply);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, reply);
	if (fetch->ca_bundle != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, fetch->ca_bundle);
	if (fetch->no_proxy)
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	if (fetch->body.len > 0) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)fetch->body.len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, fetch->body.ptr);
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, fetch->method);
}

int
fetch_run(const struct fetch *fetch, struct buf *reply, struct err *err)
{
	CURL *easy;
	struct curl_slist *headers = NULL;
	CURLcode result;
	long status = 0;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	easy = curl_easy_init();
	if (easy == NULL)
		abort();
	for (const char *const *line = fetch->headers; line != NULL && *line != NULL; line++)
		headers = curl_slist_append(headers, *line);
	buf_reset(reply);
	set_options(easy, fetch, reply);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	result = curl_easy_perform(easy);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(easy);
	if (result != CURLE_OK || status == 0)
		return err_set(err, ERR_TEMPORARY, "%s", curl_easy_strerror(result != CURLE_OK ? result : CURLE_GOT_NOTHING));
	return (int)status;
}
