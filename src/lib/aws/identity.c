/* Identities: the server in its one form, then bucket and prefix. */
#include "aws/identity.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "aws/config.h"
#include "aws/endpoint.h"
#include "base/mem.h"

/* Bytes that a part of an identity cannot have: they would end it, or need an escape in JSON. */
#define APART "|\"\\"

/*
 * One part; bytes that would make two places look alike, and those in `apart`, are written as %xx.
 */
static void
append_part(struct buf *to, struct slice text, const char *apart)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c <= ' ' || c >= 127 || strchr("%>{}", c) || strchr(apart, c))
			buf_printf(to, "%%%02x", c);
		else
			buf_append_byte(to, (char)c);
	}
}

/* A host's name; of the many ways to write an IPv6 address the shortest. */
static void
append_host(struct buf *to, struct slice name)
{
	struct in6_addr address;
	char text[INET6_ADDRSTRLEN];

	if (name.len > 2 && name.len < sizeof(text) && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']') {
		memcpy(text, name.ptr + 1, name.len - 2);
		text[name.len - 2] = '\0';
		if (inet_pton(AF_INET6, text, &address) == 1 && inet_ntop(AF_INET6, &address, text, sizeof(text)) != NULL) {
			buf_printf(to, "[%s]", text);
			return;
		}
	}
	if (name.len > 1 && slice_ends_with(name, SLICE(".")))
		name.len--;
	append_part(to, name, APART);
}

static int
append_folder(struct buf *to, const char *folder, const char *origin, struct err *err)
{
	char *real = realpath(folder, NULL);

	/* Never a guess: if a disk is not mounted, another folder may be meant. */
	if (real == NULL)
		return err_set_errno(err, ERR_USAGE, "cannot open the store's folder %s (endpoint_url, %s)", folder, origin);
	buf_append_str(to, "file://");
	append_part(to, slice_of_str(real), APART);
	free(real);
	return 0;
}

/* Appends the server in force. AWS's files are read only if they have a say. */
static int
append_server_in_force(struct buf *to, const struct settings *settings, bool *custom, struct err *err)
{
	struct aws_config *config = NULL;
	const char *profile, *origin, *text = settings_text(settings, "endpoint_url");
	const char *region = NULL, *named_by;
	int result = 0;

	if (text == NULL) {
		config = aws_config_load(settings, err);
		if (config == NULL || aws_config_profile(config, settings, &profile, &named_by, err) < 0) {
			aws_config_free(config);
			return -1;
		}
		region = aws_config_get(config, profile, "region");
		text = aws_config_endpoint(config, settings, profile, "s3");
	}
	text = endpoint_choose(settings, text, &origin);
	result = identity_append_server(to, text, origin, endpoint_region(settings, region), custom, err);
	aws_config_free(config);
	return result;
}

struct texts {
	struct buf whole, servers, older;
};

/* Appends "SERVER|bucket/prefix", the server alone, and the rest alone. */
static int
append_place(struct texts *to, const struct settings *settings, const char *bucket, const char *prefix, bool *custom,
             struct err *err)
{
	const char *name = settings_require(settings, bucket, err);
	const char *behind = settings_text(settings, prefix);
	size_t from = to->whole.len;

	if (name == NULL || append_server_in_force(&to->whole, settings, custom, err) < 0)
		return -1;
	if (behind == NULL)
		behind = "";
	buf_append(&to->servers, to->whole.data + from, to->whole.len - from);
	buf_append_byte(&to->whole, '|');
	append_part(&to->whole, slice_of_str(name), "/" APART);
	buf_append_byte(&to->whole, '/');
	append_part(&to->whole, slice_of_str(behind), APART);
	append_part(&to->older, slice_of_str(name), "/");
	buf_append_byte(&to->older, '/');
	append_part(&to->older, slice_of_str(behind), "");
	return 0;
}

int
identity_append_server(struct buf *to, const char *endpoint, const char *origin, const char *region, bool *custom,
                       struct err *err)
{
	const char *folder, *partition;
	struct endpoint_host host;
	struct slice own;
	int is_folder;
	char *parsed;

	*custom = endpoint != NULL;
	if (endpoint == NULL) {
		buf_append_str(to, endpoint_region_partition(region));
		return 0;
	}
	is_folder = endpoint_folder(endpoint, origin, &folder, err);
	if (is_folder < 0)
		return -1;
	if (is_folder > 0)
		return append_folder(to, folder, origin, err);
	parsed = endpoint_parse(endpoint, origin, err);
	if (parsed == NULL)
		return -1;
	host = endpoint_host_of(parsed);
	own = host.tls ? SLICE("443") : SLICE("80");
	partition = slice_equal(host.port, own) ? endpoint_partition(host.name) : NULL;
	if (partition != NULL) {
		*custom = false;
		buf_append_str(to, partition);
	} else {
		const char *path = strchr(strstr(parsed, "://") + 3, '/');

		buf_append_str(to, host.tls ? "https://" : "http://");
		append_host(to, host.name);
		if (!slice_equal(host.port, own))
			buf_printf(to, ":%.*s", SLICE_ARGS(host.port));
		if (path != NULL)
			append_part(to, slice_of_str(path), APART);
	}
	free(parsed);
	return 0;
}

int
identity_find(const struct settings *settings, struct identity *identity, struct err *err)
{
	struct texts to = {BUF_INIT, BUF_INIT, BUF_INIT};
	bool from_custom = false, to_custom = false;
	int result = append_place(&to, settings, "input_bucket", "raw_prefix", &from_custom, err);

	if (result == 0) {
		buf_append_byte(&to.whole, '>');
		buf_append_byte(&to.servers, '>');
		buf_append_byte(&to.older, '>');
		result = append_place(&to, settings, "output_bucket", "mod_prefix", &to_custom, err);
	}
	*identity = (struct identity){0};
	if (result == 0) {
		identity->text = mem_dup(buf_cstr(&to.whole));
		identity->servers = mem_dup(buf_cstr(&to.servers));
		identity->older = mem_dup(buf_cstr(&to.older));
		identity->custom = from_custom || to_custom;
	}
	buf_release(&to.whole);
	buf_release(&to.servers);
	buf_release(&to.older);
	return result;
}

void
identity_release(struct identity *identity)
{
	free(identity->text);
	free(identity->servers);
	free(identity->older);
	*identity = (struct identity){0};
}
