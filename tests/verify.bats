#!/usr/bin/env bats
# pipeline.sh verify: is all of a time range there? And --sweep, which takes what is not.
load helper
load store

setup_file() {
	store_start
}

setup() {
	store_sandbox verify-$BATS_TEST_NUMBER
	redis_start
	senserve_start
	mkdir raw
}

# raw_put NAME FIRST COUNT: a raw object.
raw_put() {
	postings "$3" "$2" >"raw/$1"
	s3put "job-postings-raw/$1" <"raw/$1" >/dev/null
}

bad() {
	{ postings 2 1 && echo 'not JSON' && echo '{"company":3,"title":"x"}'; } | s3put "job-postings-raw/$1" >/dev/null
}

enriched() {
	s3ls job-postings-mod/ | jq -r '.key | ltrimstr("job-postings-mod/")'
}

# verify ARG...: sets output to "name state ok" lines, and status; the sums are in the file sums, the records in records.
verify() {
	status=0
	"$ROOT/pipeline.sh" verify "$@" >records 2>sums || status=$?
	output=$(jq -r '"\(.key | ltrimstr("job-postings-raw/")) \(.state) \(.ok)"' records)
}

@test "done, waiting, missing, short, rewritten, failed: each is reported" {
	raw_put 1721180000.jsonl 1 5
	bad 1721180060.jsonl
	raw_put 1721180120.jsonl.gz 1 5
	raw_put 1721180180.jsonl 10 5
	raw_put 1721180240.jsonl 20 5
	raw_put 1721180300.jsonl 30 5
	{ head -c 100 /dev/urandom | gzip | head -c 60; } | s3put job-postings-raw/1721180360.jsonl.gz >/dev/null
	run -1 "$ROOT/pipeline.sh" --quiet
	raw_put 1721180420.jsonl 40 5
	# without touching what is there
	s3ls job-postings- >before
	verify 1721180000 1721190000
	[ "$status" = 0 ] || cat sums
	s3ls job-postings- | diff before -
	diff - <(echo "$output") <<-'END'
		1721180000.jsonl done true
		1721180060.jsonl done true
		1721180120.jsonl.gz done true
		1721180180.jsonl done true
		1721180240.jsonl done true
		1721180300.jsonl done true
		1721180360.jsonl.gz failed false
		1721180420.jsonl waiting true
	END
	[ "$status" = 1 ]
	jq -se 'map(select(.key | test("0060"))) == [{key: "job-postings-raw/1721180060.jsonl", state: "done", ok: true, lines: 4,
		postings: 2, rejected: 2, provenance: "same"}]' records
	[[ $(cat sums) == *"8 = 6 done + 1 waiting + 1 failed"* ]]

	# what becomes of an object behind our back
	s3put --delete job-postings-mod/1721180000.jsonl
	s3cat job-postings-mod/1721180180.jsonl | head -3 | s3put job-postings-mod/1721180180.jsonl >/dev/null
	s3put --delete job-postings-rejected/1721180060.jsonl
	s3put --delete job-postings-raw/1721180300.jsonl
	raw_put 1721180240.jsonl 50 5
	verify 1721180000 1721180420
	diff - <(echo "$output") <<-'END'
		1721180000.jsonl missing false
		1721180060.jsonl differs false
		1721180120.jsonl.gz done true
		1721180180.jsonl differs false
		1721180240.jsonl rewritten false
		1721180360.jsonl.gz failed false
	END
	[ "$status" = 1 ]
	grep -q 'of which the raw object has gone' sums
	# only the range; dates too
	verify "$(date -ud @1721180120 +%FT%TZ)" 1721180121
	[ "$output" = "1721180120.jsonl.gz done true" ]
	[ "$status" = 0 ]
	verify 0 1721170000
	[ -z "$output" ]
	[ "$status" = 0 ]
}

