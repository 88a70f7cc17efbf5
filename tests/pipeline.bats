# pipeline.sh by itself: its options, statuses, lock, rounds, and which objects it takes.
load helper
load journey

setup() {
	sandbox
}

# put NAME [LINES]: a raw object.
put() {
	postings "${2:-3}" "${1%%[!0-9]*}" >"$RAW/$1"
}

services() {
	redis_start
	senserve_start
}

names() {
	(cd "$1" 2>/dev/null && ls) || true
}

# A folder with stages that end as they are told: STATUS, or -SIGNAL for a death by it. Each reads all that it is given.
stubs() {
	local name dir
	dir=$(here)/stubs
	mkdir -p "$dir"
	for name in s3ls s3cat senenrich s3put cursor; do
		cat >"$dir/$name" <<-END
			#!/bin/bash
			case " \$* " in
			*" --print-setting="*) for argument; do echo "\${argument#--print-setting=}/"; done && exit ;;
			*" identity "* | *" key "*) echo "stub:\$PWD" && exit ;;
			*" lock "*) echo "$dir/lock" && exit ;;
			*" get "*) echo 0 && exit ;;
			*" failed "*) exit ;;
			esac
			[ $name = s3ls ] || cat >/dev/null
			case $1 in -*) kill $1 \$\$ ;; esac
			exit $1
		END
		shift
	done
	chmod +x "$dir"/*
	ln -sf "$BIN/senstat" "$dir/"
	export SENIORITY_BIN=$dir
}

ends_with() {
	local wanted=$1
	shift
	stubs "$@"
	run --separate-stderr pipeline.sh --quiet
	echo "stages $*: $status instead of $wanted: $stderr"
	[ "$status" -eq "$wanted" ]
}

@test "the help names every option, the version is the programs'" {
	run pipeline.sh --help
	[ "$status" -eq 0 ]
	for option in --parallel --batch --lookback --settle --retry-failed --dry-run --watch --summary --config --quiet --demo; do
		[[ $output == *"$option"* ]]
	done
	run pipeline.sh --version
	[ "$status" -eq 0 ]
	[[ $output == pipeline.sh\ * ]]
}

@test "unknown options are refused before anything is done" {
	put 1721183934.jsonl
	for wrong in --nonsense --lookback=yesterday --watch=soon "--summary xml" -P --batch= operand --s3 "--watch 5 --dry-run"; do
		# shellcheck disable=SC2086
		run --separate-stderr pipeline.sh $wrong
		echo "$wrong: $status $stderr"
		[ "$status" -eq 2 ]
		[[ $stderr == *"pipeline.sh --help"* ]]
	done
	[ ! -e "$MOD" ]
}

@test "an unknown key in config.yaml ends it with 2" {
	services
	put 1721183934.jsonl
	echo "raw_prefx: x/" >>config.yaml
	run --separate-stderr pipeline.sh
	[ "$status" -eq 2 ]
	[[ $stderr == *config.yaml:6* ]]
	[ ! -e "$MOD" ]
}

@test "without programs it says how to get them" {
	SENIORITY_BIN=$PWD/nowhere run --separate-stderr pipeline.sh
	[ "$status" -eq 2 ]
	[[ $stderr == *make* && $stderr == *--demo* ]]
}

@test "the status is that of the stage that failed first, not of those that it took along" {
	ends_with 0 0 0 0 0 0
	ends_with 1 0 0 1 0 0
	ends_with 75 0 0 75 0 0
	ends_with 137 0 0 -KILL 1 0
	ends_with 137 -PIPE -PIPE -KILL 75 0
	ends_with 143 0 -TERM 0 75 0
	ends_with 1 0 75 0 1 0
	ends_with 1 0 1 0 75 75
	ends_with 2 -PIPE 2 0 0 0
	ends_with 75 75 0 0 0 0
	ends_with 141 -PIPE 0 0 0 0
}

@test "Redis is down: 75 before anything is listed" {
	put 1721183934.jsonl
	export REDIS_SOCKET=$PWD/nobody.sock
	run --separate-stderr pipeline.sh
	[ "$status" -eq 75 ]
	[[ $stderr == *cursor:* ]]
	[ -z "$output" ]
	[ ! -e "$MOD" ]
}

@test "the summary adds up, as text and as JSON" {
	services
	put 1721183934.jsonl 10
	put 1721183994.jsonl 10
	echo '{"title": 3}' >>"$RAW/1721183994.jsonl"
	run --separate-stderr pipeline.sh
	echo "$output" "$stderr"
	[ "$status" -eq 0 ]
	[[ $output == *"2 listed = 2 stored + 0 failed"* ]]
	[[ $output == *"21 read = 20 written + 1 rejected"* ]]
	[[ $output == *"cursor     1721183994 2024-07-17 02:39:54 UTC"* ]]
	[[ $output == *"why rejected:"*"pipeline.sh rejects"* ]]
	# a table: the numbers of all rows end in one column
	[ -z "$(grep -E '^(objects|postings|answered|time|cursor) ' <<<"$output" | grep -vE '^.{20}[0-9] ')" ]
	put 1721184054.jsonl 10
	run --separate-stderr pipeline.sh --summary json
	[ "$(field adds_up)" = true ]
	[ "$(field listed)" -eq 1 ]
	[ "$(field present)" -eq 2 ]
	[ "$(field read)" -eq 10 ]
	[ $(($(field memo) + $(field redis) + $(field model))) -eq 10 ]
	run --separate-stderr pipeline.sh
	[[ $output == "nothing left to do"* ]]
	put 1721184114.jsonl
	run pipeline.sh --quiet
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "the summary groups long numbers, and ends with the commands that show why and do it again" {
	services
	postings 1234 >"$RAW/1721183934.jsonl"
	head -c 17000000 /dev/zero | tr '\0' x >"$RAW/1721183994.jsonl"
	cp config.yaml other.yaml
	run -1 --separate-stderr pipeline.sh --config other.yaml
	echo "$output"
	[[ $output == *" 1,234 read = 1,234 written"* ]]
	[[ $output == *"(100.0 %)"* || $output == *"by the memo ("*"by the model ("* ]]
	why=$(sed -n 's/^why they failed: *//p' <<<"$output")
	again=$(sed -n 's/^once more: *//p' <<<"$output")
	[[ $why == "cursor failed --config other.yaml" && $again == *"pipeline.sh --retry-failed --config other.yaml" ]]
	run -0 bash -c "$why"
	[ "$(jq -r .key <<<"$output")" = job-postings-raw/1721183994.jsonl ]
	postings 3 >"$RAW/1721183994.jsonl"
	run -0 bash -c "$again"
	# what was not reachable: look, then go on
	postings 3 9 >"$RAW/1721184054.jsonl"
	redis_do DEL "$(cursor key)" >/dev/null
	redis_do FLUSHALL >/dev/null
	export RPC_PATIENCE=1s
	senserve_stop >/dev/null
	run -75 --separate-stderr pipeline.sh
	[[ $output == *"what it waits for:"*"pipeline.sh --check"*"go on:"* ]]
	# nothing is recorded of what is no fault of the objects
	sed -i 's/^output_bucket: .*/output_bucket: nowhere/' config.yaml
	run -1 --separate-stderr pipeline.sh
	[[ $output == *"what is wrong:"*"pipeline.sh --check"*"go on:"* && $output != *"cursor failed"* ]]
	run -2 bash -c "$(sed -n 's/^what is wrong: *//p' <<<"$output")"
	[[ $output == *"failure"*"nowhere"* ]]
}

