/* Code that the kinds of cursor store share. */
#include "cursor/cursor_store_kind.h"

#include "base/units.h"

int
cursor_store_check_not_lost(const struct change *change, int64_t stored, const char *where, struct err *err)
{
	if (change->force || stored >= change->seen)
		return 0;
	return err_set(err, ERR_TEMPORARY, "%s: the cursor was %lld and is %lld now: it was lost, or moved back", where,
	               (long long)change->seen, (long long)stored);
}

bool
cursor_store_parse_number(struct slice text, int64_t *cursor)
{
	return text.len > 0 && units_parse_digits(text.ptr, text.len, cursor);
}
