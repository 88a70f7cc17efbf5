# The connection to Redis, seen through cursor: every way in which a real server refuses or fails.

load helper

setup() {
	sandbox
}

# redis_tcp NAME OPTION...: one more Redis, on a free port; sets PORT.
redis_tcp() {
	local name=$1
	shift
	PORT=$(free_port)
	mkdir -p "$(here)/$name.d"
	server_run "$name" redis-server --port "$PORT" --bind 127.0.0.1 --save '' --appendonly no --dir "$(here)/$name.d" "$@"
	wait_until 10 port_open "$PORT"
}

# refused STATUS TEXT COMMAND...: ends so, prints nothing, and one line with the text.
refused() {
	local want=$1 text=$2
	shift 2
	run --separate-stderr "$@"
	[ "$status" -eq "$want" ] || {
		echo "status $status: $stderr"
		return 1
	}
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *"$text"* ]] || {
		echo "$stderr"
		return 1
	}
}

@test "TCP, an own database, and a socket that wins over the host" {
	redis_tcp one
	cursor set 7 --redis-port "$PORT"
	[ "$(redis-cli -p "$PORT" -n 0 DBSIZE)" = 1 ]
	cursor set 8 --redis-port "$PORT" --redis-db 3
	[ "$(redis-cli -p "$PORT" -n 3 DBSIZE)" = 1 ]
	[ "$(cursor get --redis-port "$PORT")" = 7 ]
	[ "$(cursor get --redis-port "$PORT" --redis-host 127.0.0.1)" = 7 ]
	redis_start
	cursor set 9 --redis-port "$PORT"
	[ "$(redis_do DBSIZE)" = 1 ]
	[ "$(cursor get --redis-socket '' --redis-port "$PORT")" = 7 ]
}

@test "settings come from config.yaml, .env and the environment" {
	redis_tcp one
	echo "redis_port: $PORT" >>config.yaml
	cursor set 7
	printf 'REDIS_DB=2\n' >.env
	[ "$(cursor get)" = 0 ]
	[ "$(REDIS_DB=0 cursor get)" = 7 ]
}

@test "IPv6" {
	local port
	needs ipv6
	port=$(free_port)
	server_run six redis-server --port "$port" --bind ::1 --save '' --dir "$(here)"
	wait_until 10 redis-cli -h ::1 -p "$port" PING
	cursor set 7 --redis-host ::1 --redis-port "$port"
	refused 75 "redis://[::1]:1/0" cursor get --redis-host ::1 --redis-port 1
}

@test "a password" {
	redis_start --requirepass 'a secret'
	refused 2 "asks for a password" cursor get
	export REDIS_PASSWORD='a secret'
	cursor set 7
	[ "$(cursor get)" = 7 ]
	REDIS_PASSWORD='another secret' refused 2 "not accepted" cursor get
	[[ $stderr != *secret* ]]
	REDIS_USER=nobody refused 2 "not accepted" cursor get
	[ "$(REDIS_USER=default cursor get)" = 7 ]
}

@test "a password that the server does not ask for" {
	redis_start
	REDIS_PASSWORD='a secret' refused 2 "asks for none" cursor get
	[[ $stderr != *secret* ]]
}

@test "a server that repeats what it was sent does not make us print the password" {
	redis_start --rename-command AUTH ''
	REDIS_PASSWORD='a secret' refused 2 "does not know AUTH" cursor get
	[[ $stderr != *secret* ]]
}

@test "a user with few rights" {
	redis_start
	redis_do ACL SETUSER reader on '>a secret' '~seniority:*' +@read +@connection >/dev/null
	redis_do ACL SETUSER nopass on nopass '~*' +@all >/dev/null
	cursor set 7
	export REDIS_USER=reader REDIS_PASSWORD='a secret'
	[ "$(cursor get)" = 7 ]
	refused 1 "NOPERM" cursor set 8
	[ "$(REDIS_USER=nopass REDIS_PASSWORD='' cursor get)" = 7 ]
}

@test "a database that is not there" {
	redis_start
	refused 2 "redis_db" cursor get --redis-db 99
}

@test "TLS is refused in words" {
	REDIS_TLS=true refused 2 "redis_tls" cursor get
}

