/* The run of senenrich, from its options to its status. */
#ifndef SENENRICH_ENRICH_STREAM_H
#define SENENRICH_ENRICH_STREAM_H

#include "cli/cli.h"
#include "senenrich/enrich.h"

/*
 * Enriches standard input into cli->out. The lines that it rejects from plain input are appended to
 * the file rejects_path (NULL: none); options->rejects_fd is not read.
 */
enum exit_status enrich_stream(struct cli *cli, const struct enrich_options *options, const char *rejects_path);

#endif
