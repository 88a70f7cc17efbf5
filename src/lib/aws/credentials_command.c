/*
 * Runs a command and collects its output without waiting.
 *
 * No shell is involved. The command gets /dev/null as its standard input, because ours holds data,
 * and our standard error, so that it can explain a failure. No other descriptor is passed on.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aws/credentials_internal.h"
#include "base/clock.h"
#include "base/io.h"

#define TIME_MS 60000 /* as AWS's Go SDK: some of them open a browser or ask for a touch of a key */
#define END_MS 2      /* how often to check whether it has ended, once its output is closed */
#define OUTPUT_MAX ((size_t)64 << 10)
/*
 * The status of posix_spawn's child if it is too late to return an error (under QEMU it always is),
 * and of a shell that cannot find a command.
 */
#define NOT_RUN 127

extern char **environ;

/*
 * Starts it with its stdout in a pipe. Returns the pipe's end to read from, which does not block,
 * or -1 with errno.
 */
static int
spawn_command(char **words, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, ours;
	int ends[2];
	int failed;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	posix_spawnattr_init(&attributes);
	sigemptyset(&none);
	sigemptyset(&ours);
	sigaddset(&ours, SIGPIPE);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &ours);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	failed = posix_spawnp(pid, words[0], &actions, &attributes, words, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (!failed)
		return ends[0];
	close(ends[0]);
	errno = failed;
	return -1;
}

static void
close_output(struct credential_command *command)
{
	close(command->fd);
	command->fd = -1;
}

/* Kills the command if it is still running. */
static void
kill_command(struct credential_command *command)
{
	if (command->state == COMMAND_READING)
		close_output(command);
	if (command->state == COMMAND_READING || command->state == COMMAND_ENDING) {
		kill(command->pid, SIGKILL);
		while (waitpid(command->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	command->state = COMMAND_ENDED;
}

static bool
is_overdue(const struct credential_command *command)
{
	return clock_mono_ms() > command->until_ms;
}

static void
give_up_overdue(struct credential_command *command)
{
	err_set(&command->err, ERR_TEMPORARY, "not finished after %d s", TIME_MS / 1000);
	kill_command(command);
}

/* Reads the output that is available. */
static void
read_output(struct credential_command *command)
{
	struct buf *output = &command->output;
	ssize_t n;

	while ((n = io_read(command->fd, output->data + output->len, OUTPUT_MAX + 1 - output->len)) > 0) {
		output->len += (size_t)n;
		if (output->len > OUTPUT_MAX) {
			err_set(&command->err, ERR_FAILED, "its output is over %zu KiB", OUTPUT_MAX / 1024);
			kill_command(command);
			return;
		}
	}
	if (n == 0) {
		close_output(command);
		command->state = COMMAND_ENDING;
	} else if (errno == EINTR) {
		err_set(&command->err, ERR_TEMPORARY, "asked to stop");
		kill_command(command);
	} else if (errno != EAGAIN) {
		err_set_errno(&command->err, ERR_TEMPORARY, "its output cannot be read");
		kill_command(command);
	} else if (is_overdue(command)) {
		give_up_overdue(command);
	}
}

static void
judge_status(struct credential_command *command, int status)
{
	struct err *err = &command->err;

	if (WIFSIGNALED(status))
		err_set(err, ERR_ACCESS, "ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) == NOT_RUN)
		err_set(err, ERR_USAGE, "it, or a program that it calls, cannot be run (status %d)", NOT_RUN);
	else if (status != 0)
		err_set(err, ERR_ACCESS, "ended with status %d", WEXITSTATUS(status));
}

/* The command has closed its output and is about to end. */
static void
look_for_end(struct credential_command *command)
{
	int status = 0;
	pid_t ended = waitpid(command->pid, &status, WNOHANG);

	if (ended != 0 && !(ended < 0 && errno == EINTR)) {
		command->state = COMMAND_ENDED;
		judge_status(command, status);
	} else if (is_overdue(command)) {
		give_up_overdue(command);
	}
}

void
credential_command_start(struct credential_command *command)
{
	command->until_ms = clock_mono_ms() + TIME_MS;
	command->fd = spawn_command(command->words, &command->pid);
	if (command->fd < 0) {
		err_set_errno(&command->err, ERR_USAGE, "cannot be run");
		command->state = COMMAND_ENDED;
		return;
	}
	/* At once, so that growing leaves no copy of secrets behind. */
	buf_reserve(&command->output, OUTPUT_MAX + 1);
	command->state = COMMAND_READING;
}

bool
credential_command_move(struct credential_command *command)
{
	if (command->state == COMMAND_READING)
		read_output(command);
	if (command->state == COMMAND_ENDING)
		look_for_end(command);
	return command->state == COMMAND_ENDED;
}

int64_t
credential_command_due(const struct credential_command *command)
{
	int64_t left = command->until_ms - clock_mono_ms() + 1;

	return command->state == COMMAND_ENDING ? END_MS : left > 0 ? left : 0;
}

void
credential_command_release(struct credential_command *command)
{
	kill_command(command);
	credential_buf_wipe(&command->output);
	free(command->words);
	*command = (struct credential_command){0};
}
