/* Every setting there is. A new one is a new row, and a line in config.yaml.example. */
#include <stddef.h>
#include <string.h>

#include "settings/settings.h"

/* clang-format off */
#define TEXT(name, fallback, help) {name, SETTING_TEXT, fallback, 0, 0, false, help}
#define SECRET(name, help) {name, SETTING_TEXT, NULL, 0, 0, true, help}
#define INT(name, fallback, min, max, help) {name, SETTING_INT, fallback, min, max, false, help}
#define BOOL(name, fallback, help) {name, SETTING_BOOL, fallback, 0, 0, false, help}
#define SIZE(name, fallback, help) {name, SETTING_SIZE, fallback, 0, 0, false, help}
#define TIME(name, fallback, help) {name, SETTING_TIME, fallback, 0, 0, false, help}
/* clang-format on */

const struct setting settings_table[] = {
	/* the buckets */
	TEXT("input_bucket", NULL, "bucket that the raw postings are read from"),
	TEXT("output_bucket", NULL, "bucket that the enriched postings go to"),
	TEXT("raw_prefix", "job-postings-raw/", "prefix of the raw objects"),
	TEXT("mod_prefix", "job-postings-mod/", "prefix of the enriched objects"),
	TEXT("reject_prefix", "job-postings-rejected/", "prefix of the objects with rejected postings"),
	/* the store */
	TEXT("endpoint_url", NULL, "another S3 server than AWS, or file:///FOLDER"),
	TEXT("region", NULL, "region to sign for"),
	TEXT("profile", NULL, "profile in AWS's own files"),
	BOOL("no_sign_request", "false", "ask S3 without credentials"),
	TIME("connect_timeout", "10s", "give up a connection that does not come about"),
	TIME("stall_timeout", "30s", "take a transfer without a byte for broken"),
	BOOL("sort_listing", "false", "the server does not list in the order of names: list all of it and sort"),
	INT("list_parallel", "16", 1, 256, "most requests for one listing at once (1: page by page)"),
	BOOL("check_md5", "true", "hold what is read against the MD5 in its etag"),
	BOOL("check_crc32", "false", "send a CRC-32 with what is written"),
	BOOL("unsigned_payload", "false", "over TLS, leave what is written out of the signature"),
	BOOL("request_payer", "false", "pay for requests to a bucket whose owner does not"),
	TEXT("storage_class", NULL, "storage class of new objects"),
	TEXT("exclude_storage_class", NULL, "raw objects of these storage classes are left out: GLACIER,DEEP_ARCHIVE"),
	TEXT("sse", NULL, "encryption of new objects on the server: AES256 or aws:kms"),
	TEXT("sse_kms_key_id", NULL, "key for aws:kms"),
	/* Redis */
	TEXT("redis_host", "localhost", "host of Redis"),
	INT("redis_port", "6379", 1, 65535, "port of Redis"),
	INT("redis_db", "0", 0, 1000000, "number of the database in Redis"),
	TEXT("redis_socket", NULL, "unix socket of Redis, instead of host and port"),
	TEXT("redis_user", NULL, "user in Redis"),
	SECRET("redis_password", "password for Redis"),
	BOOL("redis_tls", "false", "TLS to Redis"),
	TIME("redis_timeout", "5s", "longest wait for Redis"),
	/* the cache and the cursor */
	INT("cache_version", "1", 0, 1000000000, "part of the cache's keys: raise it for a new model"),
	INT("cache_ttl_days", "0", 0, 36500, "days after which a part of the cache is forgotten (0: never)"),
	BOOL("cache_claims", "true", "of several senenrich at once, let one ask the model for a pair and the others wait"),
	BOOL("cache_legacy", "false", "look for what is not there under the predecessor's company:title keys too"),
	TEXT("cursor_store", "redis", "where the cursor is kept: redis, or file:PATH"),
	/* the model */
	TEXT("grpc_server_address", "localhost:50051",
         "address of the model: HOST:PORT or unix:PATH; several, with commas or of one name: in turn"),
	BOOL("grpc_tls", "false", "TLS to the model"),
	TEXT("grpc_ca_file", NULL, "PEM file of the authorities that may sign the model's certificate (the system's)"),
	TEXT("grpc_cert_file", NULL, "PEM file of our own certificate for the model"),
	TEXT("grpc_key_file", NULL, "PEM file of our own certificate's key"),
	SECRET("grpc_metadata", "metadata of each call, a line each: 'authorization: Bearer ...'"),
	INT("rpc_batch", "1000", 1, 1000000, "most pairs in one call"),
	SIZE("rpc_bytes", "3M", "most bytes in one call"),
	INT("rpc_parallel", "4", 1, 64, "most calls under way"),
	TIME("rpc_timeout", "60s", "longest wait for one answer"),
	TIME("rpc_patience", "60s", "how long a model that fails is tried again"),
	/* limits */
	SIZE("max_line", "16M", "longest line of a raw object"),
	INT("max_rejects", "-1", -1, INT64_MAX, "give up when a run has more rejected lines (-1: never)"),
	/* messages */
	TEXT("log_format", "text", "how messages are written: text, or json (an object a line)"),
	/* what pipeline.sh keeps of its runs */
	TEXT("history_file", NULL,
         "a line for each run is appended to this file, for pipeline.sh report (in the user's state folder)"),
	TEXT("metrics_file", NULL,
         "the runs' counters for Prometheus, as a text file for node_exporter's collector (FILE.prom)"),
	{NULL, SETTING_TEXT, NULL, 0, 0, false, NULL},
};

const struct setting *
settings_find(const char *name)
{
	for (const struct setting *s = settings_table; s->name; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}
