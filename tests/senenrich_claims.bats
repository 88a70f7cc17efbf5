# Several senenrich on the same new data: a pair is asked by one of them, and nobody waits for the dead.

load helper

setup() {
	sandbox
	redis_start
}

claims() {
	redis_do --scan --pattern 'seniority:claim:*'
}

claim_left_ms() {
	local key
	key=$(claims | head -n 1)
	[ "$key" ] && redis_do PTTL "$key"
}

@test "four at once on the same new pairs: each pair is asked once" {
	senserve_start --latency 100
	postings 5000 >in
	local pids=() i
	for i in 1 2 3 4; do
		senenrich --rpc-batch 200 --rpc-parallel 2 <in >"out$i" 3>&- &
		pids+=($!)
	done
	for i in 0 1 2 3; do wait "${pids[i]}"; done
	for i in 1 2 3 4; do cmp out1 "out$i"; done
	senserve_stop >counts
	[ "$(jq .repeated counts)" = 0 ]
	[ "$(jq .pairs counts)" = "$(jq -c '[.company, .title]' in | sort -u | wc -l)" ]
	[ -z "$(claims)" ]
}

@test "a claim is renewed while its call is under way, and not waited for when its process is dead" {
	# one model that never answers, and one that does
	senserve_start --latency 3600000
	senenrich --rpc-timeout 1h <<<'{"company":"a","title":"CFO"}' >out1 2>log1 3>&- &
	local dead=$!
	claimed() { [ -n "$(claims)" ]; }
	wait_until 10 claimed
	aged() { (($(claim_left_ms) < 2500)); }
	wait_until 10 aged
	young() { (($(claim_left_ms) > 2700)); }
	wait_until 10 young
	server_run second env GRPC_SERVER_ADDRESS=unix:second.sock "$BIN/senserve"
	wait_until 20 socket_open second.sock
	GRPC_SERVER_ADDRESS=unix:second.sock senenrich --stats stats <<<'{"company":"a","title":"CFO"}' >out2 3>&- &
	local waiting=$!
	wait_until 10 aged
	wait_until 10 young
	alive "$waiting"
	[ ! -s out2 ]
	kill -KILL "$dead"
	wait "$waiting"
	[ "$(cat out2)" = '{"company":"a","title":"CFO","seniority":7}' ]
	[ "$(jq -c '[.model, .calls]' stats)" = '[1,1]' ]
	[ -z "$(claims)" ]
	server_stop senserve KILL
}

@test "another's answer is taken from Redis, without a call" {
	redis_do SET "seniority:claim:1:$(printf 'a\0CFO' | xxh128sum | cut -d' ' -f1)" 1 PX 600000
	export GRPC_SERVER_ADDRESS=unix:nobody.sock
	senenrich --stats stats <<<'{"company":"a","title":"CFO"}' >out 3>&- &
	local waiting=$!
	sencache set a CFO 6
	wait "$waiting"
	[ "$(cat out)" = '{"company":"a","title":"CFO","seniority":6}' ]
	[ "$(jq -c '[.redis, .calls]' stats)" = '[1,0]' ]
}

@test "with other processes around, their answers are used without a claim" {
	postings 500 | jq -c '.company = .url' >in
	redis_do SET "seniority:claim:1:$(head -n 1 in | jq -j '.company + "\u0000" + .title' | xxh128sum | cut -d' ' -f1)" 1 PX 600000
	senserve_start
	kill -STOP "$(server_pid senserve)"
	senenrich --rpc-batch 10 --rpc-parallel 1 --stats stats <in >out 3>&- &
	local waiting=$!
	ten() { [ "$(claims | wc -l)" -gt 10 ]; }
	wait_until 10 ten
	redis_do CONFIG RESETSTAT
	jq -c '.seniority = 2' in | sencache import
	kill -CONT "$(server_pid senserve)"
	wait "$waiting"
	[ "$(wc -l <out)" = 500 ]
	(($(jq .pairs_asked stats) <= 20))
	# a second call's at most, and now and then that of the first pair
	local calls
	calls=$(redis_do INFO commandstats | sed -n 's/^cmdstat_set:calls=\([0-9]*\).*/\1/p')
	((${calls:-0} < 100))
}

@test "a call that fails for good releases its claims" {
	export GRPC_SERVER_ADDRESS=unix:nobody.sock
	run -75 senenrich --rpc-patience 200ms <<<'{"company":"a","title":"CFO"}'
	[ -z "$(claims)" ]
	senserve_start --omit 1
	run -1 senenrich <<<'{"company":"a","title":"CFO"}'
	[ -z "$(claims)" ]
}

@test "cache_claims: false asks at once" {
	redis_do SET "seniority:claim:1:$(printf 'a\0CFO' | xxh128sum | cut -d' ' -f1)" 1 PX 600000
	senserve_start
	CACHE_CLAIMS=false run -0 senenrich <<<'{"company":"a","title":"CFO"}'
	[ "$output" = '{"company":"a","title":"CFO","seniority":7}' ]
}
