# senserve: the dummy model, asked by Python's grpcio.
# needs: python3:grpc

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# start [OPTION...]: on a free port of its choosing; sets ADDRESS.
start() {
	server_run senserve senserve --grpc-server-address 127.0.0.1:0 --ready-file "$PWD/address" "$@"
	wait_until 20 test -f address
	ADDRESS=$(<address)
}

model() {
	"$PYTHON" "$ROOT/tests/model_client.py" "$ADDRESS" "$@"
}

# counts: what senserve prints at its end, by then ended with 0.
counts() {
	server_stop senserve
	cat senserve.out
}

levels() {
	jq -c .seniority | tr '\n' ' '
}

milliseconds() {
	date +%s%3N
}

@test "levels come back for the uuids that were asked, and are counted" {
	start
	{
		posting A 'Paralegal'
		posting A 'Legal Adviser'
		posting A 'Attorney'
		posting A 'Lead Lawyer'
		posting A 'Head of Legal'
		posting A 'Attorney, Partner'
		posting A 'CFO, Europe'
		posting B 'Assistant to the CEO'
		posting A 'Attorney'
		posting B 'Attorney'
	} >in
	run -0 bash -c "'$PYTHON' '$ROOT/tests/model_client.py' '$ADDRESS' infer --batch 4 <in"
	[ "$(jq -c '[.company, .title]' <<<"$output")" = "$(jq -c '[.company, .title]' in)" ]
	[ "$(levels <<<"$output")" = '1 2 3 4 5 6 7 2 3 3 ' ]
	run -0 counts
	[ "$output" = '{"program":"senserve","calls":3,"pairs":10,"repeated":1,"failed":0,"cancelled":0}' ]
}

@test "calls in parallel are all answered, each pair with its own level" {
	start
	sengen --count 20000 --seed 1 --messy 20 | jq -c '{company, title}' >in
	model infer --batch 100 --parallel 16 <in >out
	model infer --batch 1000 <in >again
	cmp out again
	jq -c '{company, title}' out | cmp - in
	jq -r .title in | tr '\n' ' ' >/dev/null
	[ "$(jq -s 'all(.seniority >= 1 and .seniority <= 7)' out)" = true ]
	run -0 counts
	[ "$(jq -c '[.calls, .pairs]' <<<"$output")" = '[220,40000]' ]
	distinct=$(sort -u in | wc -l)
	[ "$(jq '.pairs - .repeated' <<<"$output")" = "$distinct" ]
}

@test "the answers are those of --explain" {
	start
	sengen --count 5000 --seed 2 | jq -c '{company, title}' >in
	jq -r .title in | senserve --explain | jq -c .seniority >explained
	model infer <in | jq -c .seniority | cmp - explained
	[ "$(sort -u explained | wc -l)" = 7 ]
}

@test "--explain says which rule decided, of arguments and of stdin" {
	run -0 --separate-stderr senserve --explain 'Head of Legal' 'Software Engineer' $'a "title"\twith\nbytes \xff'
	[ "${lines[0]}" = '{"seniority":5,"rule":"head of","title":"Head of Legal"}' ]
	[ "${lines[1]}" = '{"seniority":2,"rule":null,"title":"Software Engineer"}' ]
	[ "${#lines[@]}" = 3 ]
	jq -e . <<<"${lines[2]}"
	run -0 --separate-stderr senserve --explain < <(printf 'CEO\n\nVP')
	[ "$(jq -c .seniority <<<"$output" | tr '\n' ' ')" = '7 2 5 ' ]
}

@test "health: Check knows the server and its services, and no other" {
	start
	run -0 model check
	[ "$output" = 1 ]
	run -0 model check SeniorityModel
	[ "$output" = 1 ]
	run -1 model check nobody
	[[ $output == 'NOT_FOUND: '* ]]
	run -1 model raw /grpc.health.v1.Health/Check ff
	[[ $output == 'INVALID_ARGUMENT: '* ]]
}

