# pipeline.sh rejects: what was no posting, what failed for good, and both taken again.
load helper

setup() {
	sandbox
	redis_start
	senserve_start
	export PATH="$ROOT:$PATH"
	REJECTED=$STORE/job-postings-rejected
}

bad() {
	posting "$1" "Data Analyst"
	printf '{"company":"%s","title":3}\n' "$1"
	printf '{"company":"%s","title":""}\n' "$1"
}

@test "rejected postings by reason, with counts and examples" {
	bad a >"$RAW/1721183934.jsonl"
	bad b >"$RAW/1721183994.jsonl"
	echo 'not JSON' >>"$RAW/1721183994.jsonl"
	pipeline.sh --quiet
	run -0 pipeline.sh rejects
	[[ ${lines[0]} == "5 rejected postings, under s3://"*"/job-postings-rejected/" ]]
	[[ ${lines[1]} =~ ^\ +2\ \ title:\  ]]
	[[ $output == *'            job-postings-raw/1721183934.jsonl, line 2: {\"company\":\"a\",\"title\":3}'* ]]
	[[ $output == *'pipeline.sh rejects --retry'* ]]
	run -0 pipeline.sh rejects --examples 1
	[ "$(grep -c 'line 2' <<<"$output")" = 1 ]
	run -0 pipeline.sh rejects --after 1721183934
	[[ ${lines[0]} == "3 rejected"* ]]
	run -0 pipeline.sh rejects --after=1721183994
	[ "$output" = "nothing is rejected, and nothing failed for good" ]
	run -2 pipeline.sh rejects --examples some
	run -2 pipeline.sh rejects --nonsense
}

@test "their content cannot control a terminal" {
	printf '{"company":"\xc2\x9b31m \x7f \\u001b[2J","title":3}\n\x1b[2J\n' >"$RAW/1721183934.jsonl"
	pipeline.sh --quiet
	pipeline.sh rejects >out
	! LC_ALL=C grep -q "$(printf '\x1b')" out || false
	! LC_ALL=C grep -q "$(printf '\xc2\x9b')" out || false
	! LC_ALL=C grep -q "$(printf '\x7f')" out || false
	grep -q '^2 rejected' out
}

@test "nor can an object that others put among the rejects, and only reject records count" {
	mkdir -p "$REJECTED"
	{
		printf '{"@":"reject","key":"\x1b]0;k\a","line":1,"reason":"\x1b[2J\t\r","raw":"\xc2\x9b\x08"}\n'
		printf '{"@":"other","reason":"none of ours"}\n\x1b[31m\n{"company":"a","title":"b"}\n'
	} >"$REJECTED/1721183934.jsonl"
	pipeline.sh rejects >out
	! LC_ALL=C grep -q '[[:cntrl:]]' out || false
	! LC_ALL=C grep -q "$(printf '\xc2\x9b')" out || false
	grep -q '^1 rejected' out
	! grep -q 'none of ours' out || false
}

@test "nothing is rejected" {
	posting a b >"$RAW/1721183934.jsonl"
	pipeline.sh --quiet
	run -0 pipeline.sh rejects
	[ "$output" = "nothing is rejected, and nothing failed for good" ]
	run -0 pipeline.sh rejects --retry
	[ "$output" = "nothing is rejected, and nothing failed for good" ]
}

@test "--retry runs whole sources again, and replaces their rejects" {
	bad a >"$RAW/1721183934.jsonl"
	bad b >"$RAW/1721183994.jsonl"
	posting c d >"$RAW/1721184054.jsonl"
	pipeline.sh --quiet
	before=$(cursor get)
	touch marker
	# one is mended, of the other a part
	posting a CFO >"$RAW/1721183934.jsonl"
	{ posting b CFO; bad b; } | head -n 2 >"$RAW/1721183994.jsonl"
	echo 'not JSON' >>"$RAW/1721183994.jsonl"
	run -0 --separate-stderr pipeline.sh rejects --retry
	[[ $output == *'2 listed = 2 stored'* ]]
	# that such receipts move no cursor is what is meant
	[ -z "$stderr" ]
	[ "$(cat "$MOD/1721183934.jsonl")" = '{"company":"a","title":"CFO","seniority":7}' ]
	[ ! -e "$REJECTED/1721183934.jsonl" ]
	[ "$(wc -l <"$MOD/1721183994.jsonl")" = 2 ]
	[ "$(jq -r .line "$REJECTED/1721183994.jsonl")" = 3 ]
	# what was not asked for was not touched, nor the cursor moved
	[ "$MOD/1721184054.jsonl" -ot marker ]
	[ "$(cursor get)" = "$before" ]
}

