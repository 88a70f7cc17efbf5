# kill -9 of any stage at any moment: nothing half done is ever seen, and the next run makes it whole.
# slow: hundreds of objects, many runs
# needs: parallel
load helper
load store
load journey

FILES=120

setup() {
	sandbox
	redis_start
}

count_mod() {
	find "$MOD" -name '[0-9]*' 2>/dev/null | wc -l
}

# What is in the mod prefix at this moment is whole.
assert_no_partial() {
	local found
	found=$(diff -rq -x '.tmp-*' "$(here)/expected" "$MOD" 2>&1 | grep -v -e "^Only in $(here)/expected" -e 'No such file') || true
	[ -z "$found" ] || {
		echo "$found"
		return 1
	}
}

# doomed STAGE MS: programs of which STAGE is killed so long after its start, if it lives that long; 0: before it has begun.
doomed() {
	local name
	rm -rf doomed
	mkdir doomed
	for name in s3ls s3cat senenrich s3put cursor senstat; do ln -s "$BIN/$name" doomed/; done
	rm "doomed/$1"
	cat >"doomed/$1" <<-END
		#!/bin/bash
		# Only the run itself is meant, not what it asks for first; and the one who kills holds nothing open.
		case " \$* " in *" --stats "*)
			(($2 > 0)) || kill -KILL \$\$
			(
				for fd in /proc/\$BASHPID/fd/*; do ((\${fd##*/} < 3)) || eval "exec \${fd##*/}>&-"; done
				sleep 0.$(printf %03d "$2")
				kill -KILL \$\$
			) </dev/null >/dev/null 2>&1 &
			;;
		esac
		exec $BIN/$1 "\$@"
	END
	chmod +x "doomed/$1"
}

# The mod prefix is watched until the pipeline has ended.
watch_to_the_end() {
	while alive "$pid"; do assert_no_partial; done
	status=0
	wait "$pid" || status=$?
	assert_no_partial
}

# The cursor is never beyond what is stored, and the next run does the rest.
recover() {
	local name cursor
	cursor=$(cursor get)
	for name in $(cd "$(here)/expected" && ls); do
		((${name%.jsonl} > cursor)) || [ -e "$MOD/$name" ]
	done
	run --separate-stderr pipeline.sh --quiet
	echo "the next run: $status $stderr"
	[ "$status" -eq 0 ]
	assert_mod_right
}

prepare() {
	make_raw "$FILES" 20
	upload_raw
	senserve_start
	make_expected
}

# Until the stage was met alive three times; `within` comes to be about as long as it lives. On a machine that never wakes
# the one who kills in time it comes to be 1, and the stage is killed before it has begun.
killing() {
	local attempt kills=0 within=${2:-100}
	prepare
	for ((attempt = 0; attempt < 60 && kills < 3; attempt++)); do
		rm -rf "$MOD"
		redis_do FLUSHALL >/dev/null
		doomed "$1" $((RANDOM % within))
		SENIORITY_BIN=$PWD/doomed start --batch 50 -P 4
		watch_to_the_end
		echo "$1: status $status with $(count_mod) stored: $(tail -n 3 run.err)"
		((within = status == 137 ? within * 3 / 2 + 1 : within > 1 ? within * 2 / 3 : 1))
		((status == 137)) || continue
		((++kills))
		recover
	done
	((kills == 3))
}

@test "kill -9 of s3ls" { killing s3ls; }

@test "kill -9 of s3cat" { killing s3cat; }

@test "kill -9 of senenrich" { killing senenrich; }

@test "kill -9 of s3put" { killing s3put; }

@test "kill -9 of cursor" { killing cursor; }

# It was told to stand still, or has ended before.
standing() {
	grep -q '^State:[[:space:]]*[TZ]' "/proc/$1/status" || [ ! -e "/proc/$1" ]
}

@test "kill -9 of everything at once" {
	local group within=400
	prepare
	for ((attempt = 0; attempt < 30; attempt++)); do
		rm -rf "$MOD"
		redis_do FLUSHALL >/dev/null
		start --batch 50
		sleep "0.$(printf %03d $((RANDOM % within)))"
		# what stands still begins nothing more, and what it has begun is a group, or about to become one
		kill -STOP "$pid" 2>/dev/null || true
		wait_until 20 standing "$pid"
		for group in $(pgrep -P "$pid"); do
			kill -KILL "$group" 2>/dev/null || true
			kill -KILL -- "-$group" 2>/dev/null || true
		done
		kill -KILL "$pid" 2>/dev/null || true
		watch_to_the_end
		((within = within > 1 ? within * 2 / 3 : 1))
		[ "$status" -ne 137 ] || break
	done
	[ "$status" -eq 137 ]
	recover
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
