/*
 * Every setting there is: its name, the name of its value, default and help text stand here and
 * nowhere else. A new one is a new row, and a line in config.yaml.example.
 */
#include <stddef.h>
#include <string.h>

#include "settings/settings.h"

/* clang-format off */
#define TEXT(name, arg, fallback, help) {name, SETTING_TEXT, arg, fallback, 0, 0, false, help}
#define SECRET(name, help) {name, SETTING_TEXT, NULL, NULL, 0, 0, true, help}
#define INT(name, arg, fallback, min, max, help) {name, SETTING_INT, arg, fallback, min, max, false, help}
#define BOOL(name, fallback, help) {name, SETTING_BOOL, NULL, fallback, 0, 0, false, help}
#define SIZE(name, fallback, help) {name, SETTING_SIZE, "SIZE", fallback, 0, 0, false, help}
#define TIME(name, fallback, help) {name, SETTING_TIME, "TIME", fallback, 0, 0, false, help}

/* Help that an option shows, with its default, has 52 columns: tests/manual.bats looks. */
const struct setting settings_table[] = {
	/* the buckets */
	TEXT("input_bucket", "BUCKET", NULL, "bucket of the raw postings"),
	TEXT("output_bucket", "BUCKET", NULL, "bucket of the enriched postings"),
	TEXT("raw_prefix", "PREFIX", "job-postings-raw/", "prefix of the raw objects"),
	TEXT("mod_prefix", "PREFIX", "job-postings-mod/", "prefix of the enriched objects"),
	TEXT("reject_prefix", "PREFIX", "job-postings-rejected/", "prefix of rejects"),
	/* the store */
	TEXT("endpoint_url", "URL", NULL, "S3 server other than AWS, or file:///FOLDER"),
	TEXT("region", "REGION", NULL, "region to sign for"),
	TEXT("profile", "NAME", NULL, "profile in AWS's configuration files"),
	BOOL("no_sign_request", "false", "send requests without credentials"),
	TIME("connect_timeout", "10s", "connection timeout"),
	TIME("stall_timeout", "30s", "restart a transfer that stalls for TIME"),
	BOOL("sort_listing", "false", "sort the listing, for servers that do not list by name"),
	INT("list_parallel", "N", "16", 1, 256, "list N parts at once, if names are times"),
	BOOL("check_md5", "true", "compare downloads with the MD5 in their etag"),
	BOOL("check_crc32", "false", "send a CRC-32 with uploads"),
	BOOL("unsigned_payload", "false", "over TLS, do not sign the content of uploads"),
	BOOL("request_payer", "false", "pay for requests to a bucket whose owner does not"),
	TEXT("storage_class", "CLASS", NULL, "storage class of new objects"),
	TEXT("exclude_storage_class", "CLASSES", NULL, "skip objects of these (GLACIER,DEEP_ARCHIVE)"),
	TEXT("sse", "KIND", NULL, "server-side encryption of new objects: AES256 or aws:kms"),
	TEXT("sse_kms_key_id", "ID", NULL, "key for aws:kms"),
	/* Redis */
	TEXT("redis_host", "HOST", "localhost", "host of Redis"),
	INT("redis_port", "PORT", "6379", 1, 65535, "port of Redis"),
	INT("redis_db", "N", "0", 0, 1000000, "database number in Redis"),
	TEXT("redis_socket", "PATH", NULL, "unix socket of Redis, instead of host and port"),
	TEXT("redis_user", "NAME", NULL, "Redis user"),
	SECRET("redis_password", "Redis password"),
	BOOL("redis_tls", "false", "connect to Redis over TLS"),
	TIME("redis_timeout", "5s", "longest wait for Redis"),
	/* the cache and the cursor */
	INT("cache_version", "N", "1", 0, 1000000000, "cache version: raise it for a new model"),
	INT("cache_ttl_days", "N", "0", 0, 36500, "days after which a part of the cache expires (0: never)"),
	BOOL("cache_claims", "true", "of several senenrich, one asks the model for a pair and the others wait"),
	BOOL("cache_legacy", "false", "look unknown pairs up under the predecessor's company:title keys too"),
	TEXT("cursor_store", "STORE", "redis", "keep the cursor in redis, or file:PATH"),
	/* the model */
	TEXT("grpc_server_address", "ADDR", "localhost:50051", "HOST:PORT[,...] or unix:PATH"),
	BOOL("grpc_tls", "false", "connect to the model over TLS"),
	TEXT("grpc_ca_file", "FILE", NULL, "PEM file of authorities for the model's certificate (the system's)"),
	TEXT("grpc_cert_file", "FILE", NULL, "PEM file of our certificate for the model"),
	TEXT("grpc_key_file", "FILE", NULL, "PEM file of our certificate's key"),
	SECRET("grpc_metadata", "metadata of each call, one per line: 'authorization: Bearer ...'"),
	INT("rpc_batch", "N", "1000", 1, 1000000, "most pairs in one call"),
	SIZE("rpc_bytes", "3M", "most bytes in one call"),
	INT("rpc_parallel", "N", "4", 1, 64, "most calls at once"),
	TIME("rpc_timeout", "5m", "deadline of a call; longer if answers are slow"),
	TIME("rpc_deadline_max", "10m", "longest deadline of a call"),
	TIME("rpc_patience", "60s", "how long to retry a failing model"),
	/* limits */
	SIZE("max_line", "16M", "longest line of an object"),
	INT("max_pairs", "N", "-1", -1, INT64_MAX, "most pairs to ask the model for in a run; -1: all"),
	INT("outage_pairs", "N", "20000", 1, INT64_MAX, "most answers to pay for that Redis cannot store"),
	INT("max_rejects", "N", "-1", -1, INT64_MAX, "fail if a run rejects more lines; -1: never"),
	/* messages */
	TEXT("log_format", "text|json", "text", "format of messages"),
	/* what pipeline.sh keeps of its runs */
	TEXT("history_file", "FILE", NULL,
	     "a line for each run is appended to this file, for pipeline.sh report (in the user's state folder)"),
	TEXT("metrics_file", "FILE", NULL,
	     "the runs' counters for Prometheus, as a text file for node_exporter's collector (FILE.prom)"),
	{NULL, SETTING_TEXT, NULL, NULL, 0, 0, false, NULL},
};
/* clang-format on */

const struct setting *
settings_find(const char *name)
{
	for (const struct setting *s = settings_table; s->name; s++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}
