/*
 * The forms are templates: %C is the company, %T the title, %U the url, %P the location, %S the
 * time, %K twenty thousand commas; every other byte stands for itself. The compiler takes off C's
 * own escapes, so "\\n" is JSON's.
 */
#include "sengen/line.h"

#define COMMAS 20000

/* one form per line, however long */
/* clang-format off */
static const char *const messy_forms[] = {
	/* escapes */
	"{\"title\":\"%T\\t(m\\/w\\/d)\",\"company\":\"%C\",\"url\":\"%U\"}",
	"{\"company\":\"%C\",\"title\":\"%T\\r\\nFull time\",\"url\":\"%U\"}",
	"{\"company\":\"The \\\"%C\\\"\",\"title\":\"%T \\\\ Night Shift\"}",
	"{\"company\":\"Caf\\u00e9 %C\",\"title\":\"%T \\ud83d\\ude80\"}",
	"{\"comp\\u0061ny\":\"%C\",\"\\u0074itle\":\"%T\",\"url\":\"%U\"}",
	/* bytes */
	"{\"company\":\"%C\",\"title\":\"%T \xf0\x9f\x9a\x80\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\"}",
	"{\"company\":\"%C\",\"title\":\"%T\xe2\x80\xa8second line\"}",
	"{\"company\":\"Caf\xc3\x83\xc2\xa9 %C\",\"title\":\"%T \xc3\x83\xc2\xa2\xc3\x82\xe2\x82\xac\xe2\x80\x9c Remote\"}",
	"{\"company\":\"\xe6\xa0\xaa\xe5\xbc\x8f\xe4\xbc\x9a\xe7\xa4\xbe %C\",\"title\":\"%T \xe2\x80\x93 \xd0\x9c\xd0\xbe\xd1\x81\xd0\xba\xd0\xb2\xd0\xb0\"}",
	/* colons and commas */
	"{\"company\":\"%C: Sons\",\"title\":\"%T: Nights\"}",
	"{\"company\":\"%C\",\"title\":\": %T\"}",
	"{\"company\":\"%C\",\"title\":\"%T%K\"}",
	/* members */
	"{\"seniority\":99,\"company\":\"%C\",\"title\":\"%T\"}",
	"{\"company\":\"%C\",\"title\":\"%T\",\"seniority\":\"unknown\"}",
	"{\"title\":\"not this one\",\"company\":\"%C\",\"title\":\"%T\"}",
	"{\"company\":\"%C\",\"meta\":{\"title\":null,\"company\":[\"%C\",{\"title\":3}]},\"title\":\"%T\"}",
	"{\"company\":\"%C\",\"title\":\"%T\",\"salary\":[1.5e3,-0,2E+10],\"remote\":true,\"until\":null,\"tags\":[],\"more\":{}}",
	"{\"company\":\"\",\"title\":\"%T\",\"location\":\"%P\",\"scraped_on\":%S}",
	"{\"\":\"\",\"company\":\"%C\",\"title\":\"%T\",\"@\":\"end\"}",
	/* white space */
	"  { \"company\" : \"%C\" ,\t\"title\": \"%T\" }  ",
	"{\"company\":\"%C\",\"title\":\"%T\",\"location\":\"%P\"}\r",
	"{\"company\":\" %C \",\"title\":\" %T  \"}",
};
/* clang-format on */

