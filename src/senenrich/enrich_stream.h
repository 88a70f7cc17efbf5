/* The run of senenrich, from its options to its status. */
#ifndef SENENRICH_ENRICH_STREAM_H
#define SENENRICH_ENRICH_STREAM_H

#include "cli/cli.h"
#include "senenrich/enrich.h"

/* Enriches standard input into cli->out. */
enum exit_status enrich_stream(struct cli *cli, const struct enrich_options *options);

#endif
