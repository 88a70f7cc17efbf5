/* Addresses, TLS and metadata. */
#include "senenrich/model_channel.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include <grpc/grpc_security.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/units.h"

enum { RECONNECT_MS = 1000, MESSAGE_MAX = 64 * 1024 * 1024, PEM_MAX = 1024 * 1024 };

/* gRPC accepts any text and fails much later with UNAVAILABLE, so check it first. */
static int
check_address(const char *address, size_t len, struct err *err)
{
	const char *colon = memrchr(address, ':', len);
	int64_t port;

	if (len > 5 && strncmp(address, "unix:", 5) == 0)
		return 0;
	if (colon == NULL || colon == address ||
	    !units_parse_digits(colon + 1, (size_t)(address + len - colon - 1), &port) || port < 1 || port > 65535)
		return err_set(err, ERR_USAGE, "grpc_server_address: '%.*s' is neither HOST:PORT nor unix:PATH", (int)len,
		               address);
	return 0;
}

/* Appends "1.2.3.4:50051" for "host:50051". gRPC only takes lists of IPv4 addresses. */
static int
append_resolved_address(const char *address, size_t len, struct buf *target, struct err *err)
{
	const char *colon = memrchr(address, ':', len);
	char *host = mem_dup_n(address, (size_t)(colon - address));
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
	char ip[64];
	int code = getaddrinfo(host, NULL, &hints, &found);

	if (code == 0)
		code = getnameinfo(found->ai_addr, found->ai_addrlen, ip, sizeof(ip), NULL, 0, NI_NUMERICHOST);
	if (code == 0)
		buf_printf(target, "%s%s%.*s", target->len > 5 ? "," : "", ip, (int)(address + len - colon), colon);
	else
		err_set(err, ERR_TEMPORARY, "grpc_server_address: no IPv4 address of '%s': %s", host, gai_strerror(code));
	if (found)
		freeaddrinfo(found);
	free(host);
	return code == 0 ? 0 : -1;
}

/* The address behind this one; behind the last one the first. */
static const char *
next_address(const char *addresses, const char *at)
{
	const char *comma = strchr(at, ',');

	at = comma ? comma + 1 : addresses;
	return at + strspn(at, " ");
}

/*
 * Makes gRPC's target of one address or of several. These are asked in turn, from any of them on:
 * processes that all began with the first would stay behind each other.
 */
static int
make_target(const char *addresses, struct buf *target, struct err *err)
{
	struct random random = random_seeded();
	const char *at = addresses;
	int count = 1;

	if (strchr(addresses, ',') == NULL) {
		buf_append_str(target, addresses);
		return check_address(addresses, strlen(addresses), err);
	}
	buf_append_str(target, "ipv4:");
	for (const char *c = addresses; *c; c++)
		count += *c == ',';
	for (int skip = (int)(random_unit(&random) * count); skip >= 0; skip--)
		at = next_address(addresses, at);
	for (; count > 0; count--, at = next_address(addresses, at)) {
		size_t len = strcspn(at, ",");

		if (check_address(at, len, err) < 0)
			return -1;
		if (strncmp(at, "unix:", 5) == 0)
			return err_set(err, ERR_USAGE, "grpc_server_address: a unix socket must be the only address");
		if (append_resolved_address(at, len, target, err) < 0)
			return -1;
	}
	return 0;
}

static int
read_pem(const struct settings *settings, const char *name, struct buf *to, struct err *err)
{
	const char *path = settings_text(settings, name);

	if (path == NULL)
		return 0;
	if (io_read_file(path, PEM_MAX, to, err) < 0)
		return err_prefix(err, "%s", name);
	buf_cstr(to);
	return 0;
}

/* NULL with err. */
static grpc_channel_credentials *
make_credentials(const struct settings *settings, struct err *err)
{
	struct buf ca = BUF_INIT, cert = BUF_INIT, key = BUF_INIT;
	grpc_channel_credentials *credentials = NULL;
	grpc_ssl_pem_key_cert_pair pair;

	if (!settings_bool(settings, "grpc_tls"))
		return grpc_insecure_credentials_create();
	if (read_pem(settings, "grpc_ca_file", &ca, err) < 0 || read_pem(settings, "grpc_cert_file", &cert, err) < 0 ||
	    read_pem(settings, "grpc_key_file", &key, err) < 0)
		goto out;
	if ((cert.len > 0) != (key.len > 0)) {
		err_set(err, ERR_USAGE, "grpc_cert_file and grpc_key_file go together");
		goto out;
	}
	pair = (grpc_ssl_pem_key_cert_pair){.private_key = key.data, .cert_chain = cert.data};
	credentials = grpc_ssl_credentials_create(ca.data, cert.len > 0 ? &pair : NULL, NULL, NULL);
	if (credentials == NULL)
		err_set(err, ERR_USAGE, "grpc_ca_file, grpc_cert_file, grpc_key_file: not usable as PEM files");
out:
	if (key.data)
		explicit_bzero(key.data, key.cap);
	buf_release(&ca);
	buf_release(&cert);
	buf_release(&key);
	return credentials;
}

