/*
 * senserve: the dummy model server. Serves /SeniorityModel/InferSeniority and grpc.health.v1 on
 * grpc_server_address, answers by the rules in rules.c, and simulates faults for tests.
 *
 * stderr gets one line once it listens; stdout gets one JSON line with the counts at the end, and
 * for each SIGUSR1. SIGTERM or SIGINT is the normal end: it finishes the calls in flight and exits
 * with 0. A second signal cancels them.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/signals.h"
#include "cli/cli.h"
#include "cli/stats.h"
#include "senserve/address.h"
#include "senserve/explain.h"
#include "senserve/dummy.h"
#include "senserve/server.h"

#define MS_MAX (3600 * 1000)

struct options {
	bool explain;
	const char *ready_file;
	const char *fail_status;
	struct dummy_faults faults;
	struct server_pace pace;
};

/* The server's thread, and how it reports that it is done. */
struct runner {
	struct server *server;
	pthread_t main;
	atomic_bool done;
};

static void *
run_server_thread(void *argument)
{
	struct runner *runner = argument;

	server_run(runner->server);
	atomic_store(&runner->done, true);
	pthread_kill(runner->main, SIGUSR2);
	return NULL;
}

/* Blocks the signals that main waits for, in every thread. */
static void
block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGUSR1);
	sigaddset(set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, set, NULL);
}

static int
print_counts(struct dummy *dummy, struct err *err)
{
	struct buf line = BUF_INIT;
	int result = 0;

	dummy_counts_write(dummy, &line);
	if (io_write_all(STDOUT_FILENO, line.data, line.len) != 0)
		result = err_set_errno(err, ERR_FAILED, "cannot write to stdout");
	buf_release(&line);
	return result;
}

/* The address appears in the file all at once, so nobody ever reads half of it. */
static int
write_ready_file(const char *path, const char *address, struct err *err)
{
	char *temporary = mem_printf("%s.tmp-%ld", path, (long)getpid());
	char *line = mem_printf("%s\n", address);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int result = 0;

	if (fd < 0 || io_write_all(fd, line, strlen(line)) != 0 || rename(temporary, path) != 0)
		result = err_set_errno(err, ERR_FAILED, "cannot write %s", path);
	if (fd >= 0)
		close(fd);
	if (result != 0)
		unlink(temporary);
	free(temporary);
	free(line);
	return result;
}

static int
announce_address(const struct address *address, struct server *server, const char *ready_file, struct err *err)
{
	char *text = address_text(address, server_port(server));
	int result = 0;

	log_notice("listening on %s", text);
	if (ready_file)
		result = write_ready_file(ready_file, text, err);
	free(text);
	return result;
}

/* Waits for signals until the server's thread is done. */
static void
obey_signals(struct runner *runner, struct dummy *dummy, const sigset_t *set)
{
	struct err err = ERR_INIT;
	bool stopping = false;
	int signal;

	while (!atomic_load(&runner->done)) {
		if (sigwait(set, &signal) != 0 || signal == SIGUSR2)
			continue;
		if (signal == SIGUSR1) {
			if (print_counts(dummy, &err) != 0)
				log_warning("%s", err.text);
		} else if (stopping) {
			server_cancel(runner->server);
		} else {
			stopping = true;
			server_stop(runner->server);
		}
	}
}

static int
serve_until_stopped(const struct options *options, const struct address *address, struct dummy *dummy, struct err *err)
{
	struct runner runner = {.main = pthread_self()};
	pthread_t thread;
	sigset_t set;

	block_signals(&set);
	runner.server = server_open(address, dummy, &options->pace, err);
	if (!runner.server)
		return -1;
	int result = announce_address(address, runner.server, options->ready_file, err);
	if (result != 0)
		server_stop(runner.server);
	int error = pthread_create(&thread, NULL, run_server_thread, &runner);
	if (error != 0) {
		errno = error;
		return err_set_errno(err, ERR_TEMPORARY, "cannot start a thread");
	}
	obey_signals(&runner, dummy, &set);
	pthread_join(thread, NULL);
	server_free(runner.server);
	if (options->ready_file)
		unlink(options->ready_file);
	return result;
}

