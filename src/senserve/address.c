/* Parses the address, and checks that it is free before gRPC takes it. */
#include "senserve/address.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/units.h"

static int
parse_unix_path(struct address *address, const char *path, struct err *err)
{
	struct sockaddr_un name;

	/* gRPC knows both unix:PATH and unix:///PATH. */
	if (strncmp(path, "//", 2) == 0)
		path += 2;
	if (*path == '\0')
		return err_set(err, ERR_USAGE, "address unix: has no path");
	if (strlen(path) >= sizeof name.sun_path)
		return err_set(err, ERR_USAGE, "address unix:%s: the path has more than %zu bytes", path,
		               sizeof name.sun_path - 1);
	address->path = mem_dup(path);
	return 0;
}

static int
check_unix_free(const char *path, struct err *err)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : err_set_errno(err, ERR_FAILED, "cannot listen on unix:%s", path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, ERR_FAILED, "cannot listen on unix:%s: a file that is not a socket is in the way", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, "socket");
	memcpy(name.sun_path, path, strlen(path));
	int result = connect(fd, (struct sockaddr *)&name, sizeof name);
	close(fd);
	if (result == 0)
		return err_set(err, ERR_TEMPORARY, "cannot listen on unix:%s: another server is listening there", path);
	return 0; /* left behind by a server that was killed; gRPC replaces it */
}

/* Returns the errno of binding to the address, or 0. */
static int
try_bind(const struct addrinfo *info)
{
	int one = 1, error = 0;
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
	    bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, 1) != 0)
		error = errno;
	close(fd);
	return error;
}

static int
check_tcp_free(const struct address *address, struct err *err)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	struct addrinfo *found = NULL;
	size_t len = strlen(address->host);
	char *host = address->host[0] == '[' ? mem_dup_n(address->host + 1, len - 2) : mem_dup(address->host);
	char *port = mem_printf("%d", address->port);
	int error = getaddrinfo(host, port, &hints, &found);
	bool any = false;

	free(host);
	free(port);
	if (error != 0)
		return err_set(err, error == EAI_AGAIN ? ERR_TEMPORARY : ERR_USAGE, "cannot listen on %s:%d: %s", address->host,
		               address->port, gai_strerror(error));
	for (const struct addrinfo *info = found; info; info = info->ai_next) {
		int why = try_bind(info);
		if (why == 0)
			any = true;
		else if (error == 0 || why == EADDRINUSE)
			error = why;
	}
	freeaddrinfo(found);
	/* A machine without IPv6 has only one of localhost's addresses: that is enough. */
	if (error == EADDRINUSE || !any) {
		errno = error;
		return err_set_errno(err, error == EADDRINUSE ? ERR_TEMPORARY : ERR_FAILED, "cannot listen on %s:%d",
		                     address->host, address->port);
	}
	return 0;
}

int
address_parse(struct address *address, const char *text, struct err *err)
{
	int64_t port;

	*address = (struct address){NULL, 0, NULL};
	if (strncmp(text, "unix:", 5) == 0)
		return parse_unix_path(address, text + 5, err);
	if (strchr(text, ','))
		return err_set(err, ERR_USAGE, "address %s: a server listens on one address only", text);
	const char *colon = strrchr(text, ':');
	if (!colon || !units_parse_int(colon + 1, 0, 65535, &port))
		return err_set(err, ERR_USAGE, "address %s: not of the form host:port or unix:PATH", text);
	size_t len = (size_t)(colon - text);
	bool bracketed = len > 2 && text[0] == '[' && text[len - 1] == ']';
	if (len == 0 || strchr(text, '/') || (!bracketed && memchr(text, ':', len)))
		return err_set(err, ERR_USAGE, "address %s: not of the form host:port, [IPv6]:port or unix:PATH", text);
	address->host = mem_dup_n(text, len);
	address->port = (int)port;
	return 0;
}

void
address_release(struct address *address)
{
	free(address->host);
	free(address->path);
	*address = (struct address){NULL, 0, NULL};
}

int
address_check_free(const struct address *address, struct err *err)
{
	return address->path ? check_unix_free(address->path, err) : check_tcp_free(address, err);
}

char *
address_text(const struct address *address, int port)
{
	return address->path ? mem_printf("unix:%s", address->path) : mem_printf("%s:%d", address->host, port);
}
