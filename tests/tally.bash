# shellcheck shell=bash
# tally.bash: runs test programs, several at once, and adds up what they say. To be sourced by tests/run.
#
#   tally_begin                    makes the folder $tally
#   tally_unit NAME FOLDER         runs the C unit tests in FOLDER/unit
#   tally_bats NAME BIN FILE...    runs bats files on the programs in BIN, a process for each file
#   tally_end                      runs what failed once more, and prints the last lines
#
# $tally/results has a line for each test, its members parted by tabs:
#   passed|skipped|failed   kind (unit, bats)   name of the build   file   folder of the programs   test   reason
# A member that is not there is "-".

# shellcheck source=tests/rights.bash
. "$(dirname "${BASH_SOURCE[0]}")/rights.bash"

tally_flaky_most=3  # more flaky tests than this fail the run
tally_again_most=20 # if more tests than this fail, the cause is not luck: none is run again

tally_begin() {
	tally=$(mktemp -d)
	trap 'rm -rf "$tally"' EXIT
	: >"$tally/results"
}

# tally_read STATUS KIND BUILD FILE BIN <TAP: the results of one test program as lines for $tally/results.
# A program that died, or ran fewer tests than it planned, has failed once more.
tally_read() {
	awk -v status="$1" -v members="$2	$3	$4	$5" '
		function print_test() {
			if (state != "")
				print state "\t" members "\t" name "\t" (reason == "" ? "-" : reason)
			state = reason = ""
		}
		{ gsub(/\t/, " ") }
		/^1\.\.[0-9]+$/ { planned += substr($0, 4); next }
		/^(not )?ok / {
			print_test()
			state = /^not/ ? "failed" : "passed"
			name = $0
			sub(/^(not )?ok [0-9]+ (- )?/, "", name)
			if (match(name, / *# *[sS][kK][iI][pP] */)) {
				state = "skipped"
				reason = substr(name, RSTART + RLENGTH)
				name = substr(name, 1, RSTART - 1)
			}
			ran++
			failed += state == "failed"
			next
		}
		# Of a log: the command that failed, and the last word.
		/^# / && state == "failed" && !/^# \((in|from) / {
			sub(/^# */, "")
			if (/^`.* failed/ || reason == "") { reason = command = $0 } else { reason = command " / " $0 }
		}
		END {
			print_test()
			if (ran != planned || ran == 0 || (status != 0 && !failed))
				print "failed\t" members "\t-\tended with status " status " after " ran + 0 " of " planned + 0 " tests"
		}'
}

# tally_one KIND BUILD FILE BIN: runs one test program; shows a line for it, and the log of what failed.
tally_one() {
	local kind=$1 build=$2 file=$3 bin=$4 out status begin=$SECONDS
	out=$(mktemp "$tally/out.XXXXXX")
	tally_program "$kind" "$file" "$bin" >"$out.tap" 2>"$out.log"
	status=$?
	tally_read "$status" "$kind" "$build" "$file" "$bin" <"$out.tap" >"$out.results"
	{
		printf '%4s %-40s %4d tests %5d s\n' "$(grep -q '^failed' "$out.results" && echo FAIL || echo ok)" \
			"$file" "$(grep -cE '^(not )?ok ' "$out.tap")" $((SECONDS - begin))
		if grep -q '^failed' "$out.results"; then
			awk '/^(not )?ok / { shown = /^not/ } shown' "$out.tap"
			tail -n 100 "$out.log"
		fi
	} >"$out.shown"
	# Each in one write, as several run at once.
	cat "$out.results" >>"$tally/results"
	cat "$out.shown"
	rm -f "$out"*
}

# tally_program KIND FILE BIN [TEST]: one test program, or one test of it, in TAP.
tally_program() {
	local filter=()
	if [ "$1" = unit ]; then
		CMOCKA_MESSAGE_OUTPUT=TAP "$2"
		return
	fi
	# shellcheck disable=SC2001 # a set of characters, each kept
	[ -z "${4:-}" ] || filter=(--filter "^$(sed 's/[][\\.*^$+?(){}|]/\\&/g' <<<"$4")\$")
	SENIORITY_BIN=$3 bats --formatter tap "${filter[@]}" "$2" </dev/null
}

tally_unit() {
	local test
	echo "== $1"
	for test in "$2"/unit/*_test; do
		tally_one unit "$1" "$test" -
	done
}

tally_bats() {
	local name=$1 bin=$2
	shift 2
	(($# > 0)) || return 0
	echo "== $name"
	export tally
	export -f tally_one tally_program tally_read
	# The slow ones first, so that none of them runs alone at the end.
	{ grep -lE '^# slow' "$@"; grep -LE '^# slow' "$@"; } |
		xargs -d '\n' -P "$(nproc)" -I FILE bash -c 'tally_one bats "$@"' tally "$name" FILE "$bin"
}

# tally_again: what failed is run again, alone. What passes then is flaky, which is a fault to be found, too.
tally_again() {
	local state kind build file bin test reason
	mv "$tally/results" "$tally/first"
	while IFS=$'\t' read -r state kind build file bin test reason; do
		if [ "$state" = failed ] && tally_passes_alone "$kind" "$file" "$bin" "$test"; then
			state=flaky
		fi
		printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$state" "$kind" "$build" "$file" "$bin" "$test" "$reason"
	done <"$tally/first" >"$tally/results"
}

# The whole program is run again if it failed as a whole (no name), or if no test goes by that name.
tally_passes_alone() {
	local status
	echo "again, alone: $2: $4" >&2
	case $4 in - | setup_file* | teardown_file*) set -- "$1" "$2" "$3" '' ;; esac
	tally_program "$1" "$2" "$3" "$4" >"$tally/again" 2>&1 </dev/null
	status=$?
	if [ -n "$4" ] && ! grep -qE '^(not )?ok ' "$tally/again"; then
		tally_program "$1" "$2" "$3" >"$tally/again" 2>&1 </dev/null
		status=$?
	fi
	((status == 0)) && grep -qE '^ok ' "$tally/again"
}

# tally_skips: prints the skips that are not allowed, as failures, and all others as they are.
tally_skips() {
	local state kind build file bin test reason right
	local -A granted=() count=()
	while IFS=$'\t' read -r state kind build file bin test reason; do
		if [ "$state" = skipped ]; then
			right=${reason#needs } right=${right%%[^a-z0-9]*}
			if [[ $reason != needs\ * || ! -v RIGHTS[$right] ]]; then
				state=failed reason="skipped for no right that tests/rights.bash knows: $reason"
			else
				[ -n "${granted[$right]:-}" ] || granted[$right]=$(right_granted "$right" && echo yes || echo no)
				((count["$build.$right"] += 1))
				if [ "${granted[$right]}" = yes ]; then
					state=failed reason="skipped, but this machine grants it: $reason"
				elif ((count["$build.$right"] > RIGHTS["$right"])); then
					state=failed reason="skipped, one more than may for it: $reason"
				fi
			fi
		fi
		printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$state" "$kind" "$build" "$file" "$bin" "$test" "$reason"
	done
}

# How many tests are in STATE.
tally_count() {
	grep -c "^$1	" "$tally/results"
}

tally_end() {
	local passed failed skipped flaky
	if (($(tally_count failed) > 0 && $(tally_count failed) <= tally_again_most)); then
		tally_again
	fi
	mv "$tally/results" "$tally/all"
	tally_skips <"$tally/all" >"$tally/results"
	awk -F '\t' '$1 != "passed" { printf "%s: %s, %s: %s: %s\n", $1, $4, $3, $6, $7 }' "$tally/results" | sort
	passed=$(tally_count passed) failed=$(tally_count failed) skipped=$(tally_count skipped) flaky=$(tally_count flaky)
	((passed += flaky))
	if ((flaky > tally_flaky_most)); then
		echo "$flaky tests are flaky, and more than $tally_flaky_most fail the run"
		((passed -= flaky, failed += flaky))
	fi
	echo "$passed passed, $failed failed$( ((skipped == 0)) || echo ", $skipped skipped")"
	((failed == 0 && passed > 0))
}
