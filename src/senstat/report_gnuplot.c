/* The report's figures. Their colours can be told apart on white and black, also without red or green. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "senstat/report.h"

/* A bar of a figure: one run with postings, or several in a row. */
struct point {
	int64_t when;
	int64_t written, rejected, memo, redis, model, calls;
};

static bool
has_postings(const struct history_run *run)
{
	return run->values[WRITTEN] + run->values[REJECTED] != 0;
}

size_t
report_group(const struct history *history)
{
	size_t with_postings = 0;

	for (size_t i = 0; i < history->count; i++)
		with_postings += has_postings(&history->runs[i]);
	return (with_postings + REPORT_POINTS - 1) / REPORT_POINTS;
}

/* Fills at most REPORT_POINTS; returns how many. */
static int
make_points(const struct history *history, struct point *points)
{
	size_t group = report_group(history), in_group = 0;
	int count = 0;

	for (size_t i = 0; i < history->count; i++) {
		const struct history_run *run = &history->runs[i];
		struct point *p;

		if (!has_postings(run))
			continue;
		if (in_group++ % group == 0)
			points[count++] = (struct point){.when = run->ended};
		p = &points[count - 1];
		p->written += run->values[WRITTEN];
		p->rejected += run->values[REJECTED];
		p->memo += run->values[MEMO];
		p->redis += run->values[REDIS];
		p->model += run->values[MODEL];
		p->calls += run->values[CALLS];
	}
	return count;
}

/* Variable `name`, by which the numbers of an axis are divided, and the format that goes with it. */
static void
append_axis(struct buf *to, const char *name, int64_t most)
{
	int64_t unit = most < 10000 ? 1 : most < 2000000 ? 1000 : 1000000;

	buf_printf(to, "%s = %lld.0\nset format y '%%g%s'\nset ytics %s\n", name, (long long)unit,
	           unit == 1      ? ""
	           : unit == 1000 ? "k"
	                          : "M",
	           most < 5 ? "1" : "autofreq");
}

/*
 * Where the bars begin and end, and how wide they are: a single one has no neighbour to go by, and
 * many would have gaps of less than a pixel.
 */
static void
append_range(struct buf *to, const struct point *points, int count)
{
	int64_t first = points[0].when, last = points[count - 1].when;
	double half = count > 1 ? (double)(last - first) / count / 2 + 30 : 1800;

	buf_printf(to, "set boxwidth %s\nset xrange [%.0f:%.0f]\n",
	           count > 80  ? "1 relative"
	           : count > 1 ? "0.9 relative"
	                       : "1200 absolute",
	           (double)first - half, (double)last + half);
}

/* A block of data: a name or number, and the sum, for each of a range of numbers. Returns the most. */
static int64_t
append_sums(struct buf *to, const struct history *history, const char *name, int from, int until)
{
	int64_t most = 0, sum;

	buf_printf(to, "$%s << END\n", name);
	for (int i = from; i <= until; i++) {
		sum = history_sum(history, i);
		most = sum > most ? sum : most;
		buf_printf(to, "%s %lld\n", strchr(number_table[i].name, '_') + 1, (long long)sum);
	}
	buf_append_str(to, "END\n");
	return most;
}

static void
append_points(struct buf *to, const struct point *points, int count)
{
	buf_append_str(to, "$runs << END\n");
	for (int i = 0; i < count; i++)
		buf_printf(to, "%lld %lld %lld %lld %lld %lld %lld\n", (long long)points[i].when, (long long)points[i].written,
		           (long long)points[i].rejected, (long long)points[i].memo, (long long)points[i].redis,
		           (long long)points[i].model, (long long)points[i].calls);
	buf_append_str(to, "END\n");
}

static void
append_runs(struct buf *to, const struct point *points, int count)
{
	int64_t postings = 0, calls = 0;

	for (int i = 0; i < count; i++) {
		if (points[i].written + points[i].rejected > postings)
			postings = points[i].written + points[i].rejected;
		if (points[i].calls > calls)
			calls = points[i].calls;
	}
	append_points(to, points, count);
	append_range(to, points, count);
	buf_append_str(to, "set xdata time\n"
	                   "set timefmt '%s'\n"
	                   "set format x \"%d %b\\n%H:%M\"\n"
	                   "set xtics autofreq\n"
	                   "set output 'postings.svg'\n");
	append_axis(to, "postings", postings);
	buf_append_str(to, "plot $runs using 1:(($2+$3)/postings) with boxes linecolor rgb red title 'rejected', "
	                   "'' using 1:($2/postings) with boxes linecolor rgb blue title 'written'\n"
	                   "set output 'calls.svg'\n");
	append_axis(to, "calls", calls);
	buf_append_str(to, "plot $runs using 1:($7/calls) with boxes linecolor rgb yellow title 'calls'\n"
	                   "set ytics autofreq\n"
	                   "set format y '%.0f %%'\n"
	                   "set yrange [0:100]\n"
	                   "set output 'shares.svg'\n"
	                   "all(m, r, d) = m + r + d > 0 ? m + r + d : 1\n"
	                   "plot $runs using 1:(100.0) with boxes linecolor rgb red title 'model', "
	                   "'' using 1:(100.0*($4+$5)/all($4,$5,$6)) with boxes linecolor rgb green title 'Redis', "
	                   "'' using 1:(100.0*$4/all($4,$5,$6)) with boxes linecolor rgb cyan title 'memo'\n");
}

static void
append_kinds(struct buf *to, const struct history *history)
{
	int64_t levels = append_sums(to, history, "levels", LEVEL_1, LEVEL_7);
	int64_t rejects = append_sums(to, history, "rejects", REJECTED_LINE, REJECTED_FORGED);

	buf_append_str(to, "unset xdata\n"
	                   "unset key\n"
	                   "set yrange [0:*]\n"
	                   "set boxwidth 0.6 absolute\n"
	                   "set format x '%.0f'\n"
	                   "set xtics 1, 1, 7\n"
	                   "set xrange [0.4:7.6]\n"
	                   "set terminal svg size 420,280 dynamic font 'sans-serif,13' linewidth 1.2\n"
	                   "set output 'levels.svg'\n");
	append_axis(to, "levels", levels);
	buf_append_str(to, "plot $levels using 1:($2/levels) with boxes linecolor rgb blue\n"
	                   "set output 'rejects.svg'\n"
	                   "unset xtics\n"
	                   "set xtics nomirror out\n"
	                   "set xrange [-0.6:4.6]\n");
	append_axis(to, "rejects", rejects);
	buf_append_str(to, "plot $rejects using 0:($2/rejects):xtic(1) with boxes linecolor rgb red\n");
}

void
report_gnuplot(const struct history *history, struct buf *to)
{
	struct point *points = mem_zero(REPORT_POINTS, sizeof(*points));
	int count = make_points(history, points);

	if (count > 0) {
		buf_append_str(to,
		               "blue = '#4477aa'; red = '#ee6677'; green = '#228833'; yellow = '#ccbb44'; cyan = '#66ccee'\n"
		               "set terminal svg size 860,280 dynamic font 'sans-serif,13' linewidth 1.2\n"
		               "set style fill solid 1.0 noborder\n"
		               "set border 3\n"
		               "set tics nomirror out\n"
		               "set grid ytics linewidth 0.4\n"
		               "set key outside top left horizontal Left reverse samplen 1.2\n"
		               "set yrange [0:*]\n");
		append_runs(to, points, count);
		append_kinds(to, history);
	}
	free(points);
}
