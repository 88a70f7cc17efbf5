# senenrich and a Redis that fails in each of the ways a real one does: the postings go through, and each has its own
# answer, or the model is asked for nothing.

load helper
load tls

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

# refused STATUS TEXT: senenrich ends so, and prints nothing but one error with the text, after warnings if the status is 75.
refused() {
	local want=$1 text=$2 error
	run --separate-stderr senenrich <in
	error=$(grep -v 'warning: ' <<<"$stderr")
	if [ "$status" != "$want" ] || [ -n "$output" ] || [[ $error != *"$text"* || $error == *$'\n'* ]] ||
		[[ $status = 2 && $stderr != "$error" ]]; then
		echo "status $status, not $want with '$text': $stderr"
		return 1
	fi
}

# model_was_asked COUNT: for that many pairs by the whole test; the model ends.
model_was_asked() {
	local asked
	asked=$(senserve_stop | jq .pairs)
	[ "$asked" = "$1" ] || {
		echo "it was asked for $asked pairs"
		return 1
	}
}

# redis_tcp NAME OPTION...: one more server, on a free port, at which senenrich looks from now on.
redis_tcp() {
	local name=$1
	shift
	unset REDIS_SOCKET
	export REDIS_HOST=127.0.0.1 REDIS_PORT
	REDIS_PORT=$(free_port)
	mkdir "$(here)/$name.d"
	server_run "$name" redis-server --port "$REDIS_PORT" --bind 127.0.0.1 --save '' --appendonly no \
		--dir "$(here)/$name.d" "$@"
	wait_until 10 port_open "$REDIS_PORT"
}

@test "a Redis that is not what the settings say: 2 and what to do, and the model is not asked" {
	prepare 100
	local port
	redis_start
	redis_do ACL SETUSER full on '>full' '~seniority:*' +hget +hset +set +pexpire +del +@connection >/dev/null
	redis_do ACL SETUSER none on '>none' '~seniority:*' +@connection >/dev/null
	redis_do ACL SETUSER reads on '>reads' '~seniority:*' +@read +@connection >/dev/null
	redis_do ACL SETUSER claims on '>claims' '~seniority:*' +hget +set +pexpire +del +@connection >/dev/null
	redis_do ACL SETUSER keys on '>keys' '~other:*' +@all >/dev/null
	REDIS_USER=full REDIS_PASSWORD=full senenrich <in | cmp expected
	redis_do FLUSHALL >/dev/null
	for user in none reads claims keys; do
		REDIS_USER=$user REDIS_PASSWORD=$user refused 2 'redis_user needs +hget'
		REDIS_USER=$user REDIS_PASSWORD=$user CACHE_CLAIMS=false refused 2 'redis_user needs +hget'
	done
	REDIS_USER=none REDIS_PASSWORD=wrong refused 2 REDIS_PASSWORD
	redis_do CONFIG SET requirepass right >/dev/null
	refused 2 REDIS_PASSWORD
	REDIS_PASSWORD=wrong refused 2 REDIS_PASSWORD
	REDIS_PASSWORD=right REDIS_DB=99 refused 2 redis_db

	port=$(free_port)
	server_run web "$PYTHON" -m http.server --bind 127.0.0.1 "$port"
	wait_until 20 port_open "$port"
	REDIS_SOCKET='' REDIS_HOST=127.0.0.1 REDIS_PORT=$port refused 2 'is it another server? See redis_host'
	model_was_asked 200 # by prepare, and with all rights
}

@test "a Sentinel: 2, and --check does not say that a run can start" {
	prepare 100
	echo "port $(free_port)" >sentinel.conf
	unset REDIS_SOCKET
	export REDIS_HOST=127.0.0.1 REDIS_PORT
	REDIS_PORT=$(cut -d' ' -f2 sentinel.conf)
	server_run sentinel redis-server sentinel.conf --sentinel --bind 127.0.0.1
	wait_until 10 port_open "$REDIS_PORT"
	refused 2 'is it a Sentinel'
	model_was_asked 100 # by prepare
	senserve_start
	run -2 pipeline.sh --check
	[[ $output == *failure*redis*HGET* && $output != *'can start'* ]]
}

@test "a port for TLS alone: 2, told by its answer to a handshake; a server that just closes cannot be told apart" {
	prepare 100
	local port
	make_certificates certificates >/dev/null 2>&1
	unset REDIS_SOCKET
	export REDIS_HOST=127.0.0.1 REDIS_PORT
	REDIS_PORT=$(free_port)
	server_run tls redis-server --port 0 --tls-port "$REDIS_PORT" --bind 127.0.0.1 --save '' --dir "$PWD" \
		--tls-cert-file certificates/server.pem --tls-key-file certificates/server.key --tls-ca-cert-file certificates/ca.pem
	wait_until 10 port_open "$REDIS_PORT"
	refused 2 'it takes TLS alone'
	run -2 cursor get
	model_was_asked 100
	senserve_start
	port=$(free_port)
	server_run closes "$PYTHON" -c "import socket
s = socket.create_server(('127.0.0.1', $port))
while True: s.accept()[0].close()"
	wait_until 10 port_open "$port"
	REDIS_PORT=$port senenrich <in >out 2>log
	cmp expected out
	grep -q 'going on without the cache' log
}