@test "health: Watch says SERVING, and NOT_SERVING when the server stops" {
	start
	model watch >watched 2>&1 3>&- &
	client=$!
	wait_until 20 grep -q 1 watched
	"$PYTHON" "$ROOT/tests/model_client.py" "$ADDRESS" watch nobody >unknown 2>&1 3>&- &
	unknown=$!
	wait_until 20 grep -q . unknown
	kill "$unknown"
	wait "$unknown" || true
	[ "$(head -n 1 unknown)" = 3 ]
	run -0 counts
	wait "$client" || true
	[ "$(cat watched)" = $'1\n2\nUNAVAILABLE: the server stops' ]
}

@test "an unknown method is UNIMPLEMENTED, and does not hang" {
	start
	run -1 model raw /SeniorityModel/Nothing 00
	[[ $output == 'UNIMPLEMENTED: '* ]]
	run -1 model raw /x 00
	[[ $output == 'UNIMPLEMENTED: '* ]]
}

@test "bytes that are not a request are an invalid argument, and the server goes on" {
	start
	local request
	# a length beyond the end; a wrong wire type; a group; an endless number; a title that is not UTF-8
	for request in 0aff 0a02ffff 0b 08ffffffffffffffffffffffff 0a051a03e28228; do
		run -1 model raw /SeniorityModel/InferSeniority "$request"
		[[ $output == 'INVALID_ARGUMENT: '* ]]
	done
	run -0 model raw /SeniorityModel/InferSeniority # nothing at all is an empty batch
	[ "$output" = "" ]
	run -0 model raw /SeniorityModel/InferSeniority 0a00 # a pair of nothing
	[ "$output" = 0a021002 ]
	run -0 model raw /SeniorityModel/InferSeniority 0a12089cffffffffffffffff011a0343454f2a00 # a member that we don't know
	[ "$output" = 0a0d089cffffffffffffffff011007 ]
	run -0 counts
	[ "$(jq -c '[.calls, .failed, .pairs]' <<<"$output")" = '[8,5,2]' ]
}

@test "random bytes never bring it down" {
	start
	"$PYTHON" - "$ADDRESS" <<-'END'
		import random, sys, grpc
		random.seed(7)
		good = bytes.fromhex("0a0f0801120561636d651a0443455241") * 3
		statuses = set()
		with grpc.insecure_channel(sys.argv[1], [("grpc.enable_http_proxy", 0)]) as channel:
		    call = channel.unary_unary("/SeniorityModel/InferSeniority")
		    for n in range(3000):
		        data = bytearray(good) if n % 2 else bytearray(random.randbytes(random.randrange(200)))
		        for _ in range(random.randrange(4)):
		            if data:
		                data[random.randrange(len(data))] = random.randrange(256)
		        try:
		            call(bytes(data[:random.randrange(len(data) + 1)]), timeout=20)
		            statuses.add("OK")
		        except grpc.RpcError as error:
		            statuses.add(error.code().name)
		assert statuses == {"OK", "INVALID_ARGUMENT"}, statuses
	END
	run -0 counts
	[ "$(jq .calls <<<"$output")" = 3000 ]
}

@test "a request over 4 MiB is refused as too large, with gRPC's own words" {
	start
	head -c 4400000 /dev/zero | tr '\0' a | jq -Rc '{company: ., title: "CEO"}' >in
	run -1 model infer <in
	[[ $output == 'RESOURCE_EXHAUSTED: '*'larger than max'* ]]
	model infer < <(posting A CEO)
}

@test "--fail-every makes every Nth call fail, with the status of --fail-status" {
	start --fail-every 3
	for status in 0 0 1 0 0 1; do
		run "-$status" model infer < <(posting A CEO)
	done
	[[ $output == 'UNAVAILABLE: '* ]]
	run -0 counts
	[ "$output" = '{"program":"senserve","calls":6,"pairs":4,"repeated":3,"failed":2,"cancelled":0}' ]
	start --fail-every 1 --fail-status RESOURCE_EXHAUSTED
	run -1 model infer < <(posting A CEO)
	[[ $output == 'RESOURCE_EXHAUSTED: '* ]]
}

