# kill -9 of any stage at any moment: nothing half done is ever seen, and the next run makes it whole.
# slow: hundreds of objects, many runs
load helper
load journey

FILES=240

setup() {
	export STORE_KIND="file"
	sandbox
	redis_start
}

count_mod() {
	find "$MOD" -name '[0-9]*' 2>/dev/null | wc -l
}

stored_at_least() {
	(($(count_mod) >= $1)) || gone "$pid"
}

# What is in the mod prefix at this moment is whole.
assert_no_partial() {
	local file
	for file in "$MOD"/[0-9]*; do
		[ ! -e "$file" ] || cmp "$file" "$(here)/expected/${file##*/}" || return 1
	done
}

# The pid of a stage of the pipeline $pid, or nothing.
stage_pid() {
	pgrep -P "$pid" | xargs -r -n 1 pgrep -x "$1" -P
}

# kill_at STAGE COUNT: a whole run, whose STAGE dies as COUNT objects are stored. Sets killed.
kill_at() {
	local victim
	pipeline.sh --batch 50 -P 4 >run.out 2>run.err 3>&- &
	pid=$!
	wait_until 30 stored_at_least "$2"
	victim=$(stage_pid "$1" || true)
	killed=0
	[ -z "$victim" ] || ! kill -KILL "$victim" || killed=1
	while alive "$pid"; do assert_no_partial; done
	status=0
	wait "$pid" || status=$?
	echo "$1 at $2: status $status with $(count_mod) stored: $(tail -n 3 run.err)"
	assert_no_partial
}

killing() {
	local at kills=0
	make_raw "$FILES" 3
	upload_raw
	senserve_start --latency 3 # slow enough to be caught in the middle
	make_expected
	for at in $((1 + RANDOM % 20)) $((30 + RANDOM % 60)) $((100 + RANDOM % 60)); do
		rm -rf "$MOD"
		redis_do FLUSHALL
		kill_at "$1" "$at"
		((kills += killed)) || true
		((killed == 0 || status == 137))
		# where all that came before is stored, the cursor may be there; never beyond
		run cursor get
		[ "$status" -eq 0 ]
		for name in $(cd "$(here)/expected" && ls); do
			((${name%.jsonl} > output)) || [ -e "$MOD/$name" ]
		done
		run --separate-stderr pipeline.sh --quiet
		echo "the next run: $status $stderr"
		[ "$status" -eq 0 ]
		assert_mod_right
	done
	# the listing may be through before the first object is stored; the others are met alive
	[ "$1" = s3ls ] || ((kills >= 2))
}

@test "kill -9 of s3ls" { killing s3ls; }

@test "kill -9 of s3cat" { killing s3cat; }

@test "kill -9 of senenrich" { killing senenrich; }

@test "kill -9 of s3put" { killing s3put; }

@test "kill -9 of cursor" { killing cursor; }

@test "kill -9 of everything at once" {
	make_raw "$FILES" 3
	upload_raw
	senserve_start --latency 3
	make_expected
	pipeline.sh --batch 50 >run.out 2>run.err 3>&- &
	pid=$!
	wait_until 30 stored_at_least 50
	group=$(pgrep -P "$pid")
	kill -KILL "$pid"
	kill -KILL -- "-$group"
	wait "$pid" || true
	assert_no_partial
	wait_until 10 gone "$group"
	run --separate-stderr pipeline.sh --quiet
	[ "$status" -eq 0 ]
	assert_mod_right
}

@test "s3ls under GNU parallel with one job killed: the cursor does not pass the gap" {
	make_raw 64 3
	upload_raw
	senserve_start
	make_expected
	# the third of eight jobs dies before it has done anything
	cat >job <<-'END'
		#!/bin/bash
		set -o pipefail
		[ "$1" != 3 ] || kill -KILL $$
		s3cat | senenrich | s3put
	END
	chmod +x job
	run bash -o pipefail -c 's3ls | parallel --pipe -k -N 8 ./job {#} | cursor set'
	echo "$output"
	[ "$status" -ne 0 ]
	# sixteen are done in a row, eight are missing, the rest is there
	[ "$(cursor get)" -eq $((1721183934 + 60 * 15)) ]
	[ "$(count_mod)" -eq 56 ]
	assert_no_partial
	run --separate-stderr pipeline.sh --summary json
	[ "$status" -eq 0 ]
	[ "$(field listed)" -eq 8 ]
	assert_mod_right
	[ "$(cursor get)" -eq $((1721183934 + 60 * 63)) ]
}
