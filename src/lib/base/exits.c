/* Which of two exit statuses is worse. */
#include "base/exits.h"

static int
rank(enum exit_status status)
{
	switch (status) {
	case STATUS_USAGE:
		return 3;
	case STATUS_FAILED:
		return 2;
	case STATUS_TEMPORARY:
		return 1;
	case STATUS_OK:
		break;
	}
	return 0;
}

enum exit_status
status_worse(enum exit_status a, enum exit_status b)
{
	return rank(a) >= rank(b) ? a : b;
}