@test "--omit and --out-of-range answer as a broken model does" {
	start --omit 3 --out-of-range 4
	for n in 1 2 3 4 5 6 7 8; do posting A CEO; done >in
	model infer --batch 5 <in >out
	[ "$(levels <out)" = '7 7 null 9 7 null 7 9 ' ]
}

@test "--refuse turns down calls with such a title" {
	start --refuse Landscape
	run -0 model infer < <(posting Landscape CEO)
	run -1 model infer < <(posting A CEO; posting B 'Laborer, Landscape')
	[[ $output == 'INVALID_ARGUMENT: pair 2, '* ]]
}

@test "--latency delays each call" {
	start --latency 400
	started=$(milliseconds)
	model infer < <(posting A CEO)
	(($(milliseconds) - started >= 400))
}

@test "calls that wait for their --latency do not wait for each other" {
	start --latency 60000
	sengen --count 32 --seed 1 >in
	"$PYTHON" "$ROOT/tests/model_client.py" "$ADDRESS" infer --batch 2 --parallel 16 <in >out 2>&1 3>&- &
	client=$!
	wait_until 20 grep_counts '"calls":16,"pairs":32' # none of them is answered yet
	kill -KILL "$client"
	wait_until 20 grep_counts '"cancelled":16'
}

@test "--rate makes calls wait for each other" {
	start --rate 1000
	sengen --count 1000 --seed 1 >in
	started=$(milliseconds)
	model infer --batch 100 --parallel 10 <in >out
	((took = $(milliseconds) - started))
	[ "$(wc -l <out)" = 1000 ]
	((took >= 1000))
}

@test "a client that gives up is counted, and its place is free" {
	start --latency 60000
	run -1 model infer --timeout 4 < <(posting A CEO) # until when it is there for sure
	[[ $output == 'DEADLINE_EXCEEDED: '* ]]
	wait_until 20 grep_counts '"cancelled":1'
	run -0 counts # at once: nobody waits for that call
	[ "$(jq -c '[.calls, .cancelled]' <<<"${lines[-1]}")" = '[1,1]' ]
}

# SIGUSR1 prints the counts so far.
grep_counts() {
	kill -USR1 "$(server_pid senserve)"
	grep -q "$1" senserve.out
}

@test "SIGTERM: calls in flight are finished, then the counts, exit 0" {
	start --latency 1500
	model infer < <(posting A CEO) >out 3>&- &
	client=$!
	wait_until 20 grep_counts '"pairs":1'
	pid=$(server_pid senserve)
	kill -TERM "$pid"
	closed() { ! port_open "${ADDRESS##*:}"; }
	wait_until 20 closed
	run -1 model infer --timeout 0.5 < <(posting A CFO) # nothing new is taken
	wait "$client"
	[ "$(levels <out)" = '7 ' ]
	wait_until 20 gone "$pid"
	[ "$(tail -n 1 senserve.out | jq -c '[.calls, .pairs, .cancelled]')" = '[1,1,0]' ]
	[ ! -e address ]
}

@test "a second signal ends the calls too" {
	start --latency 60000
	model infer < <(posting A CEO) >out 2>&1 3>&- &
	client=$!
	wait_until 20 grep_counts '"pairs":1'
	pid=$(server_pid senserve)
	kill -TERM "$pid"
	kill -INT "$pid"
	wait_until 20 gone "$pid"
	run ! wait "$client"
}