static void
save_stats(struct stats *stats, struct dummy *dummy, const char *path)
{
	struct err err = ERR_INIT;
	struct dummy_counts counts;

	dummy_counts(dummy, &counts);
	stats_int(stats, "calls", counts.calls);
	stats_int(stats, "pairs", counts.pairs);
	stats_int(stats, "repeated", counts.repeated);
	stats_int(stats, "failed", counts.failed);
	stats_int(stats, "cancelled", counts.cancelled);
	if (stats_save(stats, path, &err) != 0)
		log_warning("%s", err.text);
}

static int
check_options(const struct cli *cli, struct options *options)
{
	if (!options->explain && cli->operand_count > 0)
		return cli_usage_error(cli, "unexpected operand: %s", cli->operands[0]);
	options->faults.fail_status = dummy_status_code(options->fail_status);
	if (options->faults.fail_status <= DUMMY_OK)
		return cli_usage_error(cli, "--fail-status %s: not a status that a call can fail with", options->fail_status);
	return STATUS_OK;
}

static int
serve_and_count(const struct cli *cli, const struct options *options, struct err *err)
{
	struct address address;
	struct stats stats;

	if (address_parse(&address, settings_text(cli->settings, "grpc_server_address"), err) != 0)
		return -1;
	struct dummy *dummy = dummy_new(&options->faults);
	stats_init(&stats, cli->program);
	int result = serve_until_stopped(options, &address, dummy, err);
	if (result == 0) {
		result = print_counts(dummy, err);
		save_stats(&stats, dummy, cli->stats_path);
	}
	stats_release(&stats);
	dummy_free(dummy);
	address_release(&address);
	return result;
}

static int
run_senserve(const struct cli *cli, struct options *options)
{
	struct err err = ERR_INIT;
	int status = check_options(cli, options);

	if (status != STATUS_OK)
		return status;
	int result =
		options->explain ? explain(cli->operands, cli->operand_count, &err) : serve_and_count(cli, options, &err);
	if (result != 0)
		log_error("%s", err.text);
	return result == 0 ? STATUS_OK : (int)err_status(&err);
}

int
main(int argc, char **argv)
{
	static const char *const usage[] = {"[OPTION]...", "--explain [TITLE]...", NULL};
	static const char *const examples[] = {
		"senserve --grpc-server-address unix:model.sock --rate 1000",
		"senserve --explain 'Assistant to the CEO' 'Head of Legal'",
		NULL,
	};
	static struct options options = {.fail_status = "UNAVAILABLE"};
	/* clang-format off */
	const struct cli_option table[] = {
		{CLI_SETTING, 0, "grpc-server-address", "ADDRESS", "listen there: host:port (0: any free) or unix:PATH", NULL, 0, 0},
		{CLI_TEXT, 0, "ready-file", "FILE", "hold the address there while it listens", &options.ready_file, 0, 0},
		{CLI_FLAG, 0, "explain", NULL, "print each TITLE (or line of stdin), level and why", &options.explain, 0, 0},
		{CLI_INT, 0, "latency", "MS", "answer each call so many milliseconds later (0)", &options.pace.latency_ms, 0, MS_MAX},
		{CLI_INT, 0, "rate", "N", "N pairs a second, one call at a time (0: unbounded)", &options.pace.rate, 0, INT32_MAX},
		{CLI_INT, 0, "fail-every", "N", "let every Nth call fail (0: none)", &options.faults.fail_every, 0, INT32_MAX},
		{CLI_TEXT, 0, "fail-status", "NAME", "with this status (UNAVAILABLE)", &options.fail_status, 0, 0},
		{CLI_INT, 0, "omit", "N", "leave every Nth pair out of its reply (0: none)", &options.faults.omit, 0, INT32_MAX},
		{CLI_INT, 0, "out-of-range", "N", "answer every Nth pair with 9 (0: none)", &options.faults.out_of_range, 0, INT32_MAX},
		{CLI_TEXT, 0, "refuse", "TEXT", "INVALID_ARGUMENT for calls with TEXT in a title", &options.faults.refuse, 0, 0},
		{0},
	};
	/* clang-format on */
	struct cli cli = {
		.program = "senserve",
		.purpose = "Serve made-up seniority levels over gRPC, in place of the real model.",
		.usage = usage,
		.options = table,
		.examples = examples,
	};
	int status = cli_start(&cli, argc, argv) ? run_senserve(&cli, &options) : cli.status;

	cli_release(&cli);
	return status;
}
