# pipeline.sh --check: what a run needs is looked at, a line each, and nothing is left behind.
# needs: radosgw ceph-mon curl
load helper

setup() {
	sandbox
	mkdir -p "$MOD"
}

services() {
	redis_start
	senserve_start
	posting Oakleaf Clerk >"$RAW/1721183934.jsonl"
}

# says KIND WHAT TEXT: there is such a line.
says() {
	grep -qE "^$1 +$2 .*$3" <<<"$output" || {
		echo "no line: $1 $2 $3"
		echo "$output"
		return 1
	}
}

@test "all is well: 0, a line each, and the store as it was" {
	services
	find "$STORE" -type f >before
	run -0 --separate-stderr pipeline.sh --check
	says ok settings "config.yaml is valid"
	says ok credentials "none needed"
	says ok input "s3://rl-data/job-postings-raw/ can be listed and read"
	says ok output "s3://rl-data/job-postings-mod/ can be written"
	says ok output "s3://rl-data/job-postings-rejected/ can be written"
	says ok clock "as the store's"
	says "(ok|warning)" disk ""
	says ok redis "version [0-9.]+, noeviction"
	says ok cursor "none yet"
	says ok model "answered [1-7] in [0-9]+ ms; health: SERVING"
	[ -z "$stderr" ]
	[[ $output != *$'\e'* ]]
	find "$STORE" -type f | diff before -
	[ "$(redis_do DBSIZE)" = 0 ]
}

@test "settings that are missing or wrong: 2, with what to do, and nothing else is tried" {
	services
	echo 'raw_prefx: x/' >>config.yaml
	run -2 pipeline.sh --check
	says failure settings "config.yaml:6.*did you mean 'raw_prefix'"
	[ "$(grep -c '^failure' <<<"$output")" -eq 1 ]
	rm config.yaml
	run -2 pipeline.sh --check
	says failure settings "no config.yaml in .*input_bucket and output_bucket"
	run -2 pipeline.sh --check --config nowhere.yaml
	says failure settings nowhere.yaml
}

@test "Redis and the model are down: 75, and the rest is checked all the same" {
	posting Oakleaf Clerk >"$RAW/1721183934.jsonl"
	REDIS_SOCKET=$PWD/nobody GRPC_SERVER_ADDRESS=unix:$PWD/nobody run -75 pipeline.sh --check
	says failure redis "cannot connect.*: start it"
	says failure model "UNAVAILABLE.*: start it"
	says ok input ""
	[[ $output == *"2 of these must be seen to"* ]]
}

@test "a Redis that may drop the cursor is warned of; a replica is refused" {
	services
	redis_do CONFIG SET maxmemory 100mb >/dev/null
	redis_do CONFIG SET maxmemory-policy allkeys-lru >/dev/null
	run -0 pipeline.sh --check
	says warning redis "drop the cursor .maxmemory-policy allkeys-lru.: set it to noeviction"
	redis_do REPLICAOF 127.0.0.1 1 >/dev/null
	run -2 pipeline.sh --check
	says failure redis "is a replica"
}

@test "a folder that is missing, a bucket that cannot be written, raw objects that are elsewhere" {
	services
	rm "$RAW"/*
	run -0 pipeline.sh --check
	says warning input "holds no raw objects"
	sed -i 's/^output_bucket: .*/output_bucket: other/' config.yaml
	run -2 pipeline.sh --check
	says failure disk "no folder .*/store/other, the bucket other: mkdir -p .*/store/other, or set"
	# what it says to do does it
	eval "$(grep -o 'mkdir -p [^,]*' <<<"$output")"
	run -0 pipeline.sh --check
	says ok output "s3://other/job-postings-mod/ can be written"
	mkdir -p "$(here)/store/other/job-postings-mod"
	chmod a-w "$(here)/store/other/job-postings-mod"
	if ((EUID != 0)); then
		run -1 pipeline.sh --check
		says failure output "may $(id -un) write there, and is there room"
	fi
	sed -i "s,^endpoint_url:.*,endpoint_url: file://$PWD/nowhere," config.yaml
	run pipeline.sh --check
	[ "$status" -ne 0 ]
	says failure disk "no folder"
}

@test "an address without a model: reported as not usable" {
	services
	GRPC_SERVER_ADDRESS=nonsense run -2 pipeline.sh --check
	says failure model "neither HOST:PORT nor unix:PATH"
}

# model NAME OPTION...: a model that is not ours; sets GRPC_SERVER_ADDRESS
model() {
	local port
	port=$(free_port)
	export GRPC_SERVER_ADDRESS=127.0.0.1:$port
	server_run "$1" "$PYTHON" "$ROOT/tests/servers/model_tls.py" "$port" 5 "${@:2}"
	wait_until 20 grep -q ready "$(here)/$1.out"
}

@test "the model's health: none is fine, a bad one is a warning, and without an answer a failure" {
	services
	model none
	run -0 pipeline.sh --check
	says ok model "answered 5 in [0-9]+ ms; health: it has no health service"
	[[ ${lines[-1]} == *"a run can start" ]]
	model ill --health 2
	run -0 pipeline.sh --check
	says warning model "reports its health as: NOT_SERVING: a run does without"
	[[ ${lines[-1]} == *"look at the warnings" ]]
	model broken --health 2 --broken
	run -75 pipeline.sh --check
	says failure model "UNAVAILABLE: loading; health: NOT_SERVING: start it"
}

@test "a cursor in a file: its folder must be writable" {
	services
	echo "cursor_store: file:$PWD/state/cursor" >>config.yaml
	run pipeline.sh --check
	says "failure" cursor "state"
	mkdir state
	cursor set 1721183934
	run -0 pipeline.sh --check
	says ok cursor "at 1721183934 .2024-07-17T02:38:54Z"
}

@test "on S3: credentials, a real probe, and the server's clock" {
	radosgw_start
	sandbox_s3 check-it
	redis_start
	senserve_start
	posting Oakleaf Clerk | s3put s3://check-it/job-postings-raw/1721183934.jsonl >/dev/null
	run -0 --separate-stderr pipeline.sh --check
	says ok credentials "from environment, for us-east-1 at $S3_ENDPOINT"
	says ok input "can be listed and read"
	says ok output "job-postings-rejected/ can be written"
	says ok clock ""
	[[ $output != *testsecret* ]]
	[ "$(s3_request GET "/check-it?list-type=2" | grep -o '<Key>' | wc -l)" -eq 1 ]
	sed -i 's/^output_bucket: .*/output_bucket: nobodys/' config.yaml
	run pipeline.sh --check
	[ "$status" -eq 1 ] || [ "$status" -eq 2 ]
	says failure output "NoSuchBucket"
	AWS_SECRET_ACCESS_KEY=wrong run -1 pipeline.sh --check
	says failure input "SignatureDoesNotMatch|AccessDenied"
}
