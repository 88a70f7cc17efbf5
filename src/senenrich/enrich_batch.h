/* Private to the engine: the life of a batch. The input and the loop are in enrich.c. */
#ifndef SENENRICH_ENRICH_BATCH_H
#define SENENRICH_ENRICH_BATCH_H

#include "senenrich/enrich.h"

/*
 * Closes the batch that is being filled: parses its lines, looks up in Redis the pairs that the
 * memo does not have, and takes the answers to earlier look-ups. -1 with err.
 */
int enrich_close_batch(struct enrich *enrich, struct err *err);

/* Writes closed batches, in order, up to the first pair that is not known yet. */
void enrich_write_batches(struct enrich *enrich);

#endif
