# senenrich and a model that was not written by us: TLS, client certificates, metadata, several addresses.
# needs: python3:grpc openssl

load helper

setup() {
	sandbox
	redis_start
}

# certificate NAME SUBJECT [CA]: NAME.pem and NAME.key, signed by CA or by itself.
certificate() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$2" -addext "subjectAltName=DNS:$2,IP:127.0.0.1" \
		-keyout "$1.key" -out "$1.pem" ${3:+-CA "$3.pem" -CAkey "$3.key"} 2>/dev/null
}

# model NAME PORT SENIORITY [OPTION...]
model() {
	local name=$1
	shift
	server_run "$name" "$PYTHON" "$ROOT/tests/servers/model_tls.py" "$@"
	wait_until 20 grep -q ready "$(here)/$name.out"
}

answer='{"company":"a","title":"b","seniority":5}'

@test "TLS to the model, its certificate checked against our authority" {
	port=$(free_port)
	certificate ca localhost
	model model "$port" 5 --tls ca.pem ca.key
	export GRPC_SERVER_ADDRESS=localhost:$port GRPC_TLS=true
	GRPC_CA_FILE=ca.pem run -0 senenrich <<<'{"company":"a","title":"b"}'
	[ "$output" = "$answer" ]
	redis_do FLUSHALL
	run -75 --separate-stderr senenrich --rpc-patience 300ms <<<'{"company":"a","title":"b"}'
	[ -z "$output" ]
	certificate other localhost
	GRPC_CA_FILE=other.pem run -75 --separate-stderr senenrich --rpc-patience 300ms <<<'{"company":"a","title":"b"}'
	[ -z "$output" ]
}

@test "a client certificate if the model asks for one" {
	port=$(free_port)
	certificate ca localhost
	certificate client somebody ca
	model model "$port" 5 --tls ca.pem ca.key --client-ca ca.pem
	export GRPC_SERVER_ADDRESS=localhost:$port GRPC_TLS=true GRPC_CA_FILE=ca.pem
	run -75 --separate-stderr senenrich --rpc-patience 300ms <<<'{"company":"a","title":"b"}'
	GRPC_CERT_FILE=client.pem run -2 --separate-stderr senenrich <<<'{"company":"a","title":"b"}'
	[[ $stderr == *'go together'* ]]
	GRPC_CERT_FILE=client.pem GRPC_KEY_FILE=client.key run -0 senenrich <<<'{"company":"a","title":"b"}'
	[ "$output" = "$answer" ]
}

@test "files that are not there or no PEM: 2, and which" {
	export GRPC_SERVER_ADDRESS=localhost:1 GRPC_TLS=true
	GRPC_CA_FILE=missing.pem run -2 --separate-stderr senenrich <<<'{"company":"a","title":"b"}'
	[[ $stderr == *'grpc_ca_file: cannot open missing.pem'* ]]
}

@test "metadata goes with each call, and is never shown" {
	port=$(free_port)
	model model "$port" 5 --authorization 'Bearer sesame'
	export GRPC_SERVER_ADDRESS=127.0.0.1:$port
	GRPC_METADATA='authorization: Bearer sesame' run -0 --separate-stderr senenrich -vv <<<'{"company":"a","title":"b"}'
	[ "$output" = "$answer" ]
	[[ $stderr != *sesame* ]]
	redis_do FLUSHALL
	# refused: no patience helps, and the objects are left for later
	GRPC_METADATA='authorization: Bearer wrong' run -75 --separate-stderr senenrich <<<'{"company":"a","title":"b"}'
	[[ $stderr == *UNAUTHENTICATED* && $stderr != *wrong* ]]
	GRPC_METADATA='Authorization sesame' run -2 --separate-stderr senenrich <<<'{"company":"a","title":"b"}'
	[[ $stderr == *grpc_metadata* && $stderr != *sesame* ]]
	GRPC_METADATA='authorization: Bearer sesame' run -0 senenrich --print-config
	[[ $output != *sesame* ]]
}

# both_asked COMMAND...: senenrich, which gets postings until each of the models one and two has had its share: that may take
# until both are connected.
both_asked() {
	local pid
	mkfifo pipe
	"$@" --rpc-batch 50 <pipe >out 3>&- &
	pid=$!
	exec 9>pipe
	: >in
	more() {
		sengen --count 200 --seed "$(wc -l <in)" | tee -a in >&9
		(($(tail -n 1 "$(here)/one.out") > 5 && $(tail -n 1 "$(here)/two.out") > 5))
	}
	wait_until 20 more
	exec 9>&-
	wait "$pid"
	[ "$(grep -c '"seniority":5}' out)" = "$(wc -l <in)" ]
}