@test "a Redis that may come to serve: 75 after rpc_patience, and the model is not asked" {
	prepare 100
	export RPC_PATIENCE=600ms
	redis_start --replicaof 127.0.0.1 1
	refused 75 'set redis_host to its primary'
	[[ $stderr == *'READONLY'*'waiting for it'* ]]
	CACHE_CLAIMS=false refused 75 'set redis_host to its primary'
	redis_do CONFIG SET replica-serve-stale-data no >/dev/null
	refused 75 MASTERDOWN
	# its turn comes while we wait
	redis_do CONFIG SET replica-serve-stale-data yes >/dev/null
	RPC_PATIENCE=60s running
	cat in >&9
	wait_until 10 grep -q 'waiting for it' log
	redis_do REPLICAOF NO ONE >/dev/null
	ended
	cmp expected out
	cached 100
	redis_tcp node --cluster-enabled yes --cluster-port "$(free_port)"
	refused 75 CLUSTERDOWN
	model_was_asked 200 # by prepare, and when it was no replica any more
	senserve_start
	redis-cli -p "$REDIS_PORT" CLUSTER ADDSLOTSRANGE 0 16383 >/dev/null # one node that has all keys
	wait_until 20 bash -c "redis-cli -p $REDIS_PORT CLUSTER INFO | grep -q cluster_state:ok"
	senenrich <in >out
	cmp expected out
}

@test "a Redis that becomes a replica during a run: 75, and not one call more" {
	prepare 2000
	redis_start
	export RPC_PATIENCE=600ms
	running --batch 100 --stats stats
	head -n 1000 in >&9
	wait_until 10 grep -q seniority out
	wait_until 10 cached 1000
	redis_do REPLICAOF 127.0.0.1 1 >/dev/null
	tail -n +1001 in >&9 || true # it may have ended by then
	wait_until 20 grep -q 'READONLY.*set redis_host to its primary' log
	local code=0
	ended || code=$?
	[ "$code" = 75 ]
	[ "$(jq .pairs_asked stats)" = 1000 ]
}

@test "Redis that is still loading: 75 after rpc_patience; with --require-cache: 75 at once" {
	prepare 500
	redis_start --rdb-key-save-delay 0 --enable-debug-command yes
	redis_restart_loading
	RPC_PATIENCE=1s refused 75 LOADING
	model_was_asked 500 # by prepare
	senserve_start
	run -75 --separate-stderr senenrich --require-cache <in
	[ -z "$output" ]
	redis_stop -9
}

@test "one node of a cluster: 2 and what to connect to, and the model is not asked; --check says so, too" {
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
	refused 2 "one node of a Redis Cluster"
	[[ $stderr == *": connect to"* ]]
	model_was_asked 500 # by prepare
	senserve_start
	run -2 --separate-stderr senenrich --require-cache <in
	[[ $stderr == *"the key is on 127.0.0.1:$other"* ]]
	run -2 pipeline.sh --check
	[[ $output == *failure*redis*'one node of a Redis Cluster'* && $output != *'can start'* ]]
}

@test "outage_pairs bounds what is paid for and cannot be stored; Redis is tried once more before the run ends" {
	redis_start
	redis_stop
	prepare 2000
	OUTAGE_PAIRS=50 RPC_BATCH=10 run -75 --separate-stderr senenrich --batch 10 --window 16K --stats stats <in
	[[ $stderr == *"answers of the model could not be stored: ending (outage_pairs)"* ]]
	pairs=$(jq .pairs_asked stats)
	# those beyond were in calls, or waited for one
	((pairs >= 50 && pairs < 500))
	head -n 40 in >few
	OUTAGE_PAIRS=50 run -0 --separate-stderr senenrich <few
	[ "$(grep -c seniority <<<"$output")" = 40 ]
	OUTAGE_PAIRS=50 running
	cat few >&9
	answered() { [ "$(wc -l <out)" = 40 ]; }
	wait_until 10 answered
	redis_start 9>&-
	tail -n +41 in | head -n 100 >&9
	ended
	head -n 140 expected | cmp - out
	senenrich --stats known <out >/dev/null
	[ "$(jq .pairs_asked known)" = 0 ]
}
