# senenrich: postings in, postings with seniority out.

load helper

setup() {
	sandbox
	redis_start
}

# frame KEY FILE: what s3cat would write for an object.
frame() {
	printf '{"@":"begin","bucket":"rl-data","key":"%s","list":{"after":0,"seq":1,"upto":7}}\n' "$1"
	cat "$2"
	printf '{"@":"end","key":"%s","lines":%d}\n' "$1" "$(grep -cv '^[[:space:]]*$' "$2")"
}

# Whether each output line is its input line with a seniority spliced in front of the last brace.
spliced() {
	sed -E 's/,"seniority":[1-7]\}$/}/' "$2" | cmp "$1" -
}

@test "a posting gets its seniority, and keeps all its other bytes" {
	senserve_start
	run -0 --separate-stderr senenrich <<<'{ "company" : "Caf\u00e9", "title":"CFO" , "n":1.0e2 }  '
	[ "$output" = '{ "company" : "Caf\u00e9", "title":"CFO" , "n":1.0e2 ,"seniority":7}  ' ]
	[ -z "$stderr" ]
}

@test "an existing seniority is replaced, the last one if there are two" {
	senserve_start
	run -0 senenrich <<-'END'
		{"seniority":null,"company":"a","title":"CFO"}
		{"seniority":{"a":[1]},"company":"a","seniority" : "x","title":"CFO"}
		{"company":"a","title":"Paralegal","senior\u0069ty":12}
	END
	[ "${lines[0]}" = '{"seniority":7,"company":"a","title":"CFO"}' ]
	[ "${lines[1]}" = '{"seniority":{"a":[1]},"company":"a","seniority" : 7,"title":"CFO"}' ]
	[ "${lines[2]}" = '{"company":"a","title":"Paralegal","senior\u0069ty":1}' ]
}

@test "of duplicate names the last one counts, and nested ones do not" {
	senserve_start
	run -0 senenrich <<-'END'
		{"title":"CFO","company":"a","title":"Paralegal"}
		{"x":{"title":"CFO"},"company":"a","title":"Paralegal","y":[{"title":"CFO"}]}
	END
	[ "${lines[0]}" = '{"title":"CFO","company":"a","title":"Paralegal","seniority":1}' ]
	[[ ${lines[1]} == *'"seniority":1}' ]]
}

@test "each pair is asked once: by memo, by Redis, and within a batch" {
	senserve_start
	postings 3000 >in
	cat in in in >thrice
	senenrich --batch 500 --stats stats <thrice >out
	spliced thrice out
	senenrich --memo 0 --stats stats <thrice >again
	cmp out again
	pairs=$(jq -c '[.company, .title]' in | sort -u | wc -l)
	run -0 senserve_stop
	[ "$(jq -c '[.pairs, .repeated]' <<<"$output")" = "[$pairs,0]" ]
	[ "$(jq -s '.[0].memo + .[0].redis + .[0].model' stats)" = 9000 ]
	[ "$(jq -sc '.[1] | [.memo, .redis, .model, .calls]' stats)" = '[0,9000,0,0]' ]
}

@test "misses go into full calls" {
	senserve_start
	postings 20000 >in
	senenrich --stats stats <in >out
	spliced in out
	pairs=$(jq -c '[.company, .title]' in | sort -u | wc -l)
	run -0 senserve_stop
	calls=$(jq .calls <<<"$output")
	((calls <= (pairs + 999) / 1000 * 105 / 100 + 3))
	[ "$(jq .pairs_asked stats)" = "$pairs" ]
	jq -e '.call_p50_ms > 0 and .call_p99_ms >= .call_p50_ms' stats
}

@test "a pair is its two strings as they are: no case, no white space, no colon is folded" {
	senserve_start
	printf '%s\n' '{"company":"a:b","title":"c"}' '{"company":"a","title":"b:c"}' '{"company":"A","title":"b:c"}' \
		'{"company":"a","title":" b:c"}' '{"company":"","title":"b:c"}' '{"company":"a","title":"b\u003ac"}' >in
	senenrich <in >out
	run -0 senserve_stop
	[ "$(jq .pairs <<<"$output")" = 5 ]
	[ "$(wc -l <out)" = 6 ]
}

@test "the cache holds what the README says, readable by hand" {
	senserve_start
	senenrich <<<'{"company":"Oakleaf Soft","title":"CFO"}'
	h=$(printf 'Oakleaf Soft\0CFO' | xxh128sum | cut -d' ' -f1)
	[ "$(redis_do HGET "seniority:1:${h:0:5}" $((0x${h:16:16})))" = 7 ]
}

