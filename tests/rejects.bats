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

@test "what they hold cannot steer a terminal" {
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
	run -0 pipeline.sh rejects --retry
	[[ $output == *'2 listed = 2 stored'* ]]
	[ "$(cat "$MOD/1721183934.jsonl")" = '{"company":"a","title":"CFO","seniority":7}' ]
	[ ! -e "$REJECTED/1721183934.jsonl" ]
	[ "$(wc -l <"$MOD/1721183994.jsonl")" = 2 ]
	[ "$(jq -r .line "$REJECTED/1721183994.jsonl")" = 3 ]
	# what was not asked for was not touched, nor the cursor moved
	[ "$MOD/1721184054.jsonl" -ot marker ]
	[ "$(cursor get)" = "$before" ]
}

@test "killed behind the object and before its rejects are removed: --retry does the rest" {
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