@test "several addresses are asked in turn; one of them may be down" {
	port=$(free_port 3)
	model one "$port" 5
	model two $((port + 1)) 5
	export GRPC_SERVER_ADDRESS=localhost:$port,127.0.0.1:$((port + 1)),localhost:$((port + 2))
	both_asked senenrich
}

@test "all addresses of one name are asked in turn" {
	port=$(free_port)
	model one "$port" 5
	model two "$port" 5 --host 127.0.0.2
	printf '127.0.0.%d model.test\n' 1 2 >hosts
	export GRPC_SERVER_ADDRESS=model.test:$port GRPC_DNS_RESOLVER=native
	# the resolver of libc, to which that list of hosts can be given; the sanitizers' library must come first
	both_asked env NSS_WRAPPER_HOSTS=hosts \
		LD_PRELOAD="$(ldd "$BIN/senenrich" | awk '/lib[at]san/ { printf "%s ", $3 }')libnss_wrapper.so" senenrich
}

@test "--probe: one pair, and the health by grpc.health.v1 if the model has it" {
	senserve_start
	run -0 --separate-stderr senenrich --probe
	[[ $output =~ ^unix:.*\ answered\ [1-7]\ in\ [0-9]+\ ms\;\ health:\ SERVING$ ]]
	[ -z "$stderr" ]
	port=$(free_port 4)
	export GRPC_SERVER_ADDRESS=127.0.0.1:$port
	# the real model need not have it
	model none "$port" 5
	run -0 --separate-stderr senenrich --probe
	[[ $output == "127.0.0.1:$port answered 5 in "*" ms; health: it has no health service, and needs none" ]]
	[ -z "$stderr" ]
	# it answers, but nobody who asks for its health will send anything there
	export GRPC_SERVER_ADDRESS=127.0.0.1:$((port + 1))
	model ill $((port + 1)) 5 --health 2
	run -0 --separate-stderr senenrich --probe
	[[ $output == *"answered 5 in "*"health: NOT_SERVING" ]]
	[[ $stderr == *"warning: 127.0.0.1:$((port + 1)) answers, but reports its health as: NOT_SERVING" ]]
	export GRPC_SERVER_ADDRESS=127.0.0.1:$((port + 2))
	model strange $((port + 2)) 5 --health 77
	run -0 --separate-stderr senenrich --probe
	[[ $stderr == *"not known"* ]]
	# it does not answer, and its health says why
	export GRPC_SERVER_ADDRESS=127.0.0.1:$((port + 3))
	model broken $((port + 3)) 5 --health 2 --broken
	run -75 --separate-stderr senenrich --probe
	[ -z "$output" ]
	[[ $stderr == *"UNAVAILABLE: loading; health: NOT_SERVING" ]]
	server_stop none
	[ "$(tail -n 1 "$(here)/none.out")" = 1 ]
}

@test "--probe of a server that is not a model, and of one that refuses us" {
	port=$(free_port)
	model model "$port" 5 --authorization 'Bearer sesame' --health 1
	export GRPC_SERVER_ADDRESS=127.0.0.1:$port
	run -1 --separate-stderr senenrich --probe
	[[ $stderr == *"UNAUTHENTICATED: who is it?; health: SERVING" ]]
	GRPC_METADATA='authorization: Bearer sesame' run -0 --separate-stderr senenrich --probe
	[[ $output == *"health: SERVING" ]]
}

@test "a reply that is far too long for what was asked is refused before it is unpacked" {
	port=$(free_port)
	model flood "$port" 5 --flood 30000000
	export GRPC_SERVER_ADDRESS=127.0.0.1:$port
	postings 100 >in
	# the second answer is as it should be
	run -0 --separate-stderr senenrich --stats stats <in
	[[ $stderr == *'the reply is not a SeniorityResponseBatch of '*' answers at most'* ]]
	[ "$(grep -c '"seniority":5}$' <<<"$output")" = 100 ]
	# the 60 MB themselves, as gRPC receives them, and not the 2 GB that they would take
	grep -q __asan_init "$BIN/senenrich" || [ "$(jq .peak_kib stats)" -lt 400000 ]
}
