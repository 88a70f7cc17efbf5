/*
 * page_server PORT COUNT MS [PER_DAY]: an S3 server on loopback that only has a listing, and waits
 * MS milliseconds before each page, like a server far away. It has COUNT made-up names under any
 * prefix of any bucket, PREFIX + unix seconds + ".jsonl": one per second, or in the first PER_DAY
 * seconds of each day. It answers ListObjects and ListObjectsV2 (prefix, marker, start-after,
 * continuation-token, max-keys; a delimiter changes nothing, as no name has a '/'), with a thread
 * for each connection, and from memory only: it must not be what is measured. HEAD finds nothing.
 * It counts the pages; SIGUSR1 prints the count.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FIRST 1700000001L
#define DAY 86400L
#define PAGE 1000
#define NAME_BYTES 16 /* "1700000001.jsonl" */
#define REQUEST_MAX 16384

static long total, wait_ms, per_day;
static atomic_long pages;

/* What stands around a name; all objects have the same size, etag and time. */
static const char before_key[] = "<Contents><Key>";
static const char behind_key[] = "</Key><LastModified>2024-07-17T02:38:54.000Z</LastModified>"
								 "<ETag>&quot;9b2cf535f27731c974343645a3985328&quot;</ETag><Size>1043211</Size>"
								 "<StorageClass>STANDARD</StorageClass></Contents>";

static long
number_of(long i)
{
	return FIRST + i / per_day * DAY + i % per_day;
}

/* The index of the first name whose number is not below this one. */
static long
index_of(long number)
{
	long day, rest;

	if (number <= FIRST)
		return 0;
	day = (number - FIRST) / DAY;
	rest = (number - FIRST) % DAY;
	return day * per_day + (rest < per_day ? rest : per_day);
}

static int
hex_digit_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* Copies the decoded value of a parameter of the query; "" if there is none. */
static void
read_parameter(const char *query, const char *name, char *to, size_t size)
{
	size_t len = strlen(name), n = 0;

	for (; *query != '\0'; query += *query == '&') {
		if (strncmp(query, name, len) == 0 && query[len] == '=') {
			query += len + 1;
			for (; *query != '\0' && *query != '&' && n + 1 < size; query++) {
				if (*query == '%' && hex_digit_value(query[1]) >= 0 && hex_digit_value(query[2]) >= 0) {
					to[n++] = (char)(hex_digit_value(query[1]) * 16 + hex_digit_value(query[2]));
					query += 2;
				} else {
					to[n++] = *query;
				}
			}
			break;
		}
		query += strcspn(query, "&");
	}
	to[n] = '\0';
}

static char *
append_bytes(char *at, const char *text, size_t len)
{
	memcpy(at, text, len);
	return at + len;
}

/* The index of the first name after the key `after`. */
static long
start_of(const char *after, size_t prefix_len)
{
	const char *rest = strlen(after) > prefix_len ? after + prefix_len : "";
	char *end;
	long number = strtol(rest, &end, 10);

	return index_of(number + (end != rest && *end != '\0'));
}

