/* "Did you mean": the known name that is nearest to a mistyped one. */
#ifndef SETTINGS_NEAREST_H
#define SETTINGS_NEAREST_H

/* By edit distance (a swap of neighbours counts once); NULL if none is near. */
const char *nearest_name(const char *word, const char *const *names, int count);

#endif
