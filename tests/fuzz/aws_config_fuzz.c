/*
 * libFuzzer: AWS's profile files. The first byte says where the config file ends and the credentials file
 * begins (in 256ths). Checked beyond the sanitizers: the values in force are found again under their names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "aws/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What aws_config_endpoint would ask; it is not called here. */
const char *
settings_aws(const struct settings *settings, const char *variable)
{
	(void)settings;
	(void)variable;
	return NULL;
}

static void
look_up(void *arg, enum aws_config_kind kind, const char *section, const char *nest, const char *key, const char *value)
{
	const struct aws_config *config = arg;
	const char *found;
	char *name;

	/* A dot in a name is a nest to the look-up. */
	if (strchr(key, '.') || strchr(nest, '.'))
		return;
	name = *nest ? mem_printf("%s.%s", nest, key) : mem_dup(key);
	found = aws_config_section_get(config, kind, section, name);
	if (found ? strcmp(found, value) != 0 : *value != '\0')
		abort();
	free(name);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct aws_config *config = aws_config_new();
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	size_t cut;

	if (size > 0) {
		cut = (size - 1) * data[0] / 256;
		buf_append(&text, data + 1, cut);
		aws_config_parse(config, AWS_CONFIG_FILE, "config", &text, &err);
		buf_append(&text, data + 1 + cut, size - 1 - cut);
		aws_config_parse(config, AWS_CREDENTIALS_FILE, "credentials", &text, &err);
		aws_config_each(config, look_up, config);
		aws_config_has(config, "default");
	}
	buf_release(&text);
	aws_config_free(config);
	return 0;
}
