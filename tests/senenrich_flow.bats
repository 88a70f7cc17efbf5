# How senenrich reads and writes: in blocks, as far as its window goes, and without gRPC where nothing is missing.

load helper

setup() {
	sandbox
	redis_start
}

teardown() {
	[ -z "${pid:-}" ] || kill -KILL "$pid" 2>/dev/null || true
	servers_stop
}

# counted NAME: of what process $pid has read and written so far (rchar, wchar, syscr, syscw).
counted() {
	awk -v name="$1:" '$1 == name { print $2 }' "/proc/$pid/io"
}

lines_out() {
	[ "$(wc -l <out)" = "$1" ]
}

@test "no system call a line" {
	senserve_start
	postings 2000 | jq -c '.company = .url' >part
	for _ in {1..50}; do cat part; done >in
	mkfifo pipe
	senenrich <pipe >out 3>&- &
	pid=$!
	exec 9>pipe
	cat in >&9
	wait_until 20 lines_out 100000
	# 15 MB: a read takes what a pipe holds, or what has come of it; a write is a block
	(($(counted syscr) < 10000))
	(($(counted syscw) < 2000))
	exec 9>&-
	wait "$pid"
}

threads() {
	find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l
}

@test "gRPC starts with the first miss" {
	senserve_start
	sencache set a CFO 6
	mkfifo pipe
	senenrich <pipe >out 3>&- &
	pid=$!
	exec 9>pipe
	echo '{"company":"a","title":"CFO"}' >&9
	wait_until 10 lines_out 1
	[ "$(threads)" = 1 ]
	echo '{"company":"b","title":"CFO"}' >&9
	wait_until 10 lines_out 2
	(($(threads) > 1))
	exec 9>&-
	wait "$pid"
}

# still BYTES: whether it has read so much, and no more half a second later.
still() {
	local before
	before=$(counted rchar)
	((before > $1)) || return 1
	sleep 0.5
	(($(counted rchar) < before + 1000)) # gRPC reads some bytes to wake itself
}

@test "while the model is silent, the input is read until the window is full, and no further" {
	senserve_start --latency 3600000
	sengen --count 100000 --pairs 20000000 --seed 1 >in
	(($(stat -c %s in) > 12000000))
	senenrich --window 3M --batch 500 <in >out 3>&- &
	pid=$!
	wait_until 25 still 1500000
	# the window (of the lines and what is known of them), a batch that is being filled, a block that is being read, and the program's own files
	(($(counted rchar) < 5000000))
	[ ! -s out ]
}

@test "with a model of half a millisecond and with one of two seconds: the same output within the same memory" {
	sengen --count 60000 --pairs 20000000 --seed 1 >in
	senserve_start
	senenrich --window 2M --batch 500 --stats quick <in >out
	sed -E 's/,"seniority":[1-7]\}$/}/' out | cmp in
	senserve_stop
	redis_do FLUSHALL
	senserve_start --latency 2000
	# 15 calls at a time, of what the window holds
	senenrich --window 2M --batch 500 --rpc-batch 4000 --rpc-parallel 16 --stats slow <in | cmp out
	[ "$(jq .repeated <<<"$(senserve_stop)")" = 0 ]
	(($(jq .peak_kib slow) < $(jq .peak_kib quick) + 16384))
}

@test "twenty cold processes share a model: no call is cancelled, no pair asked twice" {
	local i pids=()
	senserve_start --rate 2000
	# with four calls each, of 50 ms, the last would wait 4 s; one each waits 1 s
	export RPC_BATCH=100 RPC_TIMEOUT=3s RPC_PATIENCE=2s
	for i in {1..20}; do
		postings 1000 | jq -c --arg i "$i" '.company = "\($i) " + .url' >"in$i"
		senenrich <"in$i" >"out$i" 2>"log$i" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	senserve_stop >counts
	[ "$(jq -c '[.pairs, .repeated, .failed, .cancelled]' counts)" = '[20000,0,0,0]' ]
	[ "$(cat out* | grep -c '"seniority":[1-7]}$')" = 20000 ]
	[ ! -s log1 ]
}

