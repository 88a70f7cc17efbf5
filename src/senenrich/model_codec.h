/* The model's messages (proto/infer_seniority.proto), encoded and decoded by protobuf-c. */
#ifndef SENENRICH_MODEL_CODEC_H
#define SENENRICH_MODEL_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct pair;

/* The most bytes that a pair of texts of these lengths takes in a message. */
size_t model_codec_pair_bytes(size_t company, size_t title);

/* Appends the request for pairs[0..count): uuid i + 1 is pairs[i]. */
void model_codec_write_request(struct buf *to, struct pair *const *pairs, size_t count);

/*
 * Reads a reply to a request of `count` pairs: answers[i] becomes the seniority of uuid i + 1 as
 * sent (any int32), and given[i] the number of answers for it. Answers with other uuids are counted
 * in *unknown_ids. Returns false if the bytes are not such a message, or so many that they cannot be
 * answers to `count` pairs: unpacked, a message takes up to 50 times its size.
 */
bool model_codec_read_reply(struct slice message, size_t count, int32_t *answers, uint8_t *given, size_t *unknown_ids);

#endif