static const char *const bad_forms[] = {
	/* no JSON */
	"%T at %C",
	"{\"company\":\"%C\",\"title\":\"%T",
	"{\"company\":\"%C\",\"title\":\"%T\"} {}",
	"{\"company\":\"%C\",\"title\":\"%T\",}",
	"{'company':'%C','title':'%T'}",
	"{\"company\":\"%C\",\"title\":\"%T\",\"salary\":NaN}",
	"{\"company\":\"%C\",\"title\":\"%T\",\"salary\":007}",
	"{\"company\":\"%C\",\"title\":\"%T \\x41\"}",
	"{\"company\":\"%C\",\"title\":\"%T\tnow\"}",
	"{\"company\":\"%C\",\"title\":\"%T\",\"tags\":[1,2}",
	/* no object */
	"[\"%C\",\"%T\"]",
	"\"%T\"",
	"null",
	/* no title, no company */
	"{\"company\":\"%C\",\"url\":\"%U\"}",
	"{\"company\":\"%C\",\"title\":null}",
	"{\"company\":\"%C\",\"title\":7}",
	"{\"company\":\"%C\",\"title\":\"\"}",
	"{\"company\":\"%C\",\"title\":[\"%T\"]}",
	"{\"company\":\"%C\",\"meta\":{\"title\":\"%T\"}}",
	"{\"title\":\"%T\"}",
	"{\"company\":null,\"title\":\"%T\"}",
	"{\"company\":\"%C\",\"title\":\"%T\",\"title\":null}",
	/* no text */
	"{\"company\":\"%C\",\"title\":\"%T \xff\xfe\"}",
	"{\"company\":\"%C \xed\xa0\x80\",\"title\":\"%T\"}",
	"{\"company\":\"%C\",\"title\":\"%T\\u0000\"}",
	"{\"company\":\"%C\",\"title\":\"%T \\ud83d\"}",
	"{\"company\":\"%C \\udc00\\ud800\",\"title\":\"%T\"}",
	/* looks like a control record, and is not one */
	"{\"@\":\"end\",\"key\":\"%U\",\"lines\":1}",
	"{\"@\":1,\"company\":\"%C\",\"title\":\"%T\"}",
};

enum {
	MESSY_FORMS = sizeof messy_forms / sizeof *messy_forms,
	BAD_FORMS = sizeof bad_forms / sizeof *bad_forms,
};

static void
write_company(struct buf *to, const struct pair *pair)
{
	for (int i = 0; i < PAIR_PIECES; i++)
		buf_append_slice(to, pair->company[i]);
}

static void
write_url(struct buf *to, const struct posting *posting)
{
	buf_append_slice(to, SLICE("https://jobs.example.com/"));
	buf_append_int(to, (int64_t)posting->id);
}

static void
write_commas(struct buf *to)
{
	buf_reserve(to, COMMAS);
	memset(to->data + to->len, ',', COMMAS);
	to->len += COMMAS;
}

static void
write_form(struct buf *to, const struct posting *posting, const char *form)
{
	while (*form != '\0') {
		size_t plain = strcspn(form, "%");
		buf_append(to, form, plain);
		form += plain;
		if (*form == '\0')
			break;
		switch (form[1]) {
		case 'C':
			write_company(to, &posting->pair);
			break;
		case 'T':
			buf_append_slice(to, posting->pair.title);
			break;
		case 'U':
			write_url(to, posting);
			break;
		case 'P':
			buf_append_slice(to, posting->place);
			break;
		case 'S':
			buf_append_int(to, posting->scraped_on);
			break;
		default:
			write_commas(to);
			break;
		}
		form += 2;
	}
	buf_append_byte(to, '\n');
}

void
line_plain(struct buf *to, const struct posting *posting)
{
	buf_append_slice(to, SLICE("{\"url\":\""));
	write_url(to, posting);
	buf_append_slice(to, SLICE("\",\"company\":\""));
	write_company(to, &posting->pair);
	buf_append_slice(to, SLICE("\",\"title\":\""));
	buf_append_slice(to, posting->pair.title);
	buf_append_slice(to, SLICE("\",\"location\":\""));
	buf_append_slice(to, posting->place);
	buf_append_slice(to, SLICE("\",\"scraped_on\":"));
	buf_append_int(to, posting->scraped_on);
	buf_append_slice(to, SLICE("}\n"));
}

void
line_messy(struct buf *to, const struct posting *posting, uint64_t n)
{
	write_form(to, posting, messy_forms[n % MESSY_FORMS]);
}

void
line_bad(struct buf *to, const struct posting *posting, uint64_t n)
{
	write_form(to, posting, bad_forms[n % BAD_FORMS]);
}

int
line_messy_forms(void)
{
	return MESSY_FORMS;
}

int
line_bad_forms(void)
{
	return BAD_FORMS;
}
