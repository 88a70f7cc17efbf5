/*
 * Rows that several programs have in their tables of options, so that one setting has one name and
 * one text everywhere. Each macro is a run of rows, without the comma behind its last.
 */
#ifndef CLI_OPTION_ROWS_H
#define CLI_OPTION_ROWS_H

/* clang-format off */
/* Of who opens a store. */
#define CLI_STORE_ROWS \
	{CLI_SETTING, 0, "endpoint-url", "URL", "another S3 server than AWS, or file:///FOLDER", NULL, 0, 0}, \
	{CLI_SETTING, 0, "region", "REGION", "region to sign for", NULL, 0, 0}, \
	{CLI_SETTING, 0, "profile", "NAME", "profile in AWS's own files", NULL, 0, 0}, \
	{CLI_SETTING, 0, "no-sign-request", NULL, "ask without credentials", NULL, 0, 0}

/* Of who connects to Redis. */
#define CLI_REDIS_ROWS \
	{CLI_SETTING, 0, "redis-host", "HOST", "host of Redis (localhost)", NULL, 0, 0}, \
	{CLI_SETTING, 0, "redis-port", "PORT", "port of Redis (6379)", NULL, 0, 0}, \
	{CLI_SETTING, 0, "redis-db", "N", "number of the database in Redis (0)", NULL, 0, 0}, \
	{CLI_SETTING, 0, "redis-socket", "PATH", "unix socket of Redis, instead of host and port", NULL, 0, 0}, \
	{CLI_SETTING, 0, "redis-user", "NAME", "user in Redis", NULL, 0, 0}, \
	{CLI_SETTING, 0, "redis-timeout", "TIME", "longest wait for Redis (5s)", NULL, 0, 0}
/* clang-format on */

#endif
