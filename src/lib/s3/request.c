/*
 * A request to S3: how it is put together, and its end. request_run.c has what happens in between.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http/percent.h"
#include "s3/s3.h"

struct s3_request *
s3_request_new(struct s3 *s3, struct s3_bucket *bucket, const char *verb, const char *method, const char *key)
{
	struct s3_request *request = mem_zero(1, sizeof(*request));

	request->s3 = s3;
	request->bucket = bucket;
	request->verb = verb;
	request->op = s3_op_find(verb);
	request->method = method;
	request->key = mem_dup(key);
	request->shown = request->key;
	request->call.owner = request;
	request->prev = s3->last;
	if (s3->last != NULL)
		s3->last->next = request;
	else
		s3->first = request;
	s3->last = request;
	return request;
}

void
s3_query_add(struct s3_request *request, const char *name, const char *value)
{
	if (request->query.len > 0)
		buf_append_byte(&request->query, '&');
	percent_encode(&request->query, slice_of_str(name), false);
	buf_append_byte(&request->query, '=');
	percent_encode(&request->query, slice_of_str(value), false);
}

void
s3_request_header(struct s3_request *request, const char *name, const char *value)
{
	int i = 0;

	while (i < request->header_count && strcmp(request->headers[i].name, name) != 0)
		i++;
	if (i < request->header_count) {
		free(request->headers[i].value);
		request->headers[i] = request->headers[--request->header_count];
	}
	if (value == NULL)
		return;
	if (request->header_count == S3_HEADERS_MAX)
		abort();
	request->headers[request->header_count++] = (struct s3_header){name, mem_dup(value)};
}

bool
s3_request_is_tried_again(const struct s3_request *request)
{
	return (request->state == S3_WAITING || request->state == S3_NEEDS_KEYS) && request->attempt > 1 &&
	       request->wake_ms > 0;
}

void
s3_request_free(struct s3_request *request)
{
	struct s3 *s3;

	if (request == NULL)
		return;
	s3 = request->s3;
	if (s3_request_is_tried_again(request) && request->taken > 0)
		retry_refund(&s3->quota, request->taken);
	http_cancel(s3->http, &request->call);
	http_call_release(&request->call);
	if (request->detached)
		s3->detached--;
	if (request->prev != NULL)
		request->prev->next = request->next;
	else
		s3->first = request->next;
	if (request->next != NULL)
		request->next->prev = request->prev;
	else
		s3->last = request->prev;
	for (int i = 0; i < request->header_count; i++)
		free(request->headers[i].value);
	buf_release(&request->query);
	buf_release(&request->reply);
	buf_release(&request->code);
	buf_release(&request->url);
	free(request->key);
	free(request->moved_to);
	free(request->refused_to);
	free(request);
}

void
s3_request_detach(struct s3_request *request)
{
	if (!request->detached)
		request->s3->detached++;
	request->detached = true;
	request->owner = NULL;
}
