#!/usr/bin/env bats
# How make treats what the user, the environment and the compiler have to say.

load helper

setup() {
	cd "$ROOT" || return
}

# fortify_level MAKE'S ARGUMENT...: the _FORTIFY_SOURCE that a source is compiled with, or "none"; fails on a warning.
fortify_level() {
	local object=$BATS_TEST_TMPDIR/build/src/lib/base/buf.o level
	rm -f "$object"
	make -s BUILD="$BATS_TEST_TMPDIR/build" WERROR=-Werror "$@" "$object" || return
	level=$(sed -n 's/^#define _FORTIFY_SOURCE //p' "$object")
	echo "${level:-none}"
}

@test "_FORTIFY_SOURCE: the user's word, then the compiler's, then 2, and none without optimisation" {
	local own
	# Ubuntu's gcc has a level of its own
	own=$(cc -O2 -dM -E -x c /dev/null | sed -n 's/^#define _FORTIFY_SOURCE //p')
	# make writes what the preprocessor knows in place of the object
	[ "$(fortify_level CFLAGS='-O2 -dM -E')" = "${own:-2}" ]
	[ "$(fortify_level CFLAGS='-Og -dM -E')" = "${own:-2}" ]
	[ "$(fortify_level CFLAGS='-O0 -dM -E')" = none ]
	[ "$(fortify_level CFLAGS='-O2 -D_FORTIFY_SOURCE=3 -dM -E')" = 3 ]
	[ "$(fortify_level CFLAGS='-O2 -U_FORTIFY_SOURCE -dM -E')" = none ]
	[ "$(fortify_level CFLAGS='-O2 -dM -E' CPPFLAGS='-D_FORTIFY_SOURCE=3')" = 3 ]
	[ "$(fortify_level CFLAGS='-O2 -dM -E' CC='cc -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=1')" = 1 ]
}

@test "_FORTIFY_SOURCE in any place gives no warning" {
	fortify_level CFLAGS='-O0' >/dev/null
	fortify_level CFLAGS='-O2' >/dev/null
	fortify_level CFLAGS='-O2' CPPFLAGS='-Wdate-time -D_FORTIFY_SOURCE=3' >/dev/null
	fortify_level CFLAGS='-O2 -Wp,-D_FORTIFY_SOURCE=3' >/dev/null
	fortify_level CFLAGS='-O2 -U_FORTIFY_SOURCE' CPPFLAGS='-D_FORTIFY_SOURCE=3' >/dev/null
}

@test "warnings are errors only if WERROR says so" {
	run -0 make -Bn
	[[ $output == *' -Wall '* && $output != *-Werror* ]]
	run -0 make -Bn WERROR=-Werror
	[[ $output == *' -Werror '* ]]
}

@test "a BIN or BUILD of the environment sends the programs nowhere else" {
	BIN=/nonexistent BUILD=/nonexistent run -0 make -Bn
	[[ $output == *' -o bin/s3ls '* && $output != */nonexistent* ]]
}