@test "once installed, messages use the command names in the PATH" {
	services
	# a copy of what `make install` puts there, beside the programs to test
	mkdir -p root/lib/seniority/packaging root/bin
	cp -r "$ROOT/pipeline.sh" "$ROOT/share" root/lib/seniority
	cp "$ROOT/packaging/debian.sh" root/lib/seniority/packaging
	cp "$ROOT/packaging/seniority" root/bin
	ln -s "$BIN" root/lib/seniority/bin
	export PATH=$PWD/root/bin:/usr/bin:/bin
	unset SENIORITY_BIN
	put 1721183934.jsonl 3
	echo 'no JSON' >>"$RAW/1721183934.jsonl"
	run -0 seniority
	bash -c "$(sed -n 's/^why rejected: *//p' <<<"$output")" >out
	grep -q '^to take them again.* seniority rejects --retry$' out
	bash -c "$(sed -n 's/^to take them again.*: //p' out)" >out
	grep -q '1 listed = 1 stored' out
	for help in "run --help" "rejects --help" "report --help"; do
		# shellcheck disable=SC2086
		run -0 seniority $help
		[[ ${lines[0]} == "Usage: seniority "* && $output != *pipeline.sh* ]]
	done
	run -2 seniority --nonsense
	[[ $output == "seniority: unknown option: --nonsense"*"'seniority --help'"* ]]
	mkdir bin
	printf '#!/bin/sh\necho "$@"\n' >bin/man
	chmod +x bin/man
	[ "$(PATH=$PWD/bin:$PATH seniority help rejects)" = seniority-pipeline ]
}

