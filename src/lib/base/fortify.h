/*
 * fortify.h: asks libc for its checked functions. The Makefile includes it in front of every
 * source.
 *
 * The preprocessor knows what a Makefile can only guess: a level set by the user's flags or by the
 * compiler itself stays as it is, and without optimisation libc would only warn.
 */
#if !defined _FORTIFY_SOURCE && defined __OPTIMIZE__
#define _FORTIFY_SOURCE 2
#endif
