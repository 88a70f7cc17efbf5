/* RFC 1321's steps, once for numbers and once for vectors of them. */
#include "digest/md5_blocks.h"

#include <endian.h>
#include <string.h>

/* gcc has it from version 12 on. */
#ifdef __has_builtin
#if __has_builtin(__builtin_shufflevector) && BYTE_ORDER == LITTLE_ENDIAN
#define HAVE_LANES 1
#endif
#endif
#ifndef HAVE_LANES
#define HAVE_LANES 0
#endif

/*
 * Sixteen lanes at once, where the compiler may split them over as many registers as it needs; and
 * a quarter of them.
 */
typedef uint32_t lanes __attribute__((vector_size(sizeof(uint32_t) * MD5_LANES)));
typedef uint32_t quarter __attribute__((vector_size(sizeof(uint32_t) * 4)));

/* Bytes further on that will be wanted when they have come from memory. */
#define SOON 1024

#define F(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define G(x, y, z) (((x) & (z)) | ((y) & ~(z)))
#define H(x, y, z) ((x) ^ (y) ^ (z))
#define I(x, y, z) ((y) ^ ((x) | ~(z)))

/* clang-format off */
#define STEP(f, a, b, c, d, word, number, shift) \
	do { \
		(a) += f(b, c, d) + (word) + (uint32_t)(number); \
		(a) = ((a) << (shift)) | ((a) >> (32 - (shift))); \
		(a) += (b); \
	} while (0)

/*
 * Four steps: the words' places in the block, the four numbers; the shifts belong to the function.
 */
#define STEPS(f, s, i, j, k, l, t, u, v, x) \
	STEP(f, a, b, c, d, w[i], t, s(0)); \
	STEP(f, d, a, b, c, w[j], u, s(1)); \
	STEP(f, c, d, a, b, w[k], v, s(2)); \
	STEP(f, b, c, d, a, w[l], x, s(3))

#define F_SHIFT(n) (7 + 5 * (n))                             /* 7 12 17 22 */
#define G_SHIFT(n) ((n) < 2 ? 5 + 4 * (n) : 2 + 6 * (n))     /* 5  9 14 20 */
#define H_SHIFT(n) ((n) < 1 ? 4 : (n) < 3 ? 6 + 5 * (n) : 23) /* 4 11 16 23 */
#define I_SHIFT(n) ((n) < 3 ? 6 + 4 * (n) + (n) / 2 : 21)     /* 6 10 15 21 */

/*
 * A block whose words are `w`, with the state in a, b, c and d; between(n) behind each four steps,
 * n from 0 to 15.
 */
#define ALL_STEPS(between) \
	STEPS(F, F_SHIFT,  0,  1,  2,  3, 0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee); between(0); \
	STEPS(F, F_SHIFT,  4,  5,  6,  7, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501); between(1); \
	STEPS(F, F_SHIFT,  8,  9, 10, 11, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be); between(2); \
	STEPS(F, F_SHIFT, 12, 13, 14, 15, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821); between(3); \
	STEPS(G, G_SHIFT,  1,  6, 11,  0, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa); between(4); \
	STEPS(G, G_SHIFT,  5, 10, 15,  4, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8); between(5); \
	STEPS(G, G_SHIFT,  9, 14,  3,  8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed); between(6); \
	STEPS(G, G_SHIFT, 13,  2,  7, 12, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a); between(7); \
	STEPS(H, H_SHIFT,  5,  8, 11, 14, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c); between(8); \
	STEPS(H, H_SHIFT,  1,  4,  7, 10, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70); between(9); \
	STEPS(H, H_SHIFT, 13,  0,  3,  6, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05); between(10); \
	STEPS(H, H_SHIFT,  9, 12, 15,  2, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665); between(11); \
	STEPS(I, I_SHIFT,  0,  7, 14,  5, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039); between(12); \
	STEPS(I, I_SHIFT, 12,  3, 10,  1, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1); between(13); \
	STEPS(I, I_SHIFT,  8, 15,  6, 13, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1); between(14); \
	STEPS(I, I_SHIFT,  4, 11,  2,  9, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391); between(15)

#define NOTHING(n) (void)0
/* clang-format on */

void
md5_blocks(uint32_t state[4], const unsigned char *data, size_t blocks)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t w[16];

	for (; blocks > 0; blocks--, data += sizeof(w)) {
		memcpy(w, data, sizeof(w));
		for (int i = 0; i < 16; i++)
			w[i] = le32toh(w[i]);
		ALL_STEPS(NOTHING);
		a = state[0] += a;
		b = state[1] += b;
		c = state[2] += c;
		d = state[3] += d;
	}
}

