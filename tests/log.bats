# Messages: as text or as JSON, with one run id through all stages.
load helper
load journey

setup() {
	sandbox
}

# all_json FILE: each of its lines is an object with what a log search needs.
all_json() {
	jq -es 'length > 0 and all(.[]; (.time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{3}Z$")) and
		(.program | type == "string") and (.pid | type == "number") and
		(.level | IN("error", "warning", "info", "debug")) and (.message | type == "string"))' "$1" >/dev/null ||
		{ cat "$1"; false; }
}

@test "a run has one id, in every message and in the numbers of every stage" {
	redis_start
	senserve_start
	head -c 17000000 /dev/zero | tr '\0' x >"$RAW/1721183934.jsonl"
	postings 3 >"$RAW/1721183994.jsonl"
	touch "$RAW/no-number"
	run -1 --separate-stderr pipeline.sh --verbose --log-format json --summary json
	echo "$stderr" >log
	all_json log
	[ "$(jq -r .run log | sort -u | wc -l)" -eq 1 ]
	[[ $(jq -r .run log | head -n 1) =~ ^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$ ]]
	[ "$(jq -r .run <<<"$output")" = "$(jq -r .run log | head -n 1)" ]
	jq -es 'any(.[]; .program == "s3ls" and .level == "warning") and any(.[]; .program == "cursor" or .program == "s3cat")' log
	# the next run is another
	run --separate-stderr pipeline.sh --summary json
	[ "$(field run)" != "$(jq -r .run log | head -n 1)" ]
	# unless the caller has one
	SENIORITY_RUN_ID=nightly-7 run --separate-stderr pipeline.sh --summary json
	[ "$(field run)" = nightly-7 ]
}

@test "log_format may be a setting, of the environment as well; the scripts obey it" {
	echo 'log_format: json' >>config.yaml
	run -2 --separate-stderr s3ls one two
	all_json - <<<"$stderr"
	sed -i '$d' config.yaml
	export LOG_FORMAT=json
	for program in s3ls s3cat senenrich s3put cursor sencache sengen senserve senstat pipeline.sh; do
		run -2 --separate-stderr "$program" $'--a\xff\x1b\t"\\'
		all_json - <<<"$stderr"
		[ "$(jq -r .program <<<"$stderr")" = "$program" ]
	done
	redis_start
	REDIS_SOCKET=$PWD/nobody.sock run -75 --separate-stderr pipeline.sh
	all_json - <<<"$stderr"
	run -2 --separate-stderr pipeline.sh --log-format text --nonsense
	[[ $stderr == "pipeline.sh: "* ]]
}

@test "a run that another one blocks says so in JSON, too" {
	redis_start
	senserve_start
	postings 3 >"$RAW/1721183994.jsonl"
	model_freeze
	start
	wait_until 20 stage_pid senenrich
	run -75 --separate-stderr pipeline.sh --log-format json
	all_json - <<<"$stderr"
	[[ $(jq -r .message <<<"$stderr") == "another run is under way"* ]]
	model_thaw
	wait "$pid"
}

@test "another format is refused, with the place where it was set" {
	for program in s3ls cursor; do
		run -2 "$program" --log-format xml
		[[ $output == *"'xml' (--log-format)"* ]]
		LOG_FORMAT=xml run -2 "$program"
		[[ $output == *"'xml' (environment)"* ]]
	done
	echo 'log_format: yaml' >>config.yaml
	run -2 s3ls
	[[ $output == *"'yaml' (config.yaml:6)"* ]]
	run -2 pipeline.sh --log-format xml
	[[ $output == *"text or json"* ]]
}

@test "the server says in JSON that it listens" {
	GRPC_SERVER_ADDRESS=unix:$PWD/m.sock server_run model "$BIN/senserve" --log-format json
	wait_until 20 socket_open "$PWD/m.sock"
	wait_until 20 test -s "$BATS_TEST_TMPDIR/model.log"
	all_json "$BATS_TEST_TMPDIR/model.log"
	[[ $(jq -r .message "$BATS_TEST_TMPDIR/model.log") == "listening on "* ]]
}

# What an answer of S3 said is in members of its own; the message is the same as in text.
@test "JSON has what went wrong as members" {
	odd_start
	export ENDPOINT_URL=$S3_ENDPOINT
	run -1 --separate-stderr s3cat s3://some.test/no/such
	message=${stderr#s3cat: }
	run -1 --separate-stderr s3cat --log-format json s3://some.test/no/such
	jq -e --arg message "$message" '(.fault == "object" and .operation == "GET" and .object == "s3://some.test/no/such" and
		.http_status == 404 and .code == "NoSuchKey" and .message == $message and .level == "error") or error(tojson)' <<<"$stderr"
	unset ENDPOINT_URL
	# the embedded store has no request ids, and Redis no statuses
	run -1 --separate-stderr s3cat --log-format json no/such
	jq -e '.operation == "GET" and .http_status == 404 and .code == "NoSuchKey" and (has("request_id") | not)' <<<"$stderr"
	REDIS_SOCKET=$PWD/nobody.sock run -75 --separate-stderr cursor get --log-format json
	jq -e '.fault == "nobody" and (has("http_status") | not) and .object == "unix:\(env.PWD)/nobody.sock/0"' <<<"$stderr"
	redis_start --requirepass secret
	run -2 --separate-stderr cursor get --log-format json
	jq -e '.object == "unix:\(env.REDIS_SOCKET)/0" and .code == "NOAUTH" and .message == "\(.object): it asks for a password (REDIS_PASSWORD)"' <<<"$stderr"
	GRPC_SERVER_ADDRESS=unix:$PWD/none.sock run -75 --separate-stderr senenrich --probe --log-format json
	jq -e '.operation == "InferSeniority" and .object == "unix:\(env.PWD)/none.sock" and .code == "UNAVAILABLE" and
		(.object as $object | .message | startswith("\($object): UNAVAILABLE: "))' <<<"$stderr"
}