@test "down: refused, no such socket, no such host" {
	refused 75 "Connection refused" cursor get --redis-port "$(free_port)"
	refused 75 "No such file" cursor get --redis-socket "$BATS_TEST_TMPDIR/none"
	refused 75 "redis://no-such-host.invalid:6379/0" cursor get --redis-host no-such-host.invalid
}

@test "a web server on that port" {
	local port
	port=$(free_port)
	server_run web "$PYTHON" -m http.server --bind 127.0.0.1 "$port"
	wait_until 20 port_open "$port"
	refused 2 "does not answer as Redis does" cursor get --redis-port "$port"
}

@test "a server that takes the connection and says nothing" {
	local port
	port=$(free_port)
	server_run mute "$PYTHON" -c "import socket, time
s = socket.create_server(('127.0.0.1', $port))
time.sleep(600)"
	wait_until 20 port_open "$port"
	refused 75 "no answer within 0.3 s (redis_timeout)" cursor get --redis-port "$port" --redis-timeout 300ms
}

@test "a server that is stopped, and one that pauses" {
	redis_start
	cursor set 7
	redis_do CLIENT PAUSE 60000 ALL >/dev/null
	refused 75 "no answer within 0.3 s (redis_timeout)" cursor get --redis-timeout 300ms
	kill -STOP "$(server_pid redis)"
	refused 75 "no answer within 0.3 s (redis_timeout)" cursor get --redis-timeout 300ms
	kill -CONT "$(server_pid redis)"
}

@test "a redis_timeout of nothing" {
	refused 2 "redis_timeout" cursor get --redis-timeout 0
}

@test "a server that is still loading" {
	redis_start --rdb-key-save-delay 0 --enable-debug-command yes
	cursor set 7
	redis_restart_loading
	refused 75 LOADING cursor get
	refused 75 LOADING cursor set 8
	redis_stop -9
}

@test "a replica takes no writes" {
	redis_tcp master
	cursor set 7 --redis-port "$PORT"
	local master=$PORT
	redis_start --replicaof 127.0.0.1 "$master"
	wait_until 20 bash -c '[ "$(cursor get)" = 7 ]'
	refused 75 READONLY cursor set 8
	[ "$(cursor get)" = 7 ]
	redis_do CONFIG SET replica-serve-stale-data no >/dev/null
	server_stop master
	wait_until 20 bash -c 'cursor get 2>&1 | grep -q MASTERDOWN'
	refused 75 MASTERDOWN cursor get
}

@test "a full Redis takes no writes, and nothing of a change is done" {
	redis_start
	cursor set 7
	redis_do CONFIG SET maxmemory 1 >/dev/null
	refused 75 OOM cursor set 8
	run --separate-stderr bash -c 'printf "%s\n" "{\"source\":\"a\",\"error\":\"x\",\"stage\":\"s\",\"temporary\":false,\"list\":{\"after\":0,\"seq\":1,\"upto\":9}}" | cursor set'
	[ "$status" -eq 1 ]
	[[ $stderr == *OOM* ]]
	redis_do CONFIG SET maxmemory 0 >/dev/null
	[ "$(cursor get)" = 7 ]
	[ -z "$(cursor failed)" ]
}

@test "a server that cannot save refuses writes" {
	redis_start --save '3600 1'
	cursor set 7
	redis_do CONFIG SET dir "$BATS_TEST_TMPDIR" >/dev/null
	mkdir "$BATS_TEST_TMPDIR/dump.rdb" # nothing can be renamed over it
	run redis_do SAVE
	redis_do BGSAVE >/dev/null
	wait_until 10 bash -c 'redis-cli -s "$REDIS_SOCKET" INFO persistence | grep -q "rdb_last_bgsave_status:err"'
	refused 75 MISCONF cursor set 8
	redis_stop -9
}

@test "too many clients" {
	redis_start
	exec 8> >(exec redis-cli -s "$REDIS_SOCKET" >"$BATS_TEST_TMPDIR/answer" 2>&1 3>&-)
	# whoever was there before it may not have been seen to leave yet
	echo CONFIG SET maxclients 1 >&8
	wait_until 10 grep -q OK "$BATS_TEST_TMPDIR/answer"
	refused 75 "max number of clients" cursor get
	exec 8>&-
}

