/* Edit distance (Damerau-Levenshtein, restricted) over short names. */
#include <string.h>

#include "settings/nearest.h"

enum { LONGEST = 48 };

static int
smaller(int a, int b)
{
	return a < b ? a : b;
}

static int
edit_distance(const char *a, const char *b)
{
	int rows[3][LONGEST + 1]; /* the row before the last one, the last one, this one */
	int len_a = (int)strlen(a), len_b = (int)strlen(b);

	if (len_a > LONGEST || len_b > LONGEST)
		return LONGEST;
	for (int j = 0; j <= len_b; j++)
		rows[1][j] = j;
	for (int i = 1; i <= len_a; i++) {
		rows[2][0] = i;
		for (int j = 1; j <= len_b; j++) {
			int change = rows[1][j - 1] + (a[i - 1] != b[j - 1]);

			rows[2][j] = smaller(change, smaller(rows[1][j], rows[2][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				rows[2][j] = smaller(rows[2][j], rows[0][j - 2] + 1);
		}
		memcpy(rows[0], rows[1], sizeof(rows[0]));
		memcpy(rows[1], rows[2], sizeof(rows[1]));
	}
	return rows[1][len_b];
}

const char *
nearest_name(const char *word, const char *const *names, int count)
{
	const char *best = NULL;
	int best_distance = 1 + (int)strlen(word) / 3; /* a third of it may be wrong */

	for (int i = 0; i < count; i++) {
		int d = edit_distance(word, names[i]);

		if (d <= best_distance && (best == NULL || d < best_distance)) {
			best = names[i];
			best_distance = d;
		}
	}
	return best;
}