@test "a reader that leaves: no more is read or asked, and the answers of a call under way are kept" {
	senserve_start --latency 2000
	postings 50 >in
	mkfifo pipe readable
	senenrich --rpc-batch 50 --stats stats <pipe >readable 2>log 3>&- &
	pid=$!
	exec 9>pipe 8<readable
	cat in >&9
	# the model prints its counts at SIGUSR1: the call has come
	asked() { kill -USR1 "$(server_pid senserve)" && grep -q '"calls":1' "$(here)/senserve.out"; }
	wait_until 10 asked
	exec 8<&-
	# it does not wait for more input, nor for something to write
	status=0
	wait "$pid" || status=$?
	exec 9>&-
	[ "$status" -eq 141 ]
	pairs=$(jq -c '[.company, .title]' in | sort -u | wc -l)
	[ "$(jq .pairs_asked stats)" = "$pairs" ]
	senserve_stop >counts
	# all of it is known now
	senenrich <in 2>log | sed -E 's/,"seniority":[1-7]\}$/}/' | cmp - in
}

@test "max_pairs: no more are asked in a run; what needs more is left for the next one; none is asked twice" {
	local i claims
	for claims in true false; do
		redis_do FLUSHALL >/dev/null
		rm -rf "${RAW:?}"/* "$MOD" one known two
		senserve_start
		for i in {0..3}; do
			postings 10 | jq -c --arg i "$i" '.company = "\($i) " + .url' >"$RAW/172118393$i.jsonl"
		done
		export CACHE_CLAIMS=$claims RPC_BATCH=7
		s3ls >objects
		# two objects and a half
		MAX_PAIRS=25 run -75 --separate-stderr bash -c 's3cat -P 1 <objects | senenrich --batch 10 --stats one | s3put >receipts'
		[ "$(jq .pairs_asked one)" = 25 ]
		[ "$(grep -c 'max_pairs: this run may ask for no more than 25: objects that need more are left' <<<"$stderr")" = 1 ]
		[ "$(grep -c '"temporary":true' receipts)" = 2 ]
		[[ $(tail -n 1 receipts) == *'max_pairs: this run may ask for no more than 25'* ]]
		[ "$(find "$MOD" -name '*.jsonl' | wc -l)" = 2 ]
		# all known: the budget is of no concern
		MAX_PAIRS=0 run -0 bash -c 'head -n 2 objects | s3cat | senenrich --stats known | s3put'
		[ "$(jq .pairs_asked known)" = 0 ]
		s3cat <objects | senenrich --stats two | s3put >receipts
		[ "$(jq .pairs_asked two)" = 15 ]
		senserve_stop >counts
		[ "$(jq -c '[.pairs, .repeated]' counts)" = '[40,0]' ]
	done
}

@test "no thread to be had for gRPC: 75 and the reason, at once" {
	# ASan reserves the whole address space: no limit of that goes with it
	! grep -q __asan_init "$BIN/senenrich" || return 0
	senserve_start
	sencache set a CFO 6
	mkfifo pipe
	senenrich <pipe >out 2>log 3>&- &
	pid=$!
	exec 9>pipe
	echo '{"company":"a","title":"CFO"}' >&9
	wait_until 10 lines_out 1
	# room for the stacks of a few threads
	prlimit --pid "$pid" --as=$(($(awk '/^VmSize/ { print $2 }' "/proc/$pid/status") * 1024 + 30000000))
	echo '{"company":"b","title":"CFO"}' >&9
	status=0
	wait "$pid" || status=$?
	exec 9>&-
	cat log
	[ "$status" -eq 75 ]
	grep -qE '^senenrich: gRPC needs [0-9]+ threads, and only [0-9]+ can be started \(see ulimit -u, ulimit -v and the pids limit\): ' log
	senserve_stop >counts
	[ "$(jq .calls counts)" = 0 ]
}
