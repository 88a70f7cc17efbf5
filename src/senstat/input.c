/* Reading NDJSON from files. */
#include "senstat/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "streams/lines.h"

enum { LINE_MAX_BYTES = 1024 * 1024 };

struct input {
	const char *path; /* "standard input" if there is none */
	const char *what;
	bool (*take)(void *context, const struct json *object);
	void *context;
	struct lines lines;
	struct json json;
	enum exit_status status;
};

static void
take_line(struct input *in, enum line kind, struct slice line)
{
	const char *why = "too long";

	if (kind == LINE_WHOLE && line_is_blank(line))
		return;
	if (kind == LINE_WHOLE && json_parse(&in->json, line, &why)) {
		if (in->take(in->context, &in->json))
			return;
		why = in->what;
	}
	log_warning("%s: line %llu: not %s%s%s", in->path, (unsigned long long)in->lines.number, in->what,
	            why == in->what ? "" : ": ", why == in->what ? "" : why);
	in->status = status_worse(in->status, STATUS_FAILED);
}

static enum exit_status
read_lines(struct input *in, int fd)
{
	struct err err = ERR_INIT;
	struct slice line;
	enum line kind;
	ssize_t got;

	do {
		got = lines_read(&in->lines, fd);
		while ((kind = lines_next(&in->lines, &line)) != LINE_MORE)
			take_line(in, kind, line);
	} while (got > 0);
	if (got < 0) {
		err_set_errno(&err, ERR_FAILED, "cannot read %s", in->path);
		return cli_error(&err);
	}
	if ((kind = lines_rest(&in->lines, &line)) != LINE_MORE)
		take_line(in, kind, line);
	return in->status;
}

static enum exit_status
read_file(struct input *in, const char *path)
{
	struct err err = ERR_INIT;
	enum exit_status status;
	int fd = STDIN_FILENO;

	if (path != NULL)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err_set_errno(&err, ERR_USAGE, "cannot open %s", path);
		return cli_error(&err);
	}
	in->path = path ? path : "standard input";
	in->status = STATUS_OK;
	lines_init(&in->lines, LINE_MAX_BYTES);
	status = read_lines(in, fd);
	lines_release(&in->lines);
	if (path != NULL)
		close(fd);
	return status;
}

enum exit_status
input_each(const struct cli *cli, const char *what, bool (*take)(void *context, const struct json *object),
           void *context)
{
	struct input in = {.what = what, .take = take, .context = context};
	enum exit_status status = cli->operand_count == 0 ? read_file(&in, NULL) : STATUS_OK;

	for (int i = 0; i < cli->operand_count && (status == STATUS_OK || status == STATUS_FAILED); i++)
		status = status_worse(status, read_file(&in, cli->operands[i]));
	json_release(&in.json);
	return status;
}