@test "--sweep fills every hole, and reports what it found" {
	for i in 0 1 2 3 4; do raw_put $((1721180000 + 60 * i)).jsonl "${i}1" 5; done
	"$ROOT/pipeline.sh" --quiet
	"$ROOT/pipeline.sh" --sweep | grep -q '^nothing left to do'
	# jumped, late by years, and written again, all far behind the cursor; what was rejected then is not any more
	cursor set --force 1800000000
	s3put --delete job-postings-mod/1721180060.jsonl
	raw_put 1600000000.jsonl 91 5
	bad 1721180300.jsonl
	echo job-postings-raw/1721180300.jsonl | s3cat | senenrich | s3put >/dev/null
	s3cat --count job-postings-rejected/1721180300.jsonl | jq -e '.lines == 2'
	sleep 1.1 # the store's times are whole seconds, and what is of the same second is told by its etag
	raw_put 1721180300.jsonl 81 5
	raw_put 1721180120.jsonl 71 5
	"$ROOT/pipeline.sh" | grep -q '^nothing left to do'
	"$ROOT/pipeline.sh" --sweep --dry-run | jq -r '[.key, .rewritten] | @tsv' | diff - <(
		printf '%s\t%s\n' job-postings-raw/1600000000.jsonl '' job-postings-raw/1721180060.jsonl '' \
			job-postings-raw/1721180120.jsonl true job-postings-raw/1721180300.jsonl true
	)
	"$ROOT/pipeline.sh" --sweep >summary
	grep -q '^holes  *2 without a counterpart, 2 written again after it was enriched; the oldest is of 2020-09-13 12:26:40 UTC' summary
	[ "$(cursor get)" = 1800000000 ]
	enriched | wc -l | grep -qx 7
	verify 1600000000 1721190000
	[ "$status" = 0 ]
	[ "$(grep -c ' done true' <<<"$output")" = 7 ]
	run -1 s3cat job-postings-rejected/1721180300.jsonl
	s3cat job-postings-mod/1721180120.jsonl | jq -c 'del(.seniority)' | diff - <(jq -c . raw/1721180120.jsonl)
	"$ROOT/pipeline.sh" --sweep | grep -q '^nothing left to do'
	run -2 "$ROOT/pipeline.sh" --sweep --watch 60
	run -2 "$ROOT/pipeline.sh" --sweep --retry-failed
}

@test "a sweep and a run of the minute keep each other away" {
	local lock
	raw_put 1721180000.jsonl 1 5
	exec {lock}<>"$(cursor lock)"
	flock "$lock"
	run -75 "$ROOT/pipeline.sh" --sweep
	run -75 "$ROOT/pipeline.sh"
	# who only looks is not kept away
	run -0 "$ROOT/pipeline.sh" --sweep --dry-run
	verify 1721180000 1721180001
	[ "$output" = "1721180000.jsonl waiting true" ]
	exec {lock}>&-
	run -0 "$ROOT/pipeline.sh" --sweep
}

@test "a minute's run takes objects that were written again within the look-back" {
	raw_put 1721180000.jsonl 1 5
	raw_put 1721180060.jsonl 11 5
	"$ROOT/pipeline.sh" --quiet
	sleep 1.1
	raw_put 1721180000.jsonl 21 5
	"$ROOT/pipeline.sh" >summary
	grep -q '^of them  *1 written again' summary
	s3cat job-postings-mod/1721180000.jsonl | jq -c 'del(.seniority)' | diff - <(jq -c . raw/1721180000.jsonl)
	"$ROOT/pipeline.sh" | grep -q '^nothing left to do'
	# the same bytes again: in a folder that is another file
	sleep 1.1
	s3put job-postings-raw/1721180000.jsonl <raw/1721180000.jsonl >/dev/null
	"$ROOT/pipeline.sh" --quiet
	"$ROOT/pipeline.sh" | grep -q '^nothing left to do'
}

@test "verify: invalid times and options" {
	run -2 "$ROOT/pipeline.sh" verify
	run -2 "$ROOT/pipeline.sh" verify 1721180000
	run -2 "$ROOT/pipeline.sh" verify 1721180000 1721180000
	run -2 "$ROOT/pipeline.sh" verify yesterday-ish now
	run -2 "$ROOT/pipeline.sh" verify 1 2 3
	run -2 "$ROOT/pipeline.sh" verify --nonsense
	run -0 "$ROOT/pipeline.sh" verify --help
	CURSOR_STORE=redis REDIS_SOCKET=nowhere run -75 "$ROOT/pipeline.sh" verify 1 2
}
