# senenrich and a Redis that fails in each of the ways a real one does: the postings go through, and each has its own answer.

load helper

setup() {
	sandbox
	senserve_start
}

# Postings without a pair that comes twice, and what becomes of them.
prepare() { # COUNT
	postings "$1" | jq -c '.company = .url' >in
	GRPC_SERVER_ADDRESS=$GRPC_SERVER_ADDRESS REDIS_SOCKET=$(here)/nobody.sock senenrich <in >expected 2>/dev/null
	[ "$(grep -c '"seniority":[1-7]}$' expected)" = "$1" ]
}

running() { # OPTION...: senenrich between a pipe, whose end is fd 9, and `out`
	mkfifo pipe
	senenrich "$@" <pipe >out 2>log 3>&- &
	pid=$!
	exec 9>pipe
}

ended() {
	exec 9>&-
	wait "$pid"
}

# One posting more, until Redis was found to be back.
nudged() {
	grep -q 'answers again' log && return
	echo '{"company":"x","title":"CFO"}' >&9
	return 1
}

cached() { # COUNT
	[ "$(sencache stats --json 2>/dev/null | jq .pairs)" = "$1" ]
}

@test "Redis that stops answering is given up after the time-out; its late answers are dropped" {
	prepare 4000
	redis_start
	export REDIS_TIMEOUT=3s # of which a busy machine's pause is no part
	senenrich <in >/dev/null # all of them are known
	running --batch 100
	head -n 1000 in >&9
	wait_until 10 grep -q seniority out
	kill -STOP "$(server_pid redis)"
	tail -n +1001 in | head -n 1000 >&9
	wait_until 20 grep -q 'redis_timeout.*going on without the cache' log
	kill -CONT "$(server_pid redis)"
	wait_until 20 nudged # it is tried again when there is something to ask
	tail -n +2001 in >&9
	ended
	grep -v '"company":"x"' out | cmp expected
	[ "$(grep -c 'going on without' log)" = 1 ]
}

@test "if Redis ends the connection, it is reopened silently" {
	prepare 2000
	redis_start
	running --batch 100
	head -n 1000 in >&9
	wait_until 10 grep -q seniority out
	redis_do CLIENT KILL TYPE normal SKIPME yes >/dev/null
	tail -n +1001 in >&9
	ended
	cmp expected out
	[ ! -s log ]
	cached 2000
}

@test "Redis that is still loading: one warning, and on without it; with --require-cache: 75" {
	prepare 500
	redis_start --rdb-key-save-delay 0 --enable-debug-command yes
	redis_restart_loading
	senenrich <in >out 2>log
	cmp expected out
	grep -q 'LOADING.*going on without the cache' log
	run -75 --separate-stderr senenrich --require-cache <in
	[ -z "$output" ]
	redis_stop -9
}

@test "a replica answers, and is not written to" {
	prepare 1000
	local port
	port=$(free_port)
	server_run master redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$(here)"
	wait_until 10 port_open "$port"
	head -n 500 in | REDIS_PORT=$port senenrich >/dev/null
	redis_start --replicaof 127.0.0.1 "$port"
	wait_until 20 cached 500
	senenrich --stats stats <in >out 2>log
	cmp expected out
	[ "$(jq -c '[.redis, .model]' stats)" = '[500,500]' ]
	[ "$(grep -c READONLY log)" = 1 ]
	grep -q '500 answers .* could not be stored' log
	cached 500
}

@test "one node of a cluster: said what to connect to, and on without it; with --require-cache: 1" {
	prepare 500
	local port
	port=$(free_port 2)
	server_run node redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$(here)" \
		--cluster-enabled yes --cluster-port $((port + 1)) --cluster-require-full-coverage no
	wait_until 10 port_open "$port"
	# half of the keys are with a node that the others know of
	local other
	mkdir "$(here)/other"
	other=$(free_port 2)
	server_run other redis-server --port "$other" --bind 127.0.0.1 --save '' --appendonly no --dir "$(here)/other" \
		--cluster-enabled yes --cluster-port $((other + 1)) --cluster-require-full-coverage no
	wait_until 10 port_open "$other"
	redis-cli -p "$port" CLUSTER ADDSLOTSRANGE 0 8191 >/dev/null
	redis-cli -p "$other" CLUSTER ADDSLOTSRANGE 8192 16383 >/dev/null
	redis-cli -p "$port" CLUSTER MEET 127.0.0.1 "$other" $((other + 1)) >/dev/null
	wait_until 20 bash -c "redis-cli -p $port CLUSTER NODES | grep -q 8192-16383"
	wait_until 20 bash -c "redis-cli -p $port CLUSTER INFO | grep -q cluster_state:ok"
	unset REDIS_SOCKET
	export REDIS_HOST=127.0.0.1 REDIS_PORT=$port
	senenrich <in >out 2>log
	cmp expected out
	grep -q "one node of a Redis Cluster.*the key is on 127.0.0.1:$other: connect to" log
	run -1 --separate-stderr senenrich --require-cache <in
	[[ $stderr == *"the key is on 127.0.0.1:$other"* ]]
}