@test "replies that Redis never gives: an error in one line, no crash, and nothing believed" {
	local reply program port
	port=$(free_port)
	server_run odd_redis "$PYTHON" "$ROOT/tests/servers/odd_redis.py" "$port"
	wait_until 10 port_open "$port"
	export REDIS_PORT=$port REDIS_TIMEOUT=500ms
	senserve_start
	posting C T >posting
	local programs=(
		"cursor get" "cursor set 5" "cursor set 5 --force" "cursor failed" "sencache get C T" "sencache set C T 3"
		"sencache forget C T" "sencache stats" "sencache server" "sencache import --legacy --dry-run" "senenrich"
	)
	for reply in '-MOVED' '-ASK ' '-MOVED 3999 127.0.0.1:1' '-' '+OK' ':1' '$0\r\n' '$-1' '*-1' '*0' '*2\r\n$-1\r\n$-1' \
		'*2\r\n$1\r\n0\r\n*0' '*2\r\n+a\r\n*1\r\n:1' ',1.5' '_' '%0' '?' 'HTTP/1.1 400 Bad Request'; do
		redis-cli -p "$port" ODD "$reply\r\n" >/dev/null
		for program in "${programs[@]}"; do
			# To it "nothing is there" and "another process has claimed the pair" are true for as long as they last.
			[[ $program != senenrich || ($reply != '$-1' && $reply != '*-1' && $reply != _) ]] || continue
			# shellcheck disable=SC2086 # a program and its arguments
			run --separate-stderr timeout 60 $program <posting
			[ "$status" -le 2 ] || [ "$status" = 75 ] || {
				echo "$program: '$reply' gives $status: $stderr"
				return 1
			}
			[ "$program" != "cursor get" ] || [ "$status" != 0 ] || [[ $reply == '$-1' || $reply == '*-1' || $reply == '_' ]] || {
				echo "'$reply' is taken for a cursor: $output"
				return 1
			}
			[[ $program != "cursor set 5"* ]] || [ "$status" != 0 ] || {
				echo "$program: '$reply' is taken for done"
				return 1
			}
			[ "$program" != senenrich ] || [ "$status" = 2 ] || [[ $output == *'"seniority":'* ]]
		done
	done
}

@test "a node of a cluster that does not keep the key says which does" {
	local a b
	redis_tcp a --cluster-enabled yes --cluster-port "$(free_port)" --cluster-require-full-coverage no
	a=$PORT
	redis_tcp b --cluster-enabled yes --cluster-port "$(free_port)" --cluster-require-full-coverage no
	b=$PORT
	refused 75 CLUSTERDOWN cursor get --redis-port "$a"
	redis-cli -p "$a" CLUSTER ADDSLOTSRANGE 0 8191 >/dev/null
	redis-cli -p "$b" CLUSTER ADDSLOTSRANGE 8192 16383 >/dev/null
	redis-cli -p "$a" CLUSTER MEET 127.0.0.1 "$b" "$(redis-cli -p "$b" CONFIG GET cluster-port | tail -n 1)" >/dev/null
	wait_until 20 bash -c "redis-cli -p $a CLUSTER NODES | grep -q 8192-16383"
	wait_until 20 bash -c "redis-cli -p $b CLUSTER NODES | grep -q 0-8191"
	wait_until 20 bash -c "redis-cli -p $a CLUSTER INFO | grep -q cluster_state:ok"
	wait_until 20 bash -c "redis-cli -p $b CLUSTER INFO | grep -q cluster_state:ok"
	local here=$a there=$b
	if [ "$(redis-cli -p "$a" CLUSTER KEYSLOT "$(cursor key)")" -lt 8192 ]; then
		here=$b there=$a
	fi
	refused 1 "the key is on 127.0.0.1:$there" cursor get --redis-port "$here"
	cursor set 7 --redis-port "$there"
	[ "$(cursor get --redis-port "$there")" = 7 ]
	# Both keys in one transaction: they are in one slot.
	printf '%s\n' '{"source":"a","error":"x","stage":"s","temporary":false,"list":{"after":0,"seq":1,"upto":9}}' |
		cursor set --redis-port "$there" || [ $? -eq 1 ]
	[ "$(cursor failed --redis-port "$there" | jq -r .key)" = a ]
}