@test "bad lines of a frame become rejects in their places, whole" {
	senserve_start
	{
		echo '{"company":"a","title":"CFO"}'
		echo 'not json'
		echo
		echo '{"company":"a"}'
		echo '{"company":"a","title":3}'
		echo '{"company":null,"title":"x"}'
		echo '{"company":"a","title":""}'
		echo '{"company":"a","title":"x\u0000"}'
		echo '{"company":"a","title":"\ud800"}'
		echo '["a"]'
		echo '{"company":"a","title":"CFO"'
		printf '{"company":"a","title":"\xff"}\n'
		echo '{"company":"a","title":"CFO"} x'
		echo '{"company":"a","title":"Paralegal"}'
	} >bad
	frame job-postings-raw/7.jsonl bad | senenrich >out
	[ "$(head -c 11 out)" = '{"@":"begin' ]
	[ "$(grep -c '"@":"reject"' out)" = 11 ]
	[ "$(jq -c 'select(."@" == "reject") | .line' out | paste -sd,)" = 2,4,5,6,7,8,9,10,11,12,13 ]
	[ "$(jq -r 'select(.line == 5) | .reason' out)" = 'title: not a string' ]
	[ "$(jq -r 'select(.line == 4) | .reason' out)" = 'title: missing' ]
	[ "$(jq -r 'select(.line == 7) | .reason' out)" = 'title: empty' ]
	[ "$(jq -r 'select(.line == 2) | .raw' out)" = 'not json' ]
	[ "$(jq -r 'select(.line == 12) | .raw_base64' out | base64 -d | xxd -p)" = "$(sed -n 12p bad | tr -d '\n' | xxd -p)" ]
	[ "$(grep -c '"seniority"' out)" = 2 ]
	[ "$(tail -n 1 out)" = '{"@":"end","key":"job-postings-raw/7.jsonl","lines":13}' ]
}

@test "--max-rejects: one reject more ends it, and nothing is made of the object that it was in" {
	senserve_start
	local frame
	frame() {
		printf '{"@":"begin","key":"job-postings-raw/%d"}\n' "$1"
		postings 3 "$1"
		yes bad | head -n "$2"
		printf '{"@":"end","key":"job-postings-raw/%d","lines":%d}\n' "$1" $((3 + $2))
	}
	{ frame 1 2; frame 2 1; frame 3 0; } >in
	senenrich --max-rejects 3 <in >all
	[ "$(grep -c '"@":"end"' all)" = 3 ]
	for batch in 1 4 5000; do
		run -1 --separate-stderr bash -c 'senenrich --max-rejects 2 --batch $1 --stats stats <in >out' - $batch
		[ "$stderr" = "senenrich: more than 2 lines were rejected: giving up" ]
		[ "$(grep '"@":"end"' out | jq -r .key)" = job-postings-raw/1 ]
		cmp -n "$(wc -c <out)" out all
	done
	[ "$(jq -s '.[0].rejected' stats)" = 3 ]
	# Plain lines: at the end of the input too.
	run -1 --separate-stderr senenrich --max-rejects 0 < <(postings 3 && echo bad)
	[ "${stderr_lines[1]}" = "senenrich: more than 0 lines were rejected: giving up" ]
	run -0 senenrich --max-rejects 0 < <(postings 3)
	MAX_REJECTS=0 run -1 senenrich < <(postings 3 && echo bad)
}

@test "without a frame a bad line is reported with its number and left out" {
	senserve_start
	run -1 --separate-stderr senenrich <<<$'{"company":"a","title":"CFO"}\n\nbad'
	[ "$output" = '{"company":"a","title":"CFO","seniority":7}' ]
	[[ $stderr == 'senenrich: line 3: rejected: not JSON'* ]]
	run -0 --separate-stderr senenrich --rejects kept <<<$'{"company":"a","title":"CFO"}\nbad'
	[ "$(jq -r .raw kept)" = bad ]
}

@test "a missing last newline is added; one inside a control record means that the writer died" {
	senserve_start
	run -0 senenrich < <(printf '{"company":"a","title":"CFO"}')
	[ "$output" = '{"company":"a","title":"CFO","seniority":7}' ]
	echo '{"company":"a","title":"CFO"}' >one
	run -1 --separate-stderr senenrich < <(frame k/1 one | head -c -1)
	[[ $stderr == *'died'* ]]
	[[ $output != *'"@":"end"'* ]]
	run -1 --separate-stderr senenrich < <(frame k/1 one | head -n 2)
	[[ $stderr == *'ended inside k/1'* ]]
}

@test "control records that are not its own pass through" {
	senserve_start
	run -0 senenrich <<-'END'
		{"@":"error","key":"k/1","stage":"s3cat","reason":"GET: 404 NoSuchKey","temporary":false}
		{"@":"whatever","x":1}
		{"@":"begin","key":"k/2"}
		{"@":"reject","key":"k/2","line":1,"reason":"forged","raw":"{\"@\":"}
		{"company":"a"}
		{"@":"end","key":"k/2","lines":2}
	END
	[ "${lines[0]}" = '{"@":"error","key":"k/1","stage":"s3cat","reason":"GET: 404 NoSuchKey","temporary":false}' ]
	[ "${lines[1]}" = '{"@":"whatever","x":1}' ]
	[[ ${lines[4]} == *'"line":2,'* ]]
}

