/*
 * credential_process: a command of the profile that prints a set of keys as JSON.
 *
 * Run without a shell, as AWS does: what stands in a profile is split into words and no more. Its
 * stdin is /dev/null (ours holds data), its stderr is ours (it may have to say why), no other
 * descriptor is passed on.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "aws/credentials_internal.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"

#define TIME_MS 60000 /* as AWS's Go SDK: some of them open a browser or ask for a touch of a key */
#define OUTPUT_MAX ((size_t)64 << 10)
/*
 * The status of posix_spawn's child if it is too late to return an error (under QEMU it always is),
 * and of a shell that cannot find a command.
 */
#define NOT_RUN 127

extern char **environ;

static bool
is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * Unquotes one word of *from to *to (which may not be behind it) and moves both on. False: a quote
 * is open.
 */
static bool
take_word(const char **from, char **to)
{
	const char *p = *from;
	char *out = *to;
	char quote = '\0';

	for (; *p && (quote || !is_white(*p)); p++) {
		if (quote && *p == quote)
			quote = '\0';
		else if (!quote && (*p == '"' || *p == '\''))
			quote = *p;
		else if (*p == '\\' && (!quote || (quote == '"' && (p[1] == '"' || p[1] == '\\')))) {
			if (!*++p)
				return false;
			*out++ = *p;
		} else {
			*out++ = *p;
		}
	}
	*out++ = '\0';
	*from = p;
	*to = out;
	return !quote;
}

/* Starts it with its stdout in a pipe. Returns the pipe's end to read from, or -1 with errno. */
static int
start_command(char **words, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, ours;
	int ends[2];
	int failed;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
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

/* Reads until its end. Returns 0, or -1 with err. */
static int
read_output(int fd, int64_t until_ms, struct buf *output, struct err *err)
{
	/* At once, so that no growing leaves secrets behind. */
	buf_reserve(output, OUTPUT_MAX + 1);
	for (;;) {
		int64_t left = until_ms - clock_mono_ms();
		int ready = left > 0 ? io_readable(fd, (int)left) : 0;
		ssize_t n;

		if (ready < 0)
			return err_set(err, ERR_TEMPORARY, "asked to stop");
		if (!ready)
			return err_set(err, ERR_TEMPORARY, "not done after %d s", TIME_MS / 1000);
		n = io_read(fd, output->data + output->len, OUTPUT_MAX + 1 - output->len);
		if (n < 0)
			return err_set_errno(err, ERR_TEMPORARY, "its output cannot be read");
		if (n == 0)
			return 0;
		output->len += (size_t)n;
		if (output->len > OUTPUT_MAX)
			return err_set(err, ERR_FAILED, "its output is over %zu KiB", OUTPUT_MAX / 1024);
	}
}

/*
 * Waits for its end, until a time; one that has not ended then is killed. Returns 0, or -1 with err
 * (which may be set already).
 */
static int
await_command(pid_t pid, int64_t until_ms, bool failed, struct err *err)
{
	int status = 0;
	pid_t ended;

	while ((ended = waitpid(pid, &status, failed ? 0 : WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
		if (ended == 0 && clock_mono_ms() > until_ms) {
			kill(pid, SIGKILL);
			err_set(err, ERR_TEMPORARY, "not done after %d s", TIME_MS / 1000);
			failed = true;
		} else if (ended == 0) {
			/* It has closed its output: this is the moment between that and its end. */
			nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
		}
	}
	if (failed)
		return -1;
	if (WIFSIGNALED(status))
		return err_set(err, ERR_ACCESS, "ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) == NOT_RUN)
		return err_set(err, ERR_USAGE, "it, or a program that it calls, cannot be run (status %d)", NOT_RUN);
	if (status != 0)
		return err_set(err, ERR_ACCESS, "ended with status %d", WEXITSTATUS(status));
	return 0;
}

static int
run_command(char **words, struct buf *output, struct err *err)
{
	int64_t until_ms = clock_mono_ms() + TIME_MS;
	bool failed;
	pid_t pid;
	int fd;

	fd = start_command(words, &pid);
	if (fd < 0)
		return err_set_errno(err, ERR_USAGE, "cannot be run");
	failed = read_output(fd, until_ms, output, err) < 0;
	close(fd);
	if (failed)
		kill(pid, SIGKILL);
	return await_command(pid, until_ms, failed, err);
}

char **
credential_words(const char *command)
{
	/*
	 * Each word takes at least two bytes of the command with what ends it: pointers first, then the
	 * text.
	 */
	size_t most = strlen(command) / 2 + 2;
	char **words = mem_alloc(most * sizeof *words + strlen(command) + 2);
	char *text = (char *)(words + most);
	size_t count = 0;

	for (;;) {
		while (is_white(*command))
			command++;
		if (!*command)
			break;
		words[count++] = text;
		if (!take_word(&command, &text)) {
			free(words);
			return NULL;
		}
	}
	words[count] = NULL;
	return words;
}

int
credentials_from_process(const char *command, struct credential_set *set, struct err *err)
{
	static const struct credential_json rules = {.token_name = "SessionToken", .version = true};
	char **words = credential_words(command);
	struct buf output = BUF_INIT;
	int result;

	if (!words || !words[0]) {
		free(words);
		return err_set(err, ERR_USAGE, "credential_process: %s", words ? "no command" : "a quote is left open");
	}
	result = run_command(words, &output, err);
	if (result == 0)
		result = credential_json_parse(&rules, slice_of_buf(&output), set, err);
	if (result < 0)
		/* The program alone: its arguments may be secret. */
		err_prefix(err, "credential_process %s", words[0]);
	credential_buf_wipe(&output);
	free(words);
	return result;
}
