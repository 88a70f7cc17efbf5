/* Numbers and times for people. */
#include "senstat/text.h"

#include <time.h>

void
text_grouped(struct buf *to, int64_t number)
{
	char digits[INT_TEXT_MAX];
	size_t len = (size_t)(put_int(digits, number) - digits);

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
			buf_append_byte(to, ',');
		buf_append_byte(to, digits[i]);
	}
}

void
text_seconds(struct buf *to, int64_t microseconds)
{
	buf_printf(to, "%lld.%02d", (long long)(microseconds / 1000000), (int)(microseconds / 10000 % 100));
}

void
text_time(struct buf *to, const char *format, int64_t unix_seconds)
{
	time_t when = (time_t)unix_seconds;
	struct tm tm;
	char text[64];

	if (gmtime_r(&when, &tm) != NULL && strftime(text, sizeof(text), format, &tm) > 0)
		buf_append_str(to, text);
	else
		buf_append_int(to, unix_seconds);
}
