/*
 * How many calls may be under way, and how long each may take, so that any number of processes
 * together ask a model no faster than it answers, without knowing of each other. As in TCP's
 * congestion control (Vegas): answers that become slower mean that calls wait in a queue, and one
 * more would only wait longer.
 *
 *   window    from 1. It doubles while answers are as quick as the quickest ones, grows slowly after
 *             the first slow one, shrinks by 1 on a slow one, and by half on a failure.
 *   slow      more than 1.5 times the quickest answer, and 50 ms more than it. What counts as the
 *             quickest rises by 1 % with each answer, by 25 % while there is one call at a time: then
 *             the model itself became slower, or others ask it too, and it is no queue of our own.
 *             Short calls say nothing: they are quick by themselves.
 *   deadline  four times the slowest answer of late, between rpc_timeout and rpc_deadline_max. The
 *             least must be long: if a hundred processes start one after the other, the first ones
 *             are answered at once for a while, and then find a hundred calls before theirs.
 */
#ifndef SENENRICH_ADMISSION_H
#define SENENRICH_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

struct admission {
	int most; /* calls */
	int64_t deadline_least_ms, deadline_most_ms;
	double window, threshold;       /* below the threshold it doubles */
	double quickest_ms, slowest_ms; /* of late; 0: nothing was seen */
	int until_next_cut;             /* answers to calls that were under way when the window shrank */
};

/* At most `most` calls, 1 or more. */
void admission_init(struct admission *admission, int most, int64_t deadline_least_ms, int64_t deadline_most_ms);

/* How many calls may be under way. */
int admission_window(const struct admission *admission);

/* Milliseconds that a call may take. */
int64_t admission_deadline(const struct admission *admission);

/*
 * A call was answered after so many milliseconds. `full`: it had nearly as many pairs as a call can
 * have. `under_way`: calls that still are.
 */
void admission_answered(struct admission *admission, int64_t ms, bool full, int under_way);

/* A call failed after so many milliseconds; `timed_out`: by its deadline, so the next one gets more time. */
void admission_failed(struct admission *admission, int64_t ms, bool timed_out, int under_way);

#endif
