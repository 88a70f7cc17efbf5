/* The dummy model's rules: every example of the contract, traps, hostile titles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "senserve/match.h"

static struct match *match;

static int
start_matching(void **state)
{
	(void)state;
	match = match_new();
	return 0;
}

static int
stop_matching(void **state)
{
	(void)state;
	match_free(match);
	return 0;
}

struct expectation {
	int level;
	const char *title;
};

static void
expect(const struct expectation *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct rule *rule;
		int level = (int)match_level(match, slice_of_str(list[i].title), &rule);
		if (level != list[i].level)
			fail_msg("%s: %d by \"%s\", not %d", list[i].title, level, rule ? rule->phrase : "(none)", list[i].level);
	}
}

#define EXPECT(...)                                                                                                    \
	do {                                                                                                               \
		static const struct expectation list[] = {__VA_ARGS__};                                                        \
		expect(list, sizeof list / sizeof *list);                                                                      \
	} while (0)

static void
the_contracts_examples(void **state)
{
	(void)state;
	EXPECT({1, "Accounting Intern"}, {1, "Software Engineer Trainee"}, {1, "Paralegal"},
	       {2, "Account Receivable Bookkeeper"}, {2, "Junior Software QA Engineer"}, {2, "Legal Adviser"},
	       {3, "Senior Tax Accountant"}, {3, "Lead Electrical Engineer"}, {3, "Attorney"}, {4, "Account Manager"},
	       {4, "Superintendent Engineer"}, {4, "Lead Lawyer"}, {5, "Chief of Accountants"},
	       {5, "VP Network Engineering"}, {5, "Head of Legal"}, {6, "Managing Director, Treasury"},
	       {6, "Director of Engineering, Backend Systems"}, {6, "Attorney, Partner"}, {7, "CFO"}, {7, "COO"},
	       {7, "CEO"});
}

static void
people_who_work_for_somebody(void **state)
{
	(void)state;
	EXPECT({2, "Assistant to the CEO"}, {2, "Executive Assistant, Office of the CEO"},
	       {2, "Executive Assistant to CFO"}, {2, "CEO Assistant"}, {2, "CEO's Assistant"}, {2, "Founder's Associate"},
	       {2, "Personal Assistant (CEO)"}, {5, "Chief of Staff to the President"},
	       {2, "Software Engineer, Office of the CTO"}, {2, "Engineer reporting to the Vice President"},
	       {5, "Vice President, CEO Office"}, {2, "Constituent Engagement Officer (CEO)"},
	       {3, "Senior Advisor to the Chief Executive Officer"});
}

static void
the_top(void **state)
{
	(void)state;
	EXPECT({7, "Chief Executive Officer"}, {7, "Chief Executive Officer (CEO)"}, {7, "CFO, Europe"},
	       {7, "Founder & CEO"}, {7, "Co-Founder/CTO"}, {7, "C.E.O."}, {7, "President"}, {7, "President, Wind"},
	       {7, "Chief Data & AI Officer"}, {6, "Deputy CFO"}, {6, "Deputy Chief Information Officer"},
	       {4, "Chief Petty Officer"}, {5, "Vice President"}, {5, "Vice-President of Sales"},
	       {6, "Senior Vice President"}, {6, "SVP, Sales"}, {4, "Assistant Vice President"});
}

static void
partners_and_lawyers(void **state)
{
	(void)state;
	EXPECT({6, "Partner"}, {6, "Partner, Tax"}, {6, "Tax Partner"}, {6, "Managing Partner"}, {6, "Lawyer (Partner)"},
	       {3, "HR Business Partner"}, {3, "Senior HR Business Partner"}, {4, "Partner Success Manager"},
	       {6, "General Counsel"}, {5, "Deputy General Counsel"}, {4, "Lead Corporate Lawyer"}, {3, "Senior Counsel"},
	       {4, "Supervisory Attorney-Adviser"}, {3, "Attorney-Adviser"}, {2, "Legal Advisor"}, {2, "Senior Paralegal"});
}

static void
directors_heads_managers(void **state)
{
	(void)state;
	EXPECT({6, "Executive Director"}, {5, "Communications Director"}, {5, "Deputy Director"},
	       {5, "Associate Director of IT"}, {4, "Assistant Director"}, {5, "Director"}, {5, "Chief of Staff"},
	       {4, "Head Coach"}, {3, "Head Start Teacher"}, {4, "Team Lead, Support"}, {4, "Manager"},
	       {3, "Assistant Manager"}, {5, "General Manager"}, {4, "Senior Product Manager"}, {4, "Ops Mgr"},
	       {4, "Go-to-Market Manager"}, {4, "Intern Program Manager"});
}

static void
words_are_whole_words(void **state)
{
	(void)state;
	EXPECT({2, "Internal Auditor"}, {2, "International Sales Specialist"}, {2, "Misleading Headings Editor"},
	       {2, "Presidential Innovation Fellow"}, {2, "Managerial Economist"}, {2, "Partnerships Specialist"},
	       {2, "Directorate Analyst"}, {2, "Ceola Analyst"});
}

static void
plain_and_first_jobs(void **state)
{
	(void)state;
	EXPECT({2, "Software Engineer"}, {2, "Meteorologist"}, {2, ""}, {2, "   "}, {2, "???"}, {1, "LABORER, LANDSCAPE"},
	       {1, "WAITER/WAITRESS"}, {1, "Student Trainee (Legal)"}, {1, "(USA) Coach/Ops Mgr Trainee"}, {3, "Physician"},
	       {3, "Sr. Engineer"}, {3, "Engineer III"}, {2, "Staff Assistant"}, {3, "Staff Software Engineer"});
}

static void
any_bytes_are_a_title(void **state)
{
	(void)state;
	EXPECT({7, "\xf0\x9f\x9a\x80 CEO \xf0\x9f\x9a\x80"}, {6, "Managing Director \xe2\x80\x93 Treasury"},
	       {6, "Attorney\xe2\x80\x94Partner"},
	       {7, "CEO\xc2\xa0"
	           "Europe"},
	       {5, "VP\tSales\r\n"}, {2, "CEO\xc3\xa9"}, {2, "\xff\xfe\x80"}, {2, "CEO\xe2"}, {7, "\xc2 CEO"},
	       {1, "Praktikum \xc3\xb6"
	           "ffentlich"});
	assert_int_equal(match_level(match, slice_of("CEO\0x", 5), NULL), 7);
	assert_int_equal(match_level(match, slice_of(NULL, 0), NULL), 2);
}

/* What comes after so many words decides nothing, and a long title takes no longer than its bytes. */
static void
long_titles(void **state)
{
	struct buf title = BUF_INIT;

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_append_str(&title, "chief,");
	assert_int_equal(match_level(match, slice_of_buf(&title), NULL), 5);
	buf_reset(&title);
	for (int i = 0; i < 20000; i++)
		buf_append_byte(&title, ',');
	buf_append_str(&title, "CEO");
	assert_int_equal(match_level(match, slice_of_buf(&title), NULL), 7);
	buf_reset(&title);
	for (int i = 0; i < 1000000; i++)
		buf_append_byte(&title, 'x');
	assert_int_equal(match_level(match, slice_of_buf(&title), NULL), 2);
	buf_release(&title);
}

