/* A window of calls, and their deadline. */
#include "senenrich/admission.h"

#define SLOW_FACTOR 1.5
#define SLOW_MARGIN_MS 50
#define QUICKEST_RISE 1.01 /* for each answer */
#define QUICKEST_RISE_ALONE 1.25
#define SLOWEST_FALL 0.9 /* for each answer */
#define DEADLINE_FACTOR 4

static double
within(double value, double least, double most)
{
	return value < least ? least : value > most ? most : value;
}

void
admission_init(struct admission *admission, int most, int64_t deadline_least_ms, int64_t deadline_most_ms)
{
	*admission = (struct admission){
		.most = most,
		.deadline_least_ms = deadline_least_ms,
		.deadline_most_ms = deadline_most_ms > deadline_least_ms ? deadline_most_ms : deadline_least_ms,
		.window = 1,
		.threshold = most,
	};
}

int
admission_window(const struct admission *admission)
{
	return (int)admission->window;
}

int64_t
admission_deadline(const struct admission *admission)
{
	return (int64_t)within(DEADLINE_FACTOR * admission->slowest_ms, (double)admission->deadline_least_ms,
	                       (double)admission->deadline_most_ms);
}

/* Shrinks once for all calls that were under way: they all met the same queue. */
static void
shrink(struct admission *admission, double window, int under_way)
{
	if (admission->until_next_cut > 0)
		return;
	admission->window = within(window, 1, admission->most);
	admission->threshold = admission->window;
	admission->until_next_cut = under_way;
}

static void
note_slowest(struct admission *admission, double ms)
{
	admission->slowest_ms *= SLOWEST_FALL;
	if (ms > admission->slowest_ms)
		admission->slowest_ms = ms;
}

void
admission_answered(struct admission *admission, int64_t answered_ms, bool full, int under_way)
{
	double ms = answered_ms > 0 ? (double)answered_ms : 1;
	double quickest = admission->quickest_ms * (admission->window < 2 ? QUICKEST_RISE_ALONE : QUICKEST_RISE);
	bool cut = admission->until_next_cut > 0;

	note_slowest(admission, ms);
	if (cut)
		admission->until_next_cut--;
	if (!full)
		return;
	if (quickest > 0 && ms > SLOW_FACTOR * quickest && ms > quickest + SLOW_MARGIN_MS) {
		if (!cut)
			shrink(admission, admission->window - 1, under_way);
	} else if (!cut) {
		double step = admission->window < admission->threshold ? 1 : 1 / admission->window;

		admission->window = within(admission->window + step, 1, admission->most);
	}
	admission->quickest_ms = quickest > 0 && quickest < ms ? quickest : ms;
}

void
admission_failed(struct admission *admission, int64_t ms, bool timed_out, int under_way)
{
	if (timed_out)
		note_slowest(admission, (double)ms / 2);
	if (admission->until_next_cut > 0)
		admission->until_next_cut--;
	else
		shrink(admission, admission->window / 2, under_way);
}