#if HAVE_LANES

/*
 * Of the block at `offset` of each lane a sixteenth, four words of four lanes: word i of all lanes
 * to words[i].
 */
static inline __attribute__((always_inline)) void
transpose_quarter(lanes words[16], const unsigned char *const data[MD5_LANES], size_t offset, int part)
{
	int lane = part / 4 * 4, word = part % 4 * 4;
	quarter row[4], half[4];

	for (int i = 0; i < 4; i++)
		memcpy(&row[i], data[lane + i] + offset + word * sizeof(uint32_t), sizeof(quarter));
	half[0] = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
	half[1] = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
	half[2] = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
	half[3] = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
	row[0] = __builtin_shufflevector(half[0], half[1], 0, 1, 4, 5);
	row[1] = __builtin_shufflevector(half[0], half[1], 2, 3, 6, 7);
	row[2] = __builtin_shufflevector(half[2], half[3], 0, 1, 4, 5);
	row[3] = __builtin_shufflevector(half[2], half[3], 2, 3, 6, 7);
	for (int i = 0; i < 4; i++)
		memcpy((char *)&words[word + i] + lane * sizeof(uint32_t), &row[i], sizeof(quarter));
}

/* While a block's steps wait for each other, the processor has room for the next block's words. */
#define TURN_NEXT(n) transpose_quarter(words[(i + 1) % 2], data, next, n)

static inline __attribute__((always_inline)) void
run_lanes(uint32_t state[4][MD5_LANES], const unsigned char *const data[MD5_LANES], size_t blocks)
{
	lanes words[2][16];
	lanes a, b, c, d;

	memcpy(&a, state[0], sizeof(a));
	memcpy(&b, state[1], sizeof(b));
	memcpy(&c, state[2], sizeof(c));
	memcpy(&d, state[3], sizeof(d));
	for (int part = 0; part < 16; part++)
		transpose_quarter(words[0], data, 0, part);
	for (size_t i = 0; i < blocks; i++) {
		const lanes *w = words[i % 2];
		lanes a0 = a, b0 = b, c0 = c, d0 = d;
		size_t next = (i + 1 < blocks ? i + 1 : i) * 64;

		/* The processor's own look ahead ends with each page, of which there are many here. */
		for (int lane = 0; lane < MD5_LANES; lane++)
			__builtin_prefetch(data[lane] + i * 64 + SOON);
		ALL_STEPS(TURN_NEXT);
		a += a0;
		b += b0;
		c += c0;
		d += d0;
	}
	memcpy(state[0], &a, sizeof(a));
	memcpy(state[1], &b, sizeof(b));
	memcpy(state[2], &c, sizeof(c));
	memcpy(state[3], &d, sizeof(d));
}

static void
run_any(uint32_t state[4][MD5_LANES], const unsigned char *const data[MD5_LANES], size_t blocks)
{
	run_lanes(state, data, blocks);
}

#ifdef __x86_64__

__attribute__((target("avx2"))) static void
run_avx2(uint32_t state[4][MD5_LANES], const unsigned char *const data[MD5_LANES], size_t blocks)
{
	run_lanes(state, data, blocks);
}

__attribute__((target("avx512f"))) static void
run_avx512(uint32_t state[4][MD5_LANES], const unsigned char *const data[MD5_LANES], size_t blocks)
{
	run_lanes(state, data, blocks);
}

#endif

#else

/* Where there is no machine or compiler at hand to try it: what is sure to be right. */
static void
run_any(uint32_t state[4][MD5_LANES], const unsigned char *const data[MD5_LANES], size_t blocks)
{
	for (int lane = 0; lane < MD5_LANES; lane++) {
		uint32_t own[4];

		for (int i = 0; i < 4; i++)
			own[i] = state[i][lane];
		md5_blocks(own, data[lane], blocks);
		for (int i = 0; i < 4; i++)
			state[i][lane] = own[i];
	}
}

#endif

md5_lanes_fn *const *
md5_lanes(void)
{
#if HAVE_LANES && defined(__x86_64__)
	static md5_lanes_fn *const all[] = {run_avx512, run_avx2, run_any, NULL};

	if (__builtin_cpu_supports("avx512f"))
		return all;
	return __builtin_cpu_supports("avx2") ? all + 1 : all + 2;
#else
	static md5_lanes_fn *const all[] = {run_any, NULL};

	return all;
#endif
}