# frame KEY ACCEPTED...: a frame of the postings a, b, c, d, in which those are accepted and the others not.
frame() {
	local key=$1 name line=0
	shift
	echo '{"@":"begin","key":"'"$key"'"}'
	for name in a b c d; do
		((++line))
		if [[ " $* " == *" $name "* ]]; then
			echo '{"company":"'"$name"'","title":"t","seniority":2}'
		else
			jq -cn --arg key "$key" --arg line "$line" --arg name "$name" \
				'{"@": "reject", key: $key, line: ($line | tonumber), reason: "no", raw: "{\"company\":\"\($name)\",\"title\":\"t\"}"}'
		fi
	done
	echo '{"@":"end","key":"'"$key"'","lines":4}'
}

# The postings that are in the object, or among its rejects, as "abcd".
kept() {
	{ s3cat "job-postings-mod/$1" && { s3cat --rejects "job-postings-rejected/$1" || true; }; } 2>/dev/null |
		grep -oE 'company\\?":\\?"[a-d]' | grep -o '.$' | sort -u | paste -sd ''
}

# killed_at_each_step KEY: a run that replaces its rejects; and the next one. (A test for each kind of name: it is hundreds of programs.)
killed_at_each_step() {
	local key=$1 accepted step died=0
	cc -shared -fPIC -o disk.so "$ROOT/tests/disk.c" -ldl
	export ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
	# some are mended and some that were none are rejected now; all are; none is
	for accepted in "b c" "a b c d" "a" "c d" ""; do
		for step in 0 1 2 3; do
			frame "job-postings-raw/$key" a b | s3put >/dev/null
			# shellcheck disable=SC2086
			frame "job-postings-raw/$key" $accepted >frames
			status=0
			DISK_KILL=$step LD_PRELOAD=$PWD/disk.so s3put --replace-rejects <frames >/dev/null || status=$?
			echo "$key, '$accepted', step $step: $status, $(kept "$key")"
			[ "$(kept "$key")" = abcd ]
			if ((status == 137)); then ((++died)); else [ "$status" -eq 0 ]; fi
			# and the next run makes it as if nothing had been
			s3put --replace-rejects <frames >/dev/null
			[ "$(kept "$key")" = abcd ]
			[ "$(s3cat "job-postings-mod/$key" | wc -l)" = "$(wc -w <<<"$accepted")" ]
			if [ "$accepted" = "a b c d" ]; then
				[ ! -e "$REJECTED/$key" ]
			else
				[ "$(s3cat --rejects "job-postings-rejected/$key" | wc -l)" = $((4 - $(wc -w <<<"$accepted"))) ]
			fi
		done
	done
	# three changes each; two where nothing is rejected any more
	[ "$died" -eq $((4 * 3 + 2)) ]
}

@test "killed at any of its steps, a run that replaces rejects leaves each posting in the object or among them" {
	killed_at_each_step 1721183934.jsonl
}

@test "... of a source that is called .gz" {
	killed_at_each_step 1721183934.jsonl.gz
}

@test "... of a source that is called .zst" {
	killed_at_each_step 1721183934.jsonl.zst
}

@test "what a killed retry leaves is counted once, and the next one takes it" {
	frame job-postings-raw/1721183934.jsonl a b | s3put >/dev/null
	frame job-postings-raw/1721183934.jsonl b c >frames
	cc -shared -fPIC -o disk.so "$ROOT/tests/disk.c" -ldl
	ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 DISK_KILL=1 LD_PRELOAD=$PWD/disk.so \
		run -137 s3put --replace-rejects <frames
	# c and d of the first run, a and d of the second
	[ "$(wc -l <"$REJECTED/1721183934.jsonl")" = 4 ]
	run -0 pipeline.sh rejects
	[[ ${lines[0]} == "3 rejected postings"* ]]
	for name in a b c d; do posting "$name" Clerk; done >"$RAW/1721183934.jsonl"
	run -0 pipeline.sh rejects --retry
	[ "$(wc -l <"$MOD/1721183934.jsonl")" = 4 ]
	[ ! -e "$REJECTED/1721183934.jsonl" ]
}

