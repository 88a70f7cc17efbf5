# cursor: get, set, failed, key, import; in Redis and in a file.

load helper

setup() {
	sandbox
	SERVER="file://$(here)/store" # no links are in it
	KEY="seniority:cursor:{rl-data/job-postings-raw/>rl-data/job-postings-mod/}@$SERVER>$SERVER"
}

in_file() {
	export CURSOR_STORE=file:$BATS_TEST_TMPDIR/the.cursor
	FILE=$BATS_TEST_TMPDIR/the.cursor
}

# receipt NAME AFTER SEQ UPTO: of an object that is stored. The listing may end with each.
receipt() {
	printf '{"source":"job-postings-raw/%s","key":"job-postings-mod/%s","etag":"e","bytes":1,"lines":1,"rejected":0,"list":{"after":%s,"seq":%s,"upto":%s,"last":true}}\n' \
		"$1" "$1" "$2" "$3" "$4"
}

# failure NAME AFTER SEQ UPTO TEMPORARY
failure() {
	printf '{"source":"job-postings-raw/%s","error":"GET: 404 NoSuchKey","stage":"s3cat","temporary":%s,"list":{"after":%s,"seq":%s,"upto":%s}}\n' \
		"$1" "$5" "$2" "$3" "$4"
}

without_list() {
	printf '{"source":"job-postings-raw/%s","key":"job-postings-mod/%s","etag":"e","bytes":1,"lines":1,"rejected":0}\n' "$1" "$1"
}

# set_from COMMAND...: cursor set with what the command prints.
set_from() {
	run --separate-stderr bash -c '"$@" | "$BIN/cursor" set' _ "$@"
}

is_at() {
	[ "$(cursor get)" = "$1" ]
}

export -f receipt failure without_list

# Each of these runs with both kinds of store.
both() {
	local name=$1
	redis_start
	"$name"
	redis_stop
	in_file
	"$name"
}

numbers() {
	is_at 0
	cursor set 1721183934
	is_at 1721183934
	cursor set 1721183934
	run --separate-stderr cursor set 1721183933
	[ "$status" -eq 1 ]
	[[ $stderr == *"only grows"* ]]
	is_at 1721183934
	run --separate-stderr cursor set --force 1721183933
	[ "$stderr" = "cursor: warning: moved back from 1721183934 to 1721183933" ]
	is_at 1721183933
	cursor set 0 --force
	is_at 0
}
@test "set N moves it, back only with --force" { both numbers; }

moving() {
	cursor set 5 --force
	set_from bash -c 'receipt a 5 1 10; receipt b 3 1 7; receipt c 3 2 12'
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	is_at 12
}
@test "receipts move it along their listing, and a further listing goes on" { both moving; }

gap() {
	cursor set 5 --force
	set_from bash -c 'receipt a 5 1 10; receipt c 5 3 30; receipt d 5 4 40; receipt e 5 1 50'
	[ "$status" -eq 75 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *"receipts are missing"*"stops at 10"* ]]
	is_at 10
}
@test "a gap stops it, said once" { both gap; }

not_first() {
	cursor set 5 --force
	set_from bash -c 'receipt b 5 2 20'
	[ "$status" -eq 75 ]
	is_at 5
}
@test "a first receipt that is not the listing's first does not move it" { both not_first; }

ahead() {
	cursor set 5 --force
	set_from bash -c 'receipt a 6 1 20; receipt b 6 2 30'
	[ "$status" -eq 75 ]
	[[ $stderr == *"listing after 6"* ]]
	is_at 5
}
@test "a listing that began after the cursor does not move it" { both ahead; }

temporary() {
	cursor set 5 --force
	set_from bash -c 'receipt a 5 1 10; failure b 5 2 20 true; receipt c 5 3 30'
	[ "$status" -eq 75 ]
	is_at 10
	[ -z "$(cursor failed)" ]
}
@test "an object that is left for later stops it" { both temporary; }

