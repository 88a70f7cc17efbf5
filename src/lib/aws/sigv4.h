/*
 * AWS Signature Version 4, on OpenSSL. A pure function of its arguments, except for the signing
 * key, which is derived once a day (and region, service, secret) and stays in the signer.
 */
#ifndef AWS_SIGV4_H
#define AWS_SIGV4_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* One header to sign: the name in lower case, the value as it is sent. */
struct sigv4_header {
	const char *name;
	const char *value;
};

struct sigv4_request {
	const char *method;
	const char *path;                   /* encoded as it is sent, starts with '/'; S3 signs it as it is */
	const char *query;                  /* encoded as it is sent, without '?'; any order; "" for none */
	const struct sigv4_header *headers; /* all to be signed, host among them; any order, no name twice */
	size_t header_count;
	const char *payload_hash; /* 64 hex digits, or UNSIGNED-PAYLOAD */
	int64_t time;             /* unix seconds; the headers' x-amz-date is sigv4_date() of the same */
	const char *region;
	const char *service; /* "s3", "sts" */
	const char *access_key;
	const char *secret_key;
};

struct sigv4;

struct sigv4 *sigv4_new(void);
void sigv4_free(struct sigv4 *sigv4); /* wipes the key; NULL is fine */

/* "20130524T000000Z". */
void sigv4_date(int64_t unix_seconds, char text[17]);

/* Appends the value of the Authorization header. */
void sigv4_sign(struct sigv4 *sigv4, const struct sigv4_request *request, struct buf *to);

/* The canonical request, for tests and for -v. */
void sigv4_canonical(const struct sigv4_request *request, struct buf *to);

/* 64 hex digits and a NUL. */
void sigv4_hash(const void *data, size_t len, char hex[65]);

#endif