@test "a client that never sends its request does not hold up the end" {
	start
	"$PYTHON" - "$ADDRESS" >client 2>&1 3>&- <<-'END' &
		import grpc, sys, threading
		stuck = threading.Event()
		def request():
		    stuck.wait(60)
		    yield b""
		with grpc.insecure_channel(sys.argv[1], [("grpc.enable_http_proxy", 0)]) as channel:
		    call = channel.stream_unary("/SeniorityModel/InferSeniority").future(request())
		    unary = channel.unary_unary("/grpc.health.v1.Health/Check")
		    unary(b"", timeout=30)
		    print("ready", flush=True)
		    print(call.exception(30).code().name, flush=True)
		    stuck.set()
	END
	client=$!
	wait_until 20 grep -q ready client
	pid=$(server_pid senserve)
	kill -TERM "$pid"
	wait_until 20 gone "$pid"
	wait "$client"
	[ "$(tail -n 1 client)" = UNAVAILABLE ]
}

@test "its normal end is exit 0" {
	for signal in TERM INT; do
		# From a shell that does no job control: such a background process starts with SIGINT ignored.
		senserve --grpc-server-address "unix:$PWD/model.sock" --ready-file ready --stats stats >out 2>&1 3>&- &
		wait_until 20 test -f ready
		kill "-$signal" $!
		wait $!
		tail -n 1 out | jq -e '.calls == 0'
	done
	[ "$(jq -c '[.program, .calls]' stats)" = $'["senserve",0]\n["senserve",0]' ]
}

@test "a busy port is a clear error, whichever of localhost's addresses is taken" {
	start
	port=${ADDRESS##*:}
	for host in 127.0.0.1 localhost 0.0.0.0; do
		run -75 --separate-stderr senserve --grpc-server-address "$host:$port"
		[ "$stderr" = "senserve: cannot listen on $host:$port: Address already in use" ]
		[ -z "$output" ]
	done
	model check
}

@test "a unix socket: served, not stolen, taken over from the dead, removed at the end" {
	server_run senserve senserve --grpc-server-address "unix:$PWD/model.sock" --ready-file "$PWD/address"
	wait_until 20 test -f address
	ADDRESS=unix:$PWD/model.sock
	[ "$(<address)" = "$ADDRESS" ]
	run -75 --separate-stderr senserve --grpc-server-address "$ADDRESS"
	[ "$stderr" = "senserve: cannot listen on $ADDRESS: another server is listening there" ]
	model check
	server_stop senserve -9
	[ -S model.sock ]
	rm address
	server_run senserve senserve --grpc-server-address "$ADDRESS" --ready-file "$PWD/address"
	wait_until 20 test -f address
	model check
	run -0 counts
	[ ! -e model.sock ]
	echo precious >model.sock
	run -1 --separate-stderr senserve --grpc-server-address "$ADDRESS"
	[ "$(cat model.sock)" = precious ]
}

@test "an invalid address: exit 2, one line" {
	for address in localhost '' :50051 localhost:70000 localhost:http a:1,b:2 unix: http://localhost:1 ::1:80 \
		"unix:$(printf '%0120d' 7)"; do
		[ "$address" ] || continue # empty counts as not set
		run -2 --separate-stderr senserve --grpc-server-address "$address"
		[ "${#stderr_lines[@]}" = 1 ]
		[[ $stderr == *"$address"* ]]
	done
}

@test "the address comes from GRPC_SERVER_ADDRESS and config.yaml too" {
	echo "grpc_server_address: unix:$PWD/from-yaml.sock" >config.yaml
	run -0 senserve --print-config
	[[ $output == *'grpc_server_address: "unix:'*'from-yaml.sock" # config.yaml:1'* ]]
	GRPC_SERVER_ADDRESS=nonsense run -2 senserve
	[[ $output == *nonsense* ]]
}

@test "bad options: exit 2" {
	run -2 senserve --fail-status NOPE
	run -2 senserve --fail-status OK
	run -2 senserve --latency -1
	run -2 senserve operand
	run -0 senserve --help
	[[ $output == *--out-of-range* ]]
}