for_good() {
	cursor set 5 --force
	set_from bash -c 'receipt a 5 1 10; failure b 5 2 20 false; receipt c 5 3 30; failure d 5 4 40 true'
	[ "$status" -eq 1 ]
	is_at 30
	run -0 bash -c 'cursor failed | jq -c "[.key, .reason, .stage, (.time | fromdate > 1700000000)]"'
	[ "$output" = '["job-postings-raw/b","GET: 404 NoSuchKey","s3cat",true]' ]
	# Once it is stored it is no longer among the failed, with a position or without.
	set_from bash -c 'without_list b'
	[ "$status" -eq 0 ]
	[ -z "$(cursor failed)" ]
	is_at 30
}
@test "an object that failed for good is recorded and passed" { both for_good; }

# with_fault FAULT TEMPORARY: the second of three objects failed so.
with_fault() {
	cursor failed --clear
	cursor set 5 --force
	set_from bash -c "receipt a 5 1 10; failure b 5 2 20 $2 | sed 's/,\"list\"/,\"fault\":\"$1\"&/'; receipt c 5 3 30"
}

faults() {
	with_fault object false
	[ "$status" -eq 1 ]
	is_at 30
	[ "$(cursor failed | wc -l)" -eq 1 ]
	with_fault nobody true
	[ "$status" -eq 75 ]
	is_at 10
	[ -z "$(cursor failed)" ]
	with_fault everybody true
	[ "$status" -eq 1 ]
	is_at 10
	[ -z "$(cursor failed)" ]
	[[ $stderr == *"job-postings-raw/b is left for a later run: s3cat: GET: 404 NoSuchKey: the cursor stops before it" ]]
	# two members that disagree are no proof
	with_fault object true
	[ "$status" -eq 75 ]
	is_at 10
}
@test "whose fault it was decides: only the object's own is passed" { both faults; }

skipping() {
	cursor set 5 --force
	cursor skip job-postings-raw/1721183934.jsonl s3://rl-data/job-postings-raw/1721183935.jsonl --reason 'its owner "denies" it'
	run -0 bash -c 'cursor failed | jq -c "[.key, .reason, .stage, (.time | fromdate > 1700000000)]"'
	[ "$output" = '["job-postings-raw/1721183934.jsonl","its owner \"denies\" it","cursor skip",true]
["job-postings-raw/1721183935.jsonl","its owner \"denies\" it","cursor skip",true]' ]
	is_at 5
	cursor failed --clear job-postings-raw/1721183934.jsonl
	[ "$(cursor failed | wc -l)" -eq 1 ]
	# what no listing has would be skipped in vain
	for call in 'skip --reason x' 'skip job-postings-raw/1721183934' 'skip 1721183934 --reason x' \
		'skip job-postings-raw/ --reason x' 'skip s3://other/job-postings-raw/1721183934 --reason x' \
		'skip job-postings-raw/1721183934 --reason ""' 'get --reason x' \
		'skip job-postings-raw/1721183936 1721183934 --reason x'; do
		run --separate-stderr bash -c "cursor $call"
		[ "$status" -eq 2 ] || { echo "cursor $call: $status"; false; }
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
	[ "$(cursor failed | wc -l)" -eq 1 ]
}
@test "skip records raw objects as failed, with a reason" { both skipping; }

clearing() {
	set_from bash -c 'failure a 0 1 1 false; failure b 0 2 2 false; failure "c\\\"\\u00e9" 0 3 3 false'
	[ "$status" -eq 1 ]
	[ "$(cursor failed | jq -r .key | tr '\n' ' ')" = 'job-postings-raw/a job-postings-raw/b job-postings-raw/c"é ' ]
	cursor failed --clear 'job-postings-raw/c"é'
	run cursor failed --clear job-postings-raw/c
	[ "$status" -eq 1 ]
	[ "$(cursor failed | wc -l)" -eq 2 ]
	cursor failed --clear
	[ -z "$(cursor failed)" ]
	is_at 3
}
@test "failed --clear forgets one, or all" { both clearing; }

without_thread() {
	cursor set 5 --force
	set_from bash -c 'without_list a; without_list b'
	[ "$status" -eq 0 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *'no "list"'* ]]
	is_at 5
}
@test "receipts without a list never move it; one warning says so" { both without_thread; }

