/* The server in a thread of its own, and the signals that it obeys. */
#include "senserve/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "senserve/address.h"

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
				err_log_warning(&err);
		} else if (stopping) {
			server_cancel(runner->server);
		} else {
			stopping = true;
			server_stop(runner->server);
		}
	}
}

static int
serve_until_stopped(const struct serve_options *options, const struct address *address, struct dummy *dummy,
                    struct err *err)
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
note_counts(struct stats *stats, struct dummy *dummy)
{
	struct dummy_counts counts;

	dummy_counts(dummy, &counts);
	stats_int(stats, "calls", counts.calls);
	stats_int(stats, "pairs", counts.pairs);
	stats_int(stats, "repeated", counts.repeated);
	stats_int(stats, "failed", counts.failed);
	stats_int(stats, "cancelled", counts.cancelled);
}

enum exit_status
serve_model(struct cli *cli, const struct serve_options *options)
{
	struct address address;
	struct err err = ERR_INIT;
	int result;

	if (address_parse(&address, settings_text(cli->settings, "grpc_server_address"), &err) != 0)
		return cli_error(&err);
	struct dummy *dummy = dummy_new(&options->faults);
	result = serve_until_stopped(options, &address, dummy, &err);
	if (result == 0) {
		result = print_counts(dummy, &err);
		note_counts(&cli->stats, dummy);
	}
	dummy_free(dummy);
	address_release(&address);
	return result == 0 ? STATUS_OK : cli_error(&err);
}