static size_t
make_page(const char *query, char *to)
{
	char prefix[1024], after[1024], most_text[16], version[8], more[256] = "", *at = to;
	long start, end, most;
	size_t prefix_len;

	read_parameter(query, "prefix", prefix, sizeof(prefix));
	prefix_len = strlen(prefix);
	read_parameter(query, "list-type", version, sizeof(version));
	read_parameter(query, "continuation-token", after, sizeof(after));
	if (after[0] == '\0')
		read_parameter(query, *version == '2' ? "start-after" : "marker", after, sizeof(after));
	read_parameter(query, "max-keys", most_text, sizeof(most_text));
	most = most_text[0] != '\0' ? strtol(most_text, NULL, 10) : PAGE;
	start = start_of(after, prefix_len);
	end = start + (most < PAGE ? most : PAGE);
	if (end > total)
		end = total;
	if (start > end)
		start = end;
	if (end < total)
		snprintf(more, sizeof(more), "<%s>%.200s%ld.jsonl</%s>",
		         *version == '2' ? "NextContinuationToken" : "NextMarker", prefix, number_of(end - 1),
		         *version == '2' ? "NextContinuationToken" : "NextMarker");
	at += sprintf(at,
	              "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
	              "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
	              "<Name>many</Name><Prefix>%s</Prefix><KeyCount>%ld</KeyCount><MaxKeys>%ld</MaxKeys>"
	              "<EncodingType>url</EncodingType><IsTruncated>%s</IsTruncated>%s",
	              prefix, end - start, most, end < total ? "true" : "false", more);
	for (long i = start; i < end; i++) {
		char name[NAME_BYTES + 1];

		snprintf(name, sizeof(name), "%ld.jsonl", number_of(i));
		at = append_bytes(at, before_key, sizeof(before_key) - 1);
		at = append_bytes(at, prefix, prefix_len);
		at = append_bytes(at, name, NAME_BYTES);
		at = append_bytes(at, behind_key, sizeof(behind_key) - 1);
	}
	at = append_bytes(at, "</ListBucketResult>", 19);
	return (size_t)(at - to);
}

static int
send_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Answers a request, which is complete and has no body. */
static int
answer_request(int fd, char *request, char *page)
{
	static const char nothing[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nx-amz-request-id: 1\r\n\r\n";
	struct timespec pause = {wait_ms / 1000, wait_ms % 1000 * 1000000};
	char *target = strchr(request, ' '), *query, head[256];
	size_t len;

	if (target == NULL || strncmp(request, "GET ", 4) != 0)
		return send_all(fd, nothing, sizeof(nothing) - 1);
	target[1 + strcspn(target + 1, " ")] = '\0';
	query = strchr(target + 1, '?');
	nanosleep(&pause, NULL);
	atomic_fetch_add(&pages, 1);
	len = make_page(query != NULL ? query + 1 : "", page);
	snprintf(head, sizeof(head),
	         "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: %zu\r\nx-amz-request-id: 1\r\n\r\n",
	         len);
	return send_all(fd, head, strlen(head)) < 0 ? -1 : send_all(fd, page, len);
}

static void *
serve_connection(void *opaque)
{
	int fd = (int)(long)opaque, one = 1;
	char *request = malloc(REQUEST_MAX + 1);
	char *page = malloc((size_t)PAGE * 1536 + 4096); /* prefixes have up to 1,024 bytes */
	size_t len = 0;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	while (request != NULL && page != NULL && len < REQUEST_MAX) {
		ssize_t n = recv(fd, request + len, REQUEST_MAX - len, 0);
		char *end;

		if (n <= 0)
			break;
		len += (size_t)n;
		request[len] = '\0';
		end = strstr(request, "\r\n\r\n");
		if (end == NULL)
			continue;
		if (answer_request(fd, request, page) < 0)
			break;
		len = 0; /* no client here sends the next request before it has the answer */
	}
	free(request);
	free(page);
	close(fd);
	return NULL;
}

static void
print_count(int signal)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%ld\n", atomic_load(&pages));

	(void)signal;
	if (write(STDOUT_FILENO, text, (size_t)len) < 0)
		_exit(1);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sigaction action = {.sa_handler = print_count, .sa_flags = SA_RESTART};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	if (argc < 4) {
		fputs("usage: page_server PORT COUNT MS [PER_DAY]\n", stderr);
		return 2;
	}
	address.sin_port = htons((unsigned short)strtol(argv[1], NULL, 10));
	total = strtol(argv[2], NULL, 10);
	wait_ms = strtol(argv[3], NULL, 10);
	per_day = argc > 4 ? strtol(argv[4], NULL, 10) : DAY;
	if (per_day < 1 || per_day > DAY)
		per_day = DAY;
	sigaction(SIGUSR1, &action, NULL);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(listener, 512) < 0) {
		perror("page_server");
		return 1;
	}
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		pthread_t thread;

		if (fd < 0)
			continue;
		if (pthread_create(&thread, NULL, serve_connection, (void *)(long)fd) != 0)
			close(fd);
		else
			pthread_detach(thread);
	}
}