malformed() {
	local bad
	for bad in '{"source":' '[]' '{"source":"x"}' '{}' 'null' '' \
		'{"source":"s","key":"k","etag":"e","bytes":1,"lines":1,"rejected":0,"list":{"after":5,"seq":2,"upto":4}}' \
		'{"source":"s","key":"k","etag":"e","bytes":1,"lines":1,"rejected":0,"list":{"after":5,"seq":2,"upto":99999999999999}}' \
		'{"source":"s","key":"k","etag":"e","bytes":1,"lines":1,"rejected":0,"list":{"after":5,"seq":0,"upto":20}}' \
		'{"source":"s","key":"k","etag":"e","bytes":1,"lines":1,"rejected":0,"list":{"after":5,"seq":1e3,"upto":20}}' \
		'{"source":"s","key":"k","etag":"e","bytes":1,"lines":1,"rejected":0,"list":"x"}' \
		$'{"source":"\xff","key":"k","etag":"e","bytes":1,"lines":1,"rejected":0}'; do
		cursor set 5 --force
		BAD=$bad set_from bash -c 'receipt a 5 1 10; printf "%s\n" "$BAD"; receipt c 5 2 30'
		[ "$status" -eq 1 ]
		[[ $stderr == *"line 2: not a receipt"* ]]
		is_at 10
	done
}
export BAD
@test "a line that is not a receipt stops it and is reported" { both malformed; }

@test "a million wrong lines are not a million messages" {
	in_file
	set_from bash -c 'yes no-receipt | head -n 100000'
	[ "$status" -eq 1 ]
	[ "${#stderr_lines[@]}" -eq 11 ]
	[[ $stderr == *"99990 more lines"* ]]
}

no_end() {
	cursor set 5 --force
	set_from bash -c 'receipt a 5 1 10; receipt b 5 2 20 | tr -d "\n"'
	[ "$status" -eq 75 ]
	[[ $stderr == *"the writer died"* ]]
	is_at 10
}
@test "a last line without its end does not count" { both no_end; }

@test "a long line is skipped in bounded memory" {
	in_file
	set_from bash -c 'receipt a 0 1 10; head -c 50000000 /dev/zero | tr "\0" x; echo; receipt b 0 2 20'
	[ "$status" -eq 1 ]
	[[ $stderr == *"line 2: not a receipt"* ]]
	is_at 10
}

@test "nothing on standard input changes nothing" {
	in_file
	cursor set </dev/null
	[ ! -e "$FILE" ]
	is_at 0
}

dry() {
	cursor set 5 --force
	run -0 bash -c '{ receipt a 5 1 10; receipt b 5 2 20; } | cursor set --dry-run'
	[ "$output" = "would move from 5 to 20" ]
	run -0 cursor set --dry-run 30
	is_at 5
}
@test "--dry-run says it and does not do it" { both dry; }

@test "--stats counts" {
	in_file
	bash -c 'receipt a 0 1 10; failure b 0 2 20 false; failure c 0 3 30 true' | cursor set --stats "$BATS_TEST_TMPDIR/stats" || true
	run -0 jq -c '[.program, .receipts, .failed, .moved_from, .moved_to]' "$BATS_TEST_TMPDIR/stats"
	[ "$output" = '["cursor",3,2,0,20]' ]
}

# Progress is there while the writer is still at it: the cursor does not wait for the end of the input.
as_it_goes() {
	cursor set 5 --force
	mkfifo "$BATS_TEST_TMPDIR/pipe.$1"
	cursor set <"$BATS_TEST_TMPDIR/pipe.$1" 2>"$BATS_TEST_TMPDIR/err.$1" 3>&- &
	local pid=$!
	exec 9>"$BATS_TEST_TMPDIR/pipe.$1"
	receipt a 5 1 10 >&9
	wait_until 10 is_at 10
	receipt b 5 2 20 >&9
	wait_until 10 is_at 20
	kill -"$1" "$pid"
	local ended=0
	wait "$pid" || ended=$?
	exec 9>&-
	[ "$ended" -eq $((128 + $(kill -l "$1"))) ]
	is_at 20
}
killed_hard() { as_it_goes KILL; }
killed_soft() { as_it_goes TERM; rm "$BATS_TEST_TMPDIR"/pipe.*; }
@test "it saves as it goes: kill -9 costs nothing" { both killed_hard_and_clean; }
killed_hard_and_clean() { killed_hard; rm "$BATS_TEST_TMPDIR"/pipe.*; }
@test "SIGTERM ends it by the signal, with its progress" { both killed_soft; }