@test "a dry run names what would be done, and does nothing" {
	services
	put 1721183934.jsonl
	put 1721183994.jsonl
	run --separate-stderr pipeline.sh --dry-run
	[ "$status" -eq 0 ]
	[ "$(jq -r .key <<<"$output")" = $'job-postings-raw/1721183934.jsonl\njob-postings-raw/1721183994.jsonl' ]
	[ ! -e "$MOD" ]
	[ "$(redis_do DBSIZE)" = 0 ]
}

@test "a late file is found within the lookback, and not beyond it" {
	services
	put 1721183934.jsonl
	put 1721270334.jsonl
	pipeline.sh --quiet
	put 1721266734.jsonl # an hour before the cursor
	put 1721083934.jsonl # two days before it
	run pipeline.sh --lookback 30m --summary json
	[ "$(field listed)" -eq 0 ]
	run pipeline.sh --summary json
	[ "$(field listed)" -eq 1 ]
	[ -e "$MOD/1721266734.jsonl" ]
	[ ! -e "$MOD/1721083934.jsonl" ]
	run pipeline.sh --lookback 3d --summary json
	[ "$(field listed)" -eq 1 ]
	[ -e "$MOD/1721083934.jsonl" ]
	[ "$(cursor get)" -eq 1721270334 ]
}

@test "what failed for good is passed, left out from then on, and taken again on demand" {
	services
	put 1721183934.jsonl
	head -c 17000000 /dev/zero | tr '\0' x >"$RAW/1721183994.jsonl"
	put 1721184054.jsonl
	run --separate-stderr pipeline.sh --summary json
	echo "$output" "$stderr"
	[ "$status" -eq 1 ]
	[ "$(field stored)" -eq 2 ]
	[ "$(field failed)" -eq 1 ]
	[ "$(field adds_up)" = true ]
	[ "$(field cursor)" -eq 1721184054 ]
	[ "$(cursor failed | jq -r .key)" = job-postings-raw/1721183994.jsonl ]

	run --separate-stderr pipeline.sh --summary json
	[ "$status" -eq 0 ]
	[ "$(field listed)" -eq 0 ]
	[ "$(field excluded)" -eq 1 ]

	# still bad: nothing changes
	run --separate-stderr pipeline.sh --retry-failed --summary json
	[ "$status" -eq 1 ]
	[ "$(field failed)" -eq 1 ]
	[ "$(cursor failed | wc -l)" -eq 1 ]

	put 1721183994.jsonl
	put 1721184114.jsonl
	run --separate-stderr pipeline.sh --retry-failed --summary json
	echo "$output" "$stderr"
	[ "$status" -eq 0 ]
	[ "$(field listed)" -eq 1 ]
	[ "$(names "$MOD")" = $'1721183934.jsonl\n1721183994.jsonl\n1721184054.jsonl' ]
	[ -z "$(cursor failed)" ]
	[ "$(cursor get)" -eq 1721184054 ]
}

@test "if nothing is left to do, a lost cursor is restored" {
	services
	put 1721183934.jsonl
	put 1721183994.jsonl
	pipeline.sh --quiet
	redis_do FLUSHALL
	run pipeline.sh --summary json
	[ "$status" -eq 0 ]
	[ "$(field listed)" -eq 0 ]
	[ "$(cursor get)" -eq 1721183994 ]
}

