/* The headers of a call and of its answer, and other facts about a finished call: see http.h. */
#include <curl/curl.h>
#include <stdlib.h>

#include "base/mem.h"
#include "http/http.h"

const char *
http_header(const struct http_call *call, const char *name)
{
	struct curl_header *header;

	if (curl_easy_header(call->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return NULL;
	return header->value;
}

int64_t
http_content_length(const struct http_call *call)
{
	curl_off_t length = -1;

	curl_easy_getinfo(call->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	return length;
}

int64_t
http_latency_us(const struct http_call *call)
{
	curl_off_t us = 0;

	curl_easy_getinfo(call->easy, call->has_body ? CURLINFO_TOTAL_TIME_T : CURLINFO_STARTTRANSFER_TIME_T, &us);
	return us;
}

int64_t
http_date(const char *text)
{
	return (int64_t)curl_getdate(text, NULL);
}

void
http_add_header(struct http_call *call, const char *name, const char *value)
{
	/* curl sends a header without a value only if it ends in ';'. */
	char *line = *value != '\0' ? mem_printf("%s: %s", name, value) : mem_printf("%s;", name);

	call->headers = curl_slist_append(call->headers, line);
	free(line);
}

void
http_omit_header(struct http_call *call, const char *name)
{
	char *line = mem_printf("%s:", name);

	call->headers = curl_slist_append(call->headers, line);
	free(line);
}

void
http_call_release(struct http_call *call)
{
	curl_slist_free_all(call->headers);
	call->headers = NULL;
}