many_receipts() {
	cursor set 0 --force
	awk 'BEGIN { for (i = 1; i <= 20000; i++)
		printf "{\"source\":\"r/%d\",\"key\":\"m/%d\",\"etag\":\"\",\"bytes\":1,\"lines\":1,\"rejected\":0,\"list\":{\"after\":0,\"seq\":%d,\"upto\":%d}}\n", i, i, i, i }' |
		cursor set
	is_at 20000
}
@test "twenty thousand receipts at once" { both many_receipts; }

# Whoever comes last, it is at the highest number, and every failure of every writer is on the list.
at_once() {
	local i pids=()
	cursor set 0 --force
	for i in $(seq 1 24 | shuf --random-source=<(yes)); do
		failure "f$i" 0 1 "$i" false | cursor set 2>/dev/null 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || [ $? -eq 1 ]
	done
	is_at 24
	[ "$(cursor failed | wc -l)" -eq 24 ]
	cursor failed --clear
}
@test "of many at once none moves it back, and nothing is lost" { both at_once; }

@test "key names both buckets and prefixes, and the file" {
	[ "$(cursor key)" = "$KEY" ]
	[ "$(cursor key --raw-prefix 'a>b/{c}%' --input-bucket x)" = "seniority:cursor:{x/a%3eb/%7bc%7d%25>rl-data/job-postings-mod/}@$SERVER>$SERVER" ]
	ln -s "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/link"
	[ "$(cursor key --cursor-store "file:$BATS_TEST_TMPDIR/link/../$(basename "$BATS_TEST_TMPDIR")/c")" = "file:$BATS_TEST_TMPDIR/c" ]
}

@test "without buckets there is no name in Redis: exit 2, with advice" {
	run --separate-stderr cursor get --config /dev/null
	[ "$status" -eq 2 ]
	[[ $stderr == *input_bucket* ]]
	in_file
	[ "$(cursor get --config /dev/null)" = 0 ]
}

@test "wrong calls end with 2" {
	in_file
	local call
	for call in '' 'gett' 'get x' 'set 1 2' 'set -- -5' 'set 1.5' 'set 1721183934000' 'set x' 'get --force' 'set --clear' \
		'failed x' 'key x' 'identity x' 'lock x' 'get --older' 'set --force' 'get --cursor-store file:' 'get --cursor-store x'; do
		run --separate-stderr bash -c "cursor $call </dev/null"
		[ "$status" -eq 2 ] || { echo "cursor $call: $status"; false; }
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
	run cursor set ''
	[ "$status" -eq 2 ]
	[ ! -e "$FILE" ]
}

@test "the predecessor's last_key is taken when asked for" {
	redis_start
	redis_do SET last_key job-postings-raw/1721183934.jsonl >/dev/null
	is_at 0
	cursor import
	is_at 1721183934
	redis_do SET other 1721183900 >/dev/null
	run cursor import other
	[ "$status" -eq 1 ]
	cursor import other --force
	is_at 1721183900
	redis_do SET other no-number >/dev/null
	run --separate-stderr cursor import other
	[ "$status" -eq 1 ]
	[[ $stderr == *no-number* ]]
	run cursor import absent
	[ "$status" -eq 1 ]
	is_at 1721183900
}

# --- the file ---

@test "the file is a number and lines that a person can read" {
	in_file
	set_from bash -c 'failure a 0 1 10 false; receipt b 0 2 20'
	[ "$(head -n 1 "$FILE")" = 20 ]
	[ "$(sed -n 2p "$FILE" | jq -r '.key + " " + .identity')" = "seniority:identity $(cursor identity)" ]
	[ "$(sed 1,2d "$FILE" | jq -r .key)" = job-postings-raw/a ]
	[ "$(cursor failed | jq -r .key)" = job-postings-raw/a ]
	[ "$(find "$BATS_TEST_TMPDIR" -maxdepth 1 -name 'the.cursor*' | wc -l)" -eq 2 ] # it and its lock
}

