/* Which command of the cache an entry becomes. */
#include "senenrich/lookup_entry.h"

#include <stdlib.h>

int
lookup_entry_send(const struct lookup_entry *entry, struct cache *cache, struct err *err)
{
	switch ((enum lookup_kind)entry->kind) {
	case LOOK_UP:
	case LOOK_UP_LEGACY: /* a resent one starts again with the new key: its texts were not stored */
		return cache_ask(cache, entry->hash, err);
	case LOOK_CLAIM:
		return cache_claim(cache, entry->hash, err);
	case WRITE_BACK:
		return cache_tell(cache, entry->hash, entry->seniority, err);
	case RENEW_CLAIM:
		return cache_renew_claim(cache, entry->hash, err);
	case END_CLAIM:
		return cache_end_claim(cache, entry->hash, err);
	}
	abort(); /* there is no other kind */
}
