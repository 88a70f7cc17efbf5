#!/usr/bin/env bats
# What tests/run makes of tests that pass, fail, skip, die, and pass only at the second try. Those that it is
# tried on are made here.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir tests
}

# run_tally [COMMAND]: what the tests in tests/*.bats come to.
run_tally() {
	# bats' own variables would make a bats within bats report to this one
	run env -i PATH="$PATH" HOME="$HOME" bash -c '
		. "$0/tests/tally.bash"
		eval "${1:-}"
		tally_begin
		tally_bats build "$PWD" tests/*.bats
		tally_end' "$ROOT" "${1:-}" 3>&-
}

flaky_test() {
	local at=@ # bats takes a line that starts with @test for one of its own
	cat <<-END
		${at}test "$1" {
			[ -e "$BATS_TEST_TMPDIR/$1" ] && return
			touch "$BATS_TEST_TMPDIR/$1"
			echo "the port was taken"
			false
		}
	END
}

@test "passed and failed tests are counted, and failed ones are named with their reason" {
	echo '@test "good" { true; }' >tests/a.bats
	printf '%s\n' '@test "good" { true; }' '@test "bad (of [all]) + more" { echo why; false; }' >tests/b.bats
	run_tally
	[ "$status" = 1 ]
	[[ $output == *'failed: tests/b.bats, build: bad (of [all]) + more: `@test "bad (of [all]) + more"'*' / why'* ]]
	[ "${lines[-1]}" = "2 passed, 1 failed" ]
}

@test "all that passes ends with 0; nothing that ran does not" {
	echo '@test "good" { true; }' >tests/a.bats
	run_tally
	[ "$status" = 0 ]
	[ "${lines[-1]}" = "1 passed, 0 failed" ]
	echo >tests/a.bats
	run_tally
	[ "$status" = 1 ]
}

@test "a test that passes when it is run again is named as flaky, with its reason" {
	{ flaky_test once && echo '@test "good" { true; }'; } >tests/a.bats
	run_tally
	[ "$status" = 0 ]
	[[ $output == *'flaky: tests/a.bats, build: once: '*' / the port was taken'* ]]
	[ "${lines[-1]}" = "2 passed, 0 failed" ]
}

@test "more than three flaky tests fail the run" {
	for name in one two three; do flaky_test $name; done >tests/a.bats
	run_tally
	[ "$status" = 0 ]
	[ "${lines[-1]}" = "3 passed, 0 failed" ]
	rm one two three
	flaky_test four >>tests/a.bats
	run_tally
	[ "$status" = 1 ]
	[ "${lines[-1]}" = "0 passed, 4 failed" ]
}

@test "a file whose setup fails, or that cannot be read, has failed" {
	printf '%s\n' 'setup_file() { false; }' '@test "good" { true; }' >tests/a.bats
	run_tally
	[ "$status" = 1 ]
	[ "${lines[-1]}" = "0 passed, 1 failed" ]
	printf '%s\n' '@test "good" { true; }' '@test "bad" { (' >tests/a.bats
	run_tally
	[ "$status" = 1 ]
	[[ ${lines[-1]} == "0 passed, "*" failed" ]]
}

@test "a skip counts only for a right that this machine lacks, and no more of them than are allowed" {
	echo '@test "one" { skip "needs moon"; }' >tests/a.bats
	run_tally 'RIGHTS[moon]=1; right_granted() { false; }'
	[ "$status" = 1 ] # nothing passed
	[[ $output == *'skipped: tests/a.bats, build: one: needs moon'* ]]
	[ "${lines[-1]}" = "0 passed, 0 failed, 1 skipped" ]
	run_tally 'RIGHTS[moon]=1; right_granted() { true; }'
	[[ $output == *'failed: '*'this machine grants it'* ]]
	echo '@test "two" { skip "needs moon"; }' >>tests/a.bats
	run_tally 'RIGHTS[moon]=1; right_granted() { false; }'
	[ "${lines[-1]}" = "0 passed, 1 failed, 1 skipped" ]
	echo '@test "one" { skip "not today"; }' >tests/a.bats
	run_tally
	[[ $output == *'skipped for no right'*'not today'* ]]
	[ "${lines[-1]}" = "0 passed, 1 failed" ]
}

@test "an unbuilt tree says so, once for each file" {
	mkdir empty
	run env SENIORITY_BIN="$PWD/empty" bats "$ROOT/tests/cursor.bats" 3>&-
	[ "$status" = 1 ]
	[ "$(grep -c 'run make first' <<<"$output")" = 1 ]
	[[ $output != *'command not found'* ]]
}
