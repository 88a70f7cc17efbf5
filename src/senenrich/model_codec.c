/* Packing requests and unpacking replies. */
#include "senenrich/model_codec.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "infer_seniority.pb-c.h"
#include "senenrich/pairs.h"

/* An answer takes 26 bytes at most; there is room for fields that a later model may add. */
enum {
	REPLY_BYTES = 64 * 1024,
	REPLY_BYTES_PER_PAIR = 1024,
};

size_t
model_codec_pair_bytes(size_t company, size_t title)
{
	/* tags and lengths: 2 x (1 + 5), uuid 1 + 5, the frame around it 1 + 5 */
	return company + title + 24;
}

void
model_codec_write_request(struct buf *to, struct pair *const *pairs, size_t count)
{
	SeniorityRequestBatch batch = SENIORITY_REQUEST_BATCH__INIT;
	SeniorityRequest *requests = mem_zero(count, sizeof(*requests));
	SeniorityRequest **pointers = mem_zero(count, sizeof(*pointers));

	for (size_t i = 0; i < count; i++) {
		seniority_request__init(&requests[i]);
		requests[i].uuid = (int32_t)(i + 1);
		requests[i].company = pairs[i]->company;
		requests[i].title = pairs[i]->title;
		pointers[i] = &requests[i];
	}
	batch.n_batch = count;
	batch.batch = pointers;
	buf_reserve(to, seniority_request_batch__get_packed_size(&batch));
	to->len += seniority_request_batch__pack(&batch, (uint8_t *)to->data + to->len);
	free(requests);
	free(pointers);
}

bool
model_codec_read_reply(struct slice message, size_t count, int32_t *answers, uint8_t *given, size_t *unknown_ids)
{
	SeniorityResponseBatch *batch;

	if (message.len > REPLY_BYTES + count * REPLY_BYTES_PER_PAIR)
		return false;
	batch = seniority_response_batch__unpack(NULL, message.len, (const uint8_t *)message.ptr);
	if (batch == NULL)
		return false;
	memset(given, 0, count);
	*unknown_ids = 0;
	for (size_t i = 0; i < batch->n_batch; i++) {
		int64_t at = (int64_t)batch->batch[i]->uuid - 1;

		if (at < 0 || at >= (int64_t)count) {
			++*unknown_ids;
			continue;
		}
		answers[at] = batch->batch[i]->seniority;
		if (given[at] < 2)
			given[at]++;
	}
	seniority_response_batch__free_unpacked(batch, NULL);
	return true;
}
