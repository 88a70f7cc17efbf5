/* Streams cut into blocks, blocks put into lanes. */
#include "digest/md5.h"

#include <endian.h>
#include <string.h>

#include "digest/md5_blocks.h"

/* With fewer lanes in use the streams are quicker one by one. */
#define LANES_MIN 3

/* Bytes up to the end of a block that has begun; returns how many. */
static size_t
fill_rest(struct md5 *md5, const unsigned char *data, size_t len)
{
	size_t have = md5->len % MD5_BLOCK;
	size_t take = MD5_BLOCK - have < len ? MD5_BLOCK - have : len;

	if (have == 0)
		return 0;
	memcpy(md5->rest + have, data, take);
	md5->len += take;
	if (have + take == MD5_BLOCK)
		md5_blocks(md5->state, md5->rest, 1);
	return take;
}

static void
skip_input(struct md5_input *input, size_t len)
{
	input->data = (const unsigned char *)input->data + len;
	input->len -= len;
}

/* As many blocks as each of these has. */
static void
digest_lanes(struct md5_input *const *used, size_t count)
{
	uint32_t state[4][MD5_LANES];
	const unsigned char *data[MD5_LANES];
	size_t blocks = used[0]->len / MD5_BLOCK;
	static md5_lanes_fn *best;

	if (best == NULL)
		best = *md5_lanes();
	for (size_t lane = 0; lane < MD5_LANES; lane++) {
		/* lanes that no stream needs repeat the first one, and their result is dropped */
		const struct md5_input *input = used[lane < count ? lane : 0];

		for (int i = 0; i < 4; i++)
			state[i][lane] = input->md5->state[i];
		data[lane] = input->data;
		if (input->len / MD5_BLOCK < blocks)
			blocks = input->len / MD5_BLOCK;
	}
	best(state, data, blocks);
	for (size_t lane = 0; lane < count; lane++) {
		for (int i = 0; i < 4; i++)
			used[lane]->md5->state[i] = state[i][lane];
		used[lane]->md5->len += blocks * MD5_BLOCK;
		skip_input(used[lane], blocks * MD5_BLOCK);
	}
}

void
md5_init(struct md5 *md5)
{
	*md5 = (struct md5){.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}};
}

void
md5_add(struct md5 *md5, const void *data, size_t len)
{
	const unsigned char *from = data;
	size_t taken, blocks;

	if (len == 0)
		return;
	taken = fill_rest(md5, from, len);
	from += taken;
	len -= taken;
	if (len == 0)
		return;
	blocks = len / MD5_BLOCK;
	md5_blocks(md5->state, from, blocks);
	md5->len += len;
	memcpy(md5->rest, from + blocks * MD5_BLOCK, len % MD5_BLOCK);
}

void
md5_add_many(struct md5_input *inputs, size_t count)
{
	struct md5_input *used[MD5_LANES];
	size_t lanes;

	/* In a lane there are whole blocks alone. */
	for (size_t i = 0; i < count; i++)
		if (inputs[i].len > 0)
			skip_input(&inputs[i], fill_rest(inputs[i].md5, inputs[i].data, inputs[i].len));
	while (inputs[0].len >= MD5_BLOCK) {
		lanes = 0;
		for (size_t i = 0; i < count && lanes < MD5_LANES; i++)
			if (inputs[i].len >= MD5_BLOCK)
				used[lanes++] = &inputs[i];
		if (lanes < LANES_MIN)
			break;
		digest_lanes(used, lanes);
	}
	md5_add(inputs[0].md5, inputs[0].data, inputs[0].len);
	skip_input(&inputs[0], inputs[0].len);
}

void
md5_digest(const struct md5 *md5, unsigned char digest[MD5_SIZE])
{
	static const unsigned char padding[MD5_BLOCK] = {0x80};
	struct md5 last = *md5;
	uint64_t bits = htole64(md5->len * 8);

	md5_add(&last, padding, 1 + (MD5_BLOCK * 2 - 9 - md5->len % MD5_BLOCK) % MD5_BLOCK);
	md5_add(&last, &bits, sizeof(bits));
	for (int i = 0; i < 4; i++)
		last.state[i] = htole32(last.state[i]);
	memcpy(digest, last.state, MD5_SIZE);
}
