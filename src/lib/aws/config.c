/*
 * The values of AWS's profile files, merged into a sorted table: reading takes linear time (except
 * for the sort), and a look-up is a binary search.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/config_internal.h"
#include "base/mem.h"

/* Compares by section and key; 0 for two values of one key. */
static int
compare_names(const struct aws_config_entry *a, const struct aws_config_entry *b)
{
	int order = (int)a->kind - (int)b->kind;

	if (!order)
		order = strcmp(a->section, b->section);
	if (!order)
		order = strcmp(a->nest, b->nest);
	if (!order)
		order = strcmp(a->key, b->key);
	return order;
}

/* Those that count more come later. */
static int
compare_entries(const void *left, const void *right)
{
	const struct aws_config_entry *a = left, *b = right;
	int order = compare_names(a, b);

	if (!order)
		order = (int)a->rank - (int)b->rank;
	if (!order)
		order = a->order < b->order ? -1 : a->order > b->order;
	return order;
}

/* [default] counts for nothing if there is a [profile default]. */
static void
drop_bare_default(struct aws_config *config)
{
	bool named = false;
	size_t kept = 0;

	for (size_t i = 0; i < config->count; i++)
		if (config->entries[i].kind == AWS_CONFIG_PROFILE && config->entries[i].rank == RANK_CONFIG &&
		    strcmp(config->entries[i].section, "default") == 0)
			named = true;
	for (size_t i = 0; i < config->count; i++)
		if (!named || config->entries[i].rank != RANK_BARE_DEFAULT)
			config->entries[kept++] = config->entries[i];
	config->count = kept;
}

/* The entry in force for this name, or NULL. */
static const struct aws_config_entry *
find_entry(const struct aws_config *config, const struct aws_config_entry *wanted)
{
	size_t low = 0, high = config->count;

	/* The first that comes after all that are called so. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_names(&config->entries[middle], wanted) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || compare_names(&config->entries[low - 1], wanted) != 0)
		return NULL;
	return &config->entries[low - 1];
}

/*
 * Whether this value of a nest is of the nest that counts: a later value of the key takes the place
 * of all of it.
 */
static bool
is_in_force(const struct aws_config *config, const struct aws_config_entry *entry)
{
	struct aws_config_entry wanted = {.kind = entry->kind, .section = entry->section, .nest = "", .key = entry->nest};
	const struct aws_config_entry *nest = *entry->nest ? find_entry(config, &wanted) : NULL;

	return !nest || (nest->rank == entry->rank && nest->order < entry->order);
}

static const struct aws_config_entry *
find_key(const struct aws_config *config, enum aws_config_kind kind, const char *section, const char *key)
{
	struct aws_config_entry wanted = {.kind = kind, .section = section, .nest = "", .key = key};
	const struct aws_config_entry *found;
	const char *dot = strchr(key, '.');
	char *nest = NULL;

	if (dot) {
		nest = mem_dup_n(key, (size_t)(dot - key));
		wanted.nest = nest;
		wanted.key = dot + 1;
	}
	found = find_entry(config, &wanted);
	free(nest);
	return found && is_in_force(config, found) ? found : NULL;
}

struct aws_config *
aws_config_new(void)
{
	return mem_zero(1, sizeof(struct aws_config));
}

void
aws_config_free(struct aws_config *config)
{
	if (!config)
		return;
	for (int i = 0; i < config->text_count; i++) {
		explicit_bzero(config->texts[i].data, config->texts[i].cap);
		buf_release(&config->texts[i]);
	}
	free(config->paths[0]);
	free(config->paths[1]);
	free(config->entries);
	free(config);
}

void
aws_config_add(struct aws_config *config, const struct aws_config_entry *entry)
{
	config->entries = mem_grow(config->entries, config->count, &config->capacity, sizeof(config->entries[0]));
	config->entries[config->count] = *entry;
	config->entries[config->count].order = config->added++;
	config->count++;
}

void
aws_config_sort(struct aws_config *config)
{
	drop_bare_default(config);
	if (config->count)
		qsort(config->entries, config->count, sizeof *config->entries, compare_entries);
}

bool
aws_config_has(const struct aws_config *config, const char *profile)
{
	return find_key(config, AWS_CONFIG_PROFILE, profile, "") != NULL;
}

const char *
aws_config_section_get(const struct aws_config *config, enum aws_config_kind kind, const char *name, const char *key)
{
	const struct aws_config_entry *entry = find_key(config, kind, name, key);

	return entry && *entry->value ? entry->value : NULL;
}

const char *
aws_config_get(const struct aws_config *config, const char *profile, const char *key)
{
	return aws_config_section_get(config, AWS_CONFIG_PROFILE, profile, key);
}

bool
aws_config_is_from_credentials(const struct aws_config *config, const char *profile, const char *key)
{
	const struct aws_config_entry *entry = find_key(config, AWS_CONFIG_PROFILE, profile, key);

	return entry && entry->rank == RANK_CREDENTIALS;
}

const char *
aws_config_endpoint(const struct aws_config *config, const struct settings *settings, const char *profile,
                    const char *service)
{
	const char *services = aws_config_get(config, profile, "services");
	const char *ignore = settings_aws(settings, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
	const char *endpoint = NULL;

	if (!ignore)
		ignore = aws_config_get(config, profile, "ignore_configured_endpoint_urls");
	if (ignore && strcasecmp(ignore, "true") == 0)
		return NULL;
	if (services) {
		char *key = mem_printf("%s.endpoint_url", service);

		endpoint = aws_config_section_get(config, AWS_CONFIG_SERVICES, services, key);
		free(key);
	}
	return endpoint ? endpoint : aws_config_get(config, profile, "endpoint_url");
}

const char *
aws_config_ca_bundle(const struct aws_config *config, const struct settings *settings, const char *profile)
{
	const char *named = settings_aws(settings, "AWS_CA_BUNDLE");

	return named ? named : aws_config_get(config, profile, "ca_bundle");
}

void
aws_config_each(const struct aws_config *config,
                void (*visit)(void *arg, enum aws_config_kind kind, const char *section, const char *nest,
                              const char *key, const char *value),
                void *arg)
{
	for (size_t i = 0; i < config->count; i++) {
		const struct aws_config_entry *entry = &config->entries[i];

		if ((i + 1 < config->count && compare_names(entry, entry + 1) == 0) || !is_in_force(config, entry))
			continue;
		visit(arg, entry->kind, entry->section, entry->nest, entry->key, entry->value);
	}
}

const char *
aws_config_path(const struct aws_config *config, enum aws_config_file file)
{
	return config->paths[file] ? config->paths[file] : "";
}
