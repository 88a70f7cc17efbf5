/*
 * The error text of a call that failed. Curl's own text serves, except with a proxy: it does not
 * say that the unreachable host is the proxy, and it shows a proxy URL that it cannot parse in
 * full, with the password.
 */
#include "http/http.h"

#include <curl/curl.h>
#include <string.h>

/*
 * These texts of curl decide something here, because no code of curl does. An unreadable proxy URL
 * is CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_PROXY or CURLE_NOT_BUILT_IN, depending on the
 * fault; each has other causes, too. An unreachable host is CURLE_COULDNT_CONNECT whether it is the
 * proxy or the server; CURLINFO_USED_PROXY comes with curl 8.7, which Debian 12 does not have. If a
 * new curl changes its texts, tests/store_s3_proxy.bats shows it; the proxy is then not named.
 */
#define UNREADABLE "Unsupported proxy "
#define UNREACHABLE "connect to "

static struct slice
cut_before(const char *text, const char *ends)
{
	return slice_of(text, strcspn(text, ends));
}

/* Whether `why` speaks of the host and port that `url` names. */
static bool
names_host_of(const char *why, const char *url)
{
	const char *host = strstr(url, "://");
	struct buf text = BUF_INIT;
	struct slice name, port;
	bool about;

	if (host == NULL)
		return true;
	host += 3;
	port = *url == 'h' && strncmp(url, "https:", 6) == 0 ? SLICE("443") : SLICE("80");
	if (*host == '[')
		name = cut_before(++host, "]");
	else
		name = cut_before(host, ":/?#");
	host += name.len + (host[name.len] == ']');
	if (*host == ':')
		port = cut_before(host + 1, "/?#");
	buf_printf(&text, UNREACHABLE "%.*s port %.*s ", SLICE_ARGS(name), SLICE_ARGS(port));
	about = strstr(why, buf_cstr(&text)) != NULL;
	buf_release(&text);
	return about;
}

static enum err_kind
kind_of(CURLcode result)
{
	switch (result) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		/* Nothing is wrong with the object: it must not count as failed for good. */
		return ERR_ACCESS;
	default:
		return ERR_TEMPORARY;
	}
}

enum err_kind
http_broken(const struct http_call *call, struct buf *text)
{
	long refused = 0;

	if (strncmp(call->why, UNREADABLE, sizeof(UNREADABLE) - 1) == 0) {
		buf_append_str(text, "the proxy in the environment is not a valid proxy address");
		return ERR_ACCESS;
	}
	curl_easy_getinfo(call->easy, CURLINFO_HTTP_CONNECTCODE, &refused);
	if (call->end == HTTP_WHOLE || refused / 100 == 2)
		refused = 0;
	if (refused != 0 || (strstr(call->why, UNREACHABLE) != NULL && !names_host_of(call->why, call->url)))
		buf_append_str(text, "the proxy: ");
	buf_append_str(text, call->why);
	/* It wants another name or password, or does not want us to go there. */
	return refused / 100 == 4 && refused != 408 && refused != 429 ? ERR_ACCESS : kind_of((CURLcode)call->result);
}

const char *
http_broken_briefly(const struct http_call *call)
{
	return curl_easy_strerror((CURLcode)call->result);
}