@test "one run at a time: a second ends with 75, even if only the stages of the first are left" {
	services
	model_freeze
	put 1721183934.jsonl
	start
	wait_until 20 stage_pid senenrich
	run --separate-stderr pipeline.sh
	[ "$status" -eq 75 ]
	[[ $stderr == *"another run"* ]]
	left=$(stages)
	kill -KILL "$pid"
	wait "$pid" || true
	run --separate-stderr pipeline.sh
	[ "$status" -eq 75 ]
	model_thaw
	# the stages finish their work; when that is recorded too, the lock is free
	for stage in $left; do wait_until 20 gone "$stage"; done
	free_again() {
		run --separate-stderr pipeline.sh --summary json
		[ "$status" -ne 75 ]
	}
	wait_until 20 free_again
	[ "$status" -eq 0 ]
	[ "$(field listed)" -eq 0 ]
	[ "$(names "$MOD")" = 1721183934.jsonl ]
}

@test "other buckets are other work: their run is not held up" {
	services
	model_freeze
	put 1721183934.jsonl
	start
	wait_until 20 stage_pid senenrich
	sed 's/rl-data/other/' config.yaml >other.yaml
	mkdir "$(here)/store/other"
	run --separate-stderr pipeline.sh --config other.yaml
	echo "$stderr"
	[ "$status" -eq 0 ]
	model_thaw
	wait "$pid"
}

@test "settings that are edited while a run begins are the next one's: all programs see the same" {
	services
	put 1721183934.jsonl
	mkdir "$(here)/store/other" edited
	sed -i 's/^mod_prefix:.*/mod_prefix: "a\\t\\"b\\"\\\\"/' config.yaml
	for name in s3ls s3cat senenrich s3put cursor; do
		printf '#!/bin/sh\n[ "$1" = --stats ] && sed -i s/rl-data/other/ config.yaml\nexec "%s/%s" "$@"\n' \
			"$BIN" "$name" >"edited/$name"
	done
	chmod +x edited/*
	ln -s "$BIN/senstat" edited/
	SENIORITY_BIN=$PWD/edited run --separate-stderr pipeline.sh --summary json
	echo "$stderr"
	grep other config.yaml
	[ "$status" -eq 0 ]
	[ "$(field listed)" -eq 1 ]
	[ -f "$STORE/a	\"b\"\\1721183934.jsonl" ]
}

@test "SIGTERM and SIGINT end the stages, and it by that signal; the next run does the rest" {
	services
	model_freeze
	mkdir tmp
	put 1721183934.jsonl
	for signal in TERM INT; do
		TMPDIR=$PWD/tmp start
		wait_until 20 stage_pid senenrich
		left=$(stages)
		kill -"$signal" "$pid"
		status=0
		wait "$pid" || status=$?
		[ "$status" -eq $((128 + $(kill -l "$signal"))) ]
		for stage in $left; do gone "$stage"; done
		[ -z "$(names tmp)" ]
		[ ! -e "$MOD/1721183934.jsonl" ]
	done
	model_thaw
	run pipeline.sh --summary json
	[ "$status" -eq 0 ]
	[ "$(field stored)" -eq 1 ]
}

@test "--watch goes round, does not end for a failing round, and stops cleanly" {
	services
	put 1721183934.jsonl
	mkdir tmp
	TMPDIR=$PWD/tmp start --watch 0.2
	wait_until 20 test -e "$MOD/1721183934.jsonl"
	put 1721183994.jsonl
	wait_until 20 test -e "$MOD/1721183994.jsonl"
	redis_stop
	wait_until 20 grep -q '^cursor: ' run.err
	redis_start
	put 1721184054.jsonl
	wait_until 30 test -e "$MOD/1721184054.jsonl"
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	echo "status $status: $(<run.err)"
	[ "$status" -eq 143 ]
	[ -z "$(names tmp)" ]
}

@test "a signal in the very moment in which something is begun ends that too" {
	services
	# the second that it begins is the pause between two rounds
	cat >moment <<-'END'
		begun=0
		trap '[ "$BASH_COMMAND" != "job=\$!" ] || ((++begun < 2)) || kill -TERM $$' DEBUG
		set -T
	END
	status=0
	BASH_ENV=$PWD/moment pipeline.sh --watch 8643.5 >run.out 2>&1 3>&- || status=$?
	[ "$status" -eq 143 ]
	run ! pgrep -fx "sleep 8643.5"
}

@test "--watch ends if the settings are wrong" {
	services
	start --watch 0.2
	wait_until 20 redis_do EXISTS nothing
	echo 'nonsense: 1' >>config.yaml
	status=0
	wait "$pid" || status=$?
	[ "$status" -eq 2 ]
}