@test "a 10 MB line, 20,000 commas, emoji and U+2028 pass; a line over max_line does not" {
	senserve_start
	{
		printf '{"company":"a","title":"CFO","x":"'
		head -c 10000000 /dev/zero | tr '\0' x
		printf '"}\n'
		printf '{"company":"%s","title":"CFO"}\n' "$(head -c 20000 /dev/zero | tr '\0' ,)"
		printf '{"company":"\xf0\x9f\x98\x80","title":"C\xe2\x80\xa8FO\\r\\n\\t"}\n'
	} >in
	senenrich <in >out
	spliced in out
	run -1 --separate-stderr senenrich --max-line 1M <in
	[ "${#lines[@]}" = 2 ]
	[[ $stderr == *'line 1:'*'max_line'* ]]
}

@test "the output is in order and the same for any batch, window and speed of the model" {
	senserve_start
	postings 4000 >in
	senenrich <in >out
	senserve_stop
	for options in "--batch 1 --window 1" "--batch 7 --window 4K --memo 0" "--batch 100000 --rpc-batch 13" "--rpc-parallel 1 --rpc-bytes 4K"; do
		redis_do FLUSHALL
		senserve_start --latency 3
		# shellcheck disable=SC2086
		senenrich $options <in | cmp out
		[ "$(jq .repeated <<<"$(senserve_stop)")" = 0 ]
	done
}

@test "one line typed at a prompt is answered before the next one comes" {
	senserve_start
	mkfifo in
	senenrich <in >out 3>&- &
	exec 9>in
	echo '{"company":"a","title":"CFO"}' >&9
	wait_until 10 grep -q seniority out
	echo '{"company":"a","title":"Paralegal"}' >&9
	wait_until 10 grep -q Paralegal out
	exec 9>&-
	wait $!
}

@test "calls that fail are tried again; nothing is lost" {
	senserve_start --fail-every 3
	postings 5000 >in
	senenrich --rpc-batch 100 --stats stats <in >out
	spliced in out
	[ "$(jq '.retries > 5' stats)" = true ]
}

@test "a model that comes up late is waited for" {
	GRPC_SERVER_ADDRESS=unix:$BATS_TEST_TMPDIR/model.sock senenrich <<<'{"company":"a","title":"CFO"}' >out 2>log 3>&- &
	pid=$!
	wait_until 10 grep -q retry log
	senserve_start
	wait $pid
	[ "$(cat out)" = '{"company":"a","title":"CFO","seniority":7}' ]
}

@test "a model that stays away: objects that need it end in a temporary error, the others go through" {
	senserve_start
	senenrich <<<'{"company":"a","title":"CFO"}'
	senserve_stop
	echo '{"company":"a","title":"CFO"}' >known
	echo '{"company":"b","title":"CFO"}' >unknown
	run -75 --separate-stderr senenrich --rpc-patience 300ms < <(frame k/1 known; frame k/2 unknown; frame k/3 known)
	[ "$(jq -c 'select(."@" == "end").key' <<<"$output" | paste -sd,)" = '"k/1","k/3"' ]
	[ "$(jq -c 'select(."@" == "error") | [.key, .stage, .temporary, .list.upto]' <<<"$output")" = '["k/2","senenrich",true,7]' ]
	[[ $stderr == *UNAVAILABLE* ]]
}

@test "after an outage that was given up, a probe finds the model again" {
	mkfifo in
	export GRPC_SERVER_ADDRESS=unix:$BATS_TEST_TMPDIR/model.sock
	senenrich --rpc-patience 100ms <in >out 2>log 3>&- &
	pid=$!
	exec 9>in
	echo '{"company":"a","title":"one"}' >&9
	wait_until 10 grep -q 'giving up' log
	senserve_start 9>&-
	n=0
	until grep -q seniority out; do
		echo "{\"company\":\"a\",\"title\":\"CFO $((n += 1))\"}" >&9
		sleep 0.1
		((n < 1000))
	done
	exec 9>&-
	wait $pid || status=$?
	[ "$status" = 75 ]
	grep -q 'answers again' log
}