static int
add_metadata_entry(struct model_metadata *metadata, const char *line, size_t len, struct err *err)
{
	const char *colon = memchr(line, ':', len);
	size_t skip = colon ? strspn(colon + 1, " ") : 0;
	grpc_metadata entry = {0};

	if (colon == NULL)
		return err_set(err, ERR_USAGE, "grpc_metadata: a line without ':' (expected: 'name: value')");
	entry.key = grpc_slice_from_copied_buffer(line, (size_t)(colon - line));
	entry.value = grpc_slice_from_copied_buffer(colon + 1 + skip, (size_t)(line + len - colon - 1) - skip);
	metadata->entries = mem_resize(metadata->entries, metadata->count + 1, sizeof(*metadata->entries));
	metadata->entries[metadata->count++] = entry;
	if (!grpc_header_key_is_legal(entry.key) || !grpc_header_nonbin_value_is_legal(entry.value))
		return err_set(err, ERR_USAGE,
		               "grpc_metadata: '%.*s' is not a valid metadata name (lower case), or its value is not valid",
		               (int)(colon - line), line);
	return 0;
}

grpc_channel *
model_channel_open(const struct settings *settings, struct err *err)
{
	const char *addresses = settings_text(settings, "grpc_server_address");
	char *host = mem_dup_n(addresses, strcspn(addresses, ":,"));
	struct buf target = BUF_INIT;
	grpc_channel *channel = NULL;
	grpc_channel_credentials *credentials;
	/*
	 * gRPC's own retries silently skip requests over 256 KiB. Its proxy variables also apply to
	 * loopback. Its back-off would keep us waiting for 20 s after the server is back.
	 */
	grpc_arg args[] = {
		{.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_ENABLE_RETRIES, .value.integer = 0},
		{.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_ENABLE_HTTP_PROXY, .value.integer = 0},
		{.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, .value.integer = 100},
		{.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, .value.integer = RECONNECT_MS},
		{.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, .value.integer = RECONNECT_MS},
		{.type = GRPC_ARG_INTEGER, .key = (char *)GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, .value.integer = MESSAGE_MAX},
		/* several addresses, from a list or of one name, take turns */
		{.type = GRPC_ARG_STRING, .key = (char *)GRPC_ARG_LB_POLICY_NAME, .value.string = (char *)"round_robin"},
		/* only for a list: the name in their certificates */
		{.type = GRPC_ARG_STRING, .key = (char *)GRPC_SSL_TARGET_NAME_OVERRIDE_ARG, .value.string = host},
	};
	grpc_channel_args list = {.num_args = sizeof(args) / sizeof(args[0]), .args = args};

	if (make_target(addresses, &target, err) == 0 && (credentials = make_credentials(settings, err)) != NULL) {
		if (strchr(addresses, ',') == NULL)
			list.num_args--;
		channel = grpc_channel_create(buf_cstr(&target), credentials, &list);
		grpc_channel_credentials_release(credentials);
	}
	buf_release(&target);
	free(host);
	return channel;
}

int
model_metadata_parse(struct model_metadata *metadata, const char *text, struct err *err)
{
	*metadata = (struct model_metadata){0};
	while (text && *text) {
		size_t len = strcspn(text, "\n");

		if (len > 0 && add_metadata_entry(metadata, text, len, err) < 0)
			return -1;
		text += len + (text[len] == '\n');
	}
	return 0;
}

void
model_metadata_release(struct model_metadata *metadata)
{
	for (size_t i = 0; i < metadata->count; i++) {
		grpc_slice_unref(metadata->entries[i].key);
		grpc_slice_unref(metadata->entries[i].value);
	}
	free(metadata->entries);
	*metadata = (struct model_metadata){0};
}