/* Each row must decide about its own phrase, taken as a title: else a row above hides it. */
static void
no_row_is_hidden(void **state)
{
	(void)state;
	for (const struct rule *row = rules_table; row->phrase; row++) {
		bool found = false;
		/* Any one of the first word's alternatives will do. */
		for (const char *choice = row->phrase; !found && choice; choice = strchr(choice, '/')) {
			const struct rule *rule;
			struct buf title = BUF_INIT;
			choice += *choice == '/';
			buf_append_str(&title, *choice == '^' ? "" : "Xyz ");
			size_t first = strcspn(choice, "/ .");
			const char *rest = strchr(row->phrase, ' ');
			buf_append(&title, choice, first);
			while (rest && *rest != '\0') {
				rest++;
				if (*rest == '*') {
					buf_append_str(&title, " xyz");
				} else {
					buf_append_byte(&title, ' ');
					buf_append(&title, rest, strcspn(rest, "/ ."));
				}
				rest = strchr(rest, ' ');
			}
			match_level(match, slice_of_buf(&title), &rule);
			found = rule == row;
			buf_release(&title);
			const char *slash = strchr(choice, '/'), *blank = strchr(row->phrase, ' ');
			if (!slash || (blank && slash > blank))
				break;
		}
		if (!found)
			fail_msg("\"%s\" never decides", row->phrase);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_contracts_examples),
		cmocka_unit_test(people_who_work_for_somebody),
		cmocka_unit_test(the_top),
		cmocka_unit_test(partners_and_lawyers),
		cmocka_unit_test(directors_heads_managers),
		cmocka_unit_test(words_are_whole_words),
		cmocka_unit_test(plain_and_first_jobs),
		cmocka_unit_test(any_bytes_are_a_title),
		cmocka_unit_test(long_titles),
		cmocka_unit_test(no_row_is_hidden),
	};

	return cmocka_run_group_tests(tests, start_matching, stop_matching);
}