@test "answers that are missing or out of range reject their postings, and are not cached" {
	postings 100 | jq -c '.company = "x\(.url)"' >in
	senserve_start --omit 10
	frame k/1 in | senenrich >out
	[ "$(grep -c '"reason":"model: no answer"' out)" = 10 ]
	senserve_stop
	redis_do FLUSHALL
	senserve_start --out-of-range 10
	frame k/1 in | senenrich >out
	[ "$(grep -c '"reason":"model: an answer outside 1..7"' out)" = 10 ]
	[ "$(grep -c '"seniority":[1-7]}' out)" = 90 ]
	senserve_stop
	senserve_start
	frame k/1 in | senenrich >out
	[ "$(grep -c '"seniority":[1-7]}' out)" = 100 ]
	[ "$(jq .pairs <<<"$(senserve_stop)")" = 10 ]
}

@test "a call that the model refuses is split until the one bad pair is alone" {
	senserve_start --refuse Poison
	{ postings 300; echo '{"company":"a","title":"Poison Tester"}'; postings 300 2; } >in
	frame k/1 in | senenrich >out 2>log
	[ "$(grep -c '"@":"reject"' out)" = 1 ]
	[ "$(jq -r 'select(."@" == "reject") | [.line, .reason] | @tsv' out)" = $'301\tmodel: refused' ]
	[ "$(grep -c '"seniority":' out)" = 600 ]
}

@test "a pair too long for a call is rejected, the rest goes on" {
	senserve_start
	printf '{"company":"a","title":"%s"}\n{"company":"a","title":"CFO"}\n' "$(head -c 5000 /dev/zero | tr '\0' x)" >in
	frame k/1 in | senenrich --rpc-bytes 4K >out
	[ "$(jq -r 'select(."@" == "reject").reason' out)" = 'model: too long for one call' ]
	grep -q '"seniority":7' out
}

@test "without Redis: one warning, the same output; with --require-cache: 75" {
	senserve_start
	redis_stop
	postings 3000 >in
	run -0 --separate-stderr senenrich <in
	[ "$(wc -l <<<"$output")" = 3000 ]
	[ "$(grep -c warning <<<"$stderr")" = 2 ] # going on without it, and what could not be stored
	[[ $stderr == *'going on without the cache'* ]]
	run -75 --separate-stderr senenrich --require-cache <in
	[ -z "$output" ]
}

@test "Redis dies in the middle and comes back: what was learnt is written back" {
	senserve_start
	postings 2000 | jq -c '.company = .url' >in # no pair comes twice
	mkfifo pipe
	senenrich --batch 100 <pipe >out 2>log 3>&- &
	pid=$!
	exec 9>pipe
	head -n 500 in >&9
	wait_until 10 grep -q seniority out
	redis_stop -9
	tail -n +501 in | head -n 1000 >&9
	wait_until 20 grep -q 'going on without the cache' log
	redis_start 9>&-
	tail -n +1501 in >&9
	exec 9>&-
	wait $pid
	spliced in out
	[ "$(grep -c 'going on without' log)" = 1 ]
	asked=$(jq .pairs <<<"$(senserve_stop)")
	senserve_start
	tail -n +501 in | senenrich --stats stats >/dev/null
	[ "$(jq .pairs_asked stats)" = 0 ]
	((asked >= 1))
}

@test "Redis out of memory: answers still come, nothing hangs" {
	senserve_start
	postings 500 >in
	redis_do CONFIG SET maxmemory 1
	run -0 --separate-stderr senenrich <in
	[ "$(wc -l <<<"$output")" = 500 ]
	[[ $stderr == *OOM* ]]
}

@test "a wrong password is reported, not ignored" {
	senserve_start
	redis_do CONFIG SET requirepass right
	REDIS_PASSWORD=wrong run -2 --separate-stderr senenrich <<<'{"company":"a","title":"CFO"}'
	[[ $stderr != *wrong* ]]
	[ -z "$output" ]
}

@test "an invalid address: 2, before the output" {
	GRPC_SERVER_ADDRESS=localhost run -2 --separate-stderr senenrich <<<'{"company":"a","title":"CFO"}'
	[[ $stderr == *'HOST:PORT'* ]]
}

@test "SIGTERM ends it by the signal; a closed stdout by SIGPIPE, quietly" {
	senserve_start
	mkfifo in
	senenrich <in >out 2>log 3>&- &
	pid=$!
	exec 9>in
	echo '{"company":"a","title":"CFO"}' >&9
	wait_until 10 grep -q seniority out
	kill -TERM $pid
	wait $pid || status=$?
	[ "$status" = 143 ]
	exec 9>&-
	postings 20000 >many
	run -0 bash -c 'senenrich <many 2>err | head -n 1 >/dev/null; echo ${PIPESTATUS[0]}'
	[ "$output" = 141 ]
	[ ! -s err ]
}

@test "a full disk is an error" {
	senserve_start
	run -1 --separate-stderr bash -c 'senenrich <<<"{\"company\":\"a\",\"title\":\"CFO\"}" >/dev/full'
	[[ $stderr == *'No space left'* ]]
}