@test "rejects of an earlier run that others have cut short, or that cannot be read" {
	frame job-postings-raw/1721183934.jsonl a b | s3put
	printf '{"half":' >"$REJECTED/1721183934.jsonl"
	frame job-postings-raw/1721183934.jsonl a b c >frames
	cc -shared -fPIC -o disk.so "$ROOT/tests/disk.c" -ldl
	ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0 DISK_KILL=1 LD_PRELOAD=$PWD/disk.so \
		run -137 s3put --replace-rejects <frames
	[ "$(sed -n 1p "$REJECTED/1721183934.jsonl")" = '{"half":' ]
	[ "$(sed -n 2p "$REJECTED/1721183934.jsonl" | jq -r .line)" = 4 ]
	# without them nothing is replaced, and nothing is lost
	rm "$REJECTED/1721183934.jsonl"
	mkdir -p "$REJECTED/1721183934.jsonl"
	before=$(cat "$MOD/1721183934.jsonl")
	run -1 s3put --replace-rejects <frames
	[ "$(cat "$MOD/1721183934.jsonl")" = "$before" ]
}

@test "killed after the object is stored and before its rejects are removed: --retry does the rest" {
	bad a >"$RAW/1721183934.jsonl"
	pipeline.sh --quiet
	posting a CFO >"$RAW/1721183934.jsonl"
	# what such a kill leaves: the new object, and the rejects of the old one
	s3ls job-postings-raw/ | s3cat --frames | senenrich | s3put >receipts
	[ "$(wc -l <"$MOD/1721183934.jsonl")" = 1 ]
	[ -e "$REJECTED/1721183934.jsonl" ]
	run -0 pipeline.sh rejects --retry
	[ "$(wc -l <"$MOD/1721183934.jsonl")" = 1 ]
	[ ! -e "$REJECTED/1721183934.jsonl" ]
}

@test "rejects that cannot be removed: the object is stored, and the run says so" {
	bad a >"$RAW/1721183934.jsonl"
	pipeline.sh --quiet
	cp "$REJECTED/1721183934.jsonl" old
	posting a CFO >"$RAW/1721183934.jsonl"
	rm "$REJECTED/1721183934.jsonl"
	mkdir "$REJECTED/1721183934.jsonl"
	s3ls job-postings-raw/ | s3cat --frames | senenrich >frames
	run -1 s3put --replace-rejects <frames
	[[ $output == *DELETE* ]]
	[ "$(wc -l <"$MOD/1721183934.jsonl")" = 1 ]
	# and once that is mended, it goes through
	rmdir "$REJECTED/1721183934.jsonl"
	mv old "$REJECTED/1721183934.jsonl"
	run -0 s3put --replace-rejects <frames
	[ ! -e "$REJECTED/1721183934.jsonl" ]
}

@test "objects that failed for good are shown and taken again the same way" {
	posting a b >"$RAW/1721183934.jsonl"
	{ posting "$(head -c 3000 /dev/zero | tr '\0' x)" d; } >"$RAW/1721183994.jsonl"
	MAX_LINE=1K run -1 pipeline.sh --quiet
	run -0 pipeline.sh rejects
	[[ ${lines[0]} == "1 objects that failed for good" ]]
	[[ $output == *'line 1: longer than max_line'*'job-postings-raw/1721183994.jsonl'* ]]
	run -0 pipeline.sh rejects --retry
	[ "$(wc -l <"$MOD/1721183994.jsonl")" = 1 ]
	[ -z "$(cursor failed)" ]
}

@test "a Redis that is away: 75, and nothing is done" {
	redis_stop
	run -75 pipeline.sh rejects --retry
}