@test "a damaged file is an error, never 0" {
	in_file
	local bad
	for bad in '' x 17x '17' $'\n17\n' ' 17\n' '-5\n' '99999999999999999999\n' '17 18\n'; do
		printf '%b' "$bad" >"$FILE"
		cp "$FILE" "$FILE.before"
		run --separate-stderr cursor get
		[ "$status" -eq 1 ]
		[ -z "$output" ]
		[[ $stderr == *damaged* ]]
		run cursor set 20
		[ "$status" -eq 1 ]
		run bash -c 'receipt a 0 1 10 | cursor set'
		[ "$status" -eq 1 ]
		cmp "$FILE" "$FILE.before"
	done
	cursor set 20 --force
	is_at 20
	printf '20\n%s\n{"key":"a"}\n{"key":\n' "$(sed -n 2p "$FILE")" >"$FILE"
	is_at 20
	run cursor failed
	[ "$status" -eq 1 ]
	[ -z "${output##*damaged*}" ]
	run cursor set 30
	[ "$status" -eq 1 ]
	is_at 20
}

@test "a folder that is not there is an error, never 0" {
	run --separate-stderr cursor get --cursor-store "file:$BATS_TEST_TMPDIR/not/mounted"
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	run --separate-stderr cursor get --cursor-store "file:$BATS_TEST_TMPDIR"
	[ "$status" -eq 2 ]
	[ -z "$output" ]
}

@test "the file keeps its mode, and a link to it stays" {
	in_file
	cursor set 1
	chmod 600 "$FILE"
	ln -s "$FILE" "$BATS_TEST_TMPDIR/link"
	CURSOR_STORE=file:$BATS_TEST_TMPDIR/link cursor set 2
	[ -L "$BATS_TEST_TMPDIR/link" ]
	[ "$(stat -c %a "$FILE")" = 600 ]
	is_at 2
}

@test "a full disk leaves the old file whole" {
	in_file
	cursor set 5
	run bash -c 'ulimit -f 0; trap "" XFSZ; cursor set 7'
	[ "$status" -eq 1 ]
	is_at 5
	[ ! -e "$FILE.tmp" ]
}

@test "kill -9 at any moment leaves a whole file" {
	in_file
	cursor set 1
	local i last=1 now
	for i in $(seq 40); do
		(for n in $(seq $((i * 100)) $((i * 100 + 99))); do receipt x 0 1 "$n"; done) |
			timeout -s KILL "0.0$((i % 10))" "$BIN/cursor" set 2>/dev/null || true
		now=$(cursor get)
		[ "$now" -ge "$last" ]
		last=$now
	done
}

@test "the lock of a process that is stuck: 75" {
	in_file
	cursor set 5
	exec 9>"$FILE.lock"
	flock 9
	run --separate-stderr cursor set 6 9>&-
	exec 9>&-
	[ "$status" -eq 75 ]
	[[ $stderr == *"held by another process"* ]]
	is_at 5
}

# --- Redis ---

@test "a stored value that is not a number is an error, never 0" {
	redis_start
	redis_do SET "$KEY" 17x >/dev/null
	run --separate-stderr cursor get
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	run cursor set 20
	[ "$status" -eq 1 ]
	cursor set 20 --force
	is_at 20
	redis_do DEL "$KEY" >/dev/null
	redis_do RPUSH "$KEY" 1 >/dev/null
	run --separate-stderr cursor get
	[ "$status" -eq 1 ]
	[[ $stderr == *WRONGTYPE* ]]
}

@test "if failed objects cannot be recorded, the cursor does not pass them" {
	redis_start
	cursor set 5
	redis_do SET "$KEY:failed" x >/dev/null
	set_from bash -c 'failure a 5 1 10 false; receipt b 5 2 20'
	[ "$status" -eq 1 ]
	[[ $stderr == *WRONGTYPE* ]]
	is_at 5
}

@test "a strange record among the failed still gives one JSON object a line" {
	redis_start
	redis_do HSET "$KEY:failed" a $'{"key":"a",\n"x":1}' b '{"key":"c"}' c 'x' d '{"key":"d"}' >/dev/null
	run -0 bash -c 'cursor failed | jq -c .key'
	[ "$output" = $'"a"\n"b"\n"c"\n"d"' ]
}

@test "a Redis that is down: get prints nothing, exit 75" {
	redis_start
	redis_stop
	run --separate-stderr cursor get
	[ "$status" -eq 75 ]
	[ -z "$output" ]
	set_from bash -c 'receipt a 0 1 10'
	[ "$status" -eq 75 ]
	run cursor failed
	[ "$status" -eq 75 ]
}

@test "a Redis that goes away in between is waited for; the reading goes on" {
	redis_start
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	cursor set <"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	local pid=$!
	exec 9>"$BATS_TEST_TMPDIR/pipe"
	receipt a 0 1 10 >&9
	wait_until 10 is_at 10
	redis_do SAVE
	redis_stop -9
	receipt b 0 2 20 >&9
	wait_until 10 grep -q 'not saved' "$BATS_TEST_TMPDIR/err"
	receipt c 0 3 30 >&9
	rm -f "$REDIS_SOCKET"
	redis_start 9>&- # else the pipe never ends
	wait_until 10 is_at 30
	exec 9>&-
	wait "$pid"
	[ "$(grep -c 'not saved' "$BATS_TEST_TMPDIR/err")" -eq 1 ]
	[ "$(grep -c 'saved again' "$BATS_TEST_TMPDIR/err")" -eq 1 ]
}

# What failed for good before was recorded beside it, and may be lost with it: the next run has to find that again.
lost() {
	mkfifo "$BATS_TEST_TMPDIR/pipe.$1"
	cursor set <"$BATS_TEST_TMPDIR/pipe.$1" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	local pid=$! ended=0
	exec 9>"$BATS_TEST_TMPDIR/pipe.$1"
	failure a 0 1 10 false >&9
	wait_until 10 is_at 10
	"${@:2}"
	receipt b 0 2 20 >&9
	wait_until 10 grep -q 'the cursor is not saved: .*: the cursor was 10 and is 0 now: it was lost, or moved back' "$BATS_TEST_TMPDIR/err"
	receipt c 0 3 30 >&9
	exec 9>&-
	wait "$pid" || ended=$?
	[ "$ended" -eq 1 ] # of a; else 75
	is_at 0
}


@test "a cursor that is lost in the middle of a run is not moved on by it" {
	redis_start
	lost redis redis_do FLUSHALL
	in_file
	lost file rm "$FILE"
	# a person's own step back counts as well
	lost forced cursor set 0 --force
}

@test "a Redis that goes away for good: all is read, exit 75" {
	redis_start
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	cursor set <"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	local pid=$! ended=0
	exec 9>"$BATS_TEST_TMPDIR/pipe"
	receipt a 0 1 10 >&9
	wait_until 10 is_at 10
	redis_stop -9
	receipt b 0 2 20 >&9
	wait_until 10 grep -q 'not saved' "$BATS_TEST_TMPDIR/err"
	exec 9>&-
	wait "$pid" || ended=$?
	[ "$ended" -eq 75 ]
	grep -q '^cursor: the cursor is not saved: ' "$BATS_TEST_TMPDIR/err"
}

@test "a connection that the server closed meanwhile is reopened silently" {
	redis_start
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	cursor set <"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	local pid=$!
	exec 9>"$BATS_TEST_TMPDIR/pipe"
	receipt a 0 1 10 >&9
	wait_until 10 is_at 10
	redis_do CLIENT KILL TYPE normal SKIPME yes >/dev/null
	receipt b 0 2 20 >&9
	wait_until 10 is_at 20
	exec 9>&-
	wait "$pid"
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
}

@test "the cursor and the list of the failed lie in one slot of a cluster" {
	redis_start
	[ "$(redis-cli -s "$REDIS_SOCKET" --raw EVAL 'return {KEYS[1], KEYS[2]}' 2 "$KEY" "$KEY:failed" | wc -l)" -eq 2 ]
	[[ $KEY =~ \{([^}]+)\} ]]
	local tag=${BASH_REMATCH[1]}
	[ -n "$tag" ]
	[[ "$KEY:failed" == *"{$tag}@"*":failed" ]]
	# and with them what an older version has
	[ "$(cursor key --older --endpoint-url https://s3.amazonaws.com)" = "seniority:cursor:{$tag}" ]
}
