# Cursor, lock and history belong to one identity: servers, buckets, prefixes. And what becomes of those of older versions,
# which did not tell servers apart.
load helper
load journey

OLDER='seniority:cursor:{rl-data/job-postings-raw/>rl-data/job-postings-mod/}'
AWS=$OLDER@aws'>'aws

setup() {
	sandbox
	export HOME=$BATS_TEST_TMPDIR/home AWS_REGION=us-east-1
	mkdir -p "$HOME/.aws"
}

# No endpoint is set: AWS's. It is asked nothing here.
at_aws() {
	sed -i /endpoint_url/d config.yaml
}

# put NAME [LINES]: a raw object.
put() {
	postings "${2:-3}" "${1%%[!0-9]*}" >"$RAW/$1"
}

cursor_is() {
	[ "$(cursor get)" = "$1" ]
}

# failure NUMBER UPTO: a receipt of an object that failed for good.
failure() {
	printf '{"source":"job-postings-raw/%s","error":"GET: 404 NoSuchKey","stage":"s3cat","temporary":false,"fault":"object","list":{"after":0,"seq":%s,"upto":%s,"last":true}}\n' \
		"$2" "$1" "$2"
}

# older_redis CURSOR [KEY]...: what an older version leaves in Redis: the cursor, and objects that failed.
older_redis() {
	local key
	redis_do SET "$OLDER" "$1" >/dev/null
	for key in "${@:2}"; do
		redis_do HSET "$OLDER:failed" "$key" "$(older_record "$key")" >/dev/null
	done
}

older_record() {
	echo "{\"key\":\"$1\",\"reason\":\"GET: 404 NoSuchKey\",\"stage\":\"s3cat\",\"time\":\"2024-07-17T02:38:54Z\"}"
}

# --- which server is meant ---

@test "a program that talks to no store knows the same endpoint as those that do, wherever it is set" {
	odd_start
	at_aws
	s3_request PUT /rl-data/job-postings-raw/1721183934.jsonl -T - -o /dev/null <<<'{}'
	# asks SERVER NAME=VALUE...: s3ls finds the object at the server, and that server is the identity's
	asks() {
		run -0 --separate-stderr env "$@" s3ls
		[ "$(jq -r .key <<<"$output")" = job-postings-raw/1721183934.jsonl ]
		run -0 --separate-stderr env "$@" cursor identity
		echo "$*: $output"
		[ "$output" = "$S3_ENDPOINT|rl-data/job-postings-raw/>$S3_ENDPOINT|rl-data/job-postings-mod/" ]
	}
	asks ENDPOINT_URL="$S3_ENDPOINT"
	asks ENDPOINT_URL="${S3_ENDPOINT/http/HTTP}/" AWS_ENDPOINT_URL=http://127.0.0.1:9
	asks AWS_ENDPOINT_URL="$S3_ENDPOINT"
	asks AWS_ENDPOINT_URL_S3="$S3_ENDPOINT" AWS_ENDPOINT_URL=http://127.0.0.1:9
	cat >"$HOME/.aws/config" <<-END
		[default]
		endpoint_url = $S3_ENDPOINT
		[profile sections]
		services = here
		endpoint_url = http://127.0.0.1:9
		[services here]
		s3 =
		  endpoint_url = $S3_ENDPOINT
		[profile china]
		region = cn-north-1
	END
	asks A=b
	asks AWS_PROFILE=sections
	asks PROFILE=sections
	echo "AWS_ENDPOINT_URL=$S3_ENDPOINT" >.env
	asks AWS_PROFILE=china
	rm .env
	run -0 env AWS_PROFILE=sections cursor identity
	[[ $output == "$S3_ENDPOINT|"* ]]
	# AWS's own
	run -0 env AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true cursor identity
	[ "$output" = 'aws|rl-data/job-postings-raw/>aws|rl-data/job-postings-mod/' ]
	unset AWS_REGION
	run -0 env AWS_PROFILE=china cursor identity
	[ "$output" = 'aws-cn|rl-data/job-postings-raw/>aws-cn|rl-data/job-postings-mod/' ]
	run -0 cursor identity --endpoint-url https://s3.dualstack.eu-west-1.amazonaws.com
	[ "$output" = 'aws|rl-data/job-postings-raw/>aws|rl-data/job-postings-mod/' ]
	# what the store refuses is no identity
	local call
	for call in "AWS_PROFILE=nobody" "ENDPOINT_URL=ftp://x" "ENDPOINT_URL=file:///there/is/none" "AWS_ENDPOINT_URL=minio"; do
		run -2 --separate-stderr env "$call" s3ls
		run -2 --separate-stderr env "$call" cursor get
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
	run -2 --separate-stderr env ENDPOINT_URL=http://me:geheim@127.0.0.1 cursor get
	[[ $stderr != *geheim* ]]
}

@test "a trial on another server with the same buckets and Redis leaves the production's cursor alone" {
	redis_start
	senserve_start
	odd_start
	put 1721183934.jsonl
	put 1721183994.jsonl
	pipeline.sh --quiet
	cursor_is 1721183994
	production=$(cursor key)
	# the trial: newer names, and a file that failed for good
	at_aws
	export AWS_ENDPOINT_URL=$S3_ENDPOINT
	postings 2 7 | s3_request PUT /rl-data/job-postings-raw/1731183934.jsonl -T - -o /dev/null
	cursor_is 0
	pipeline.sh --quiet
	cursor_is 1731183934
	cursor skip job-postings-raw/1721183999.jsonl --reason trial
	[ "$(redis_do GET "$production")" = 1721183994 ]
	# production goes on where it was
	unset AWS_ENDPOINT_URL
	export ENDPOINT_URL=file://$BATS_TEST_TMPDIR/store
	put 1721183999.jsonl
	run -0 pipeline.sh --summary json
	[ "$(jq .listed <<<"$output")" = 1 ]
	cursor_is 1721183999
	[ -z "$(cursor failed)" ]
	# each has its own history
	unset HISTORY_FILE
	[ "$(find "$HOME/.local/state/seniority" -name 'history-*' | wc -l)" = 2 ]
}

# --- the lock ---

@test "runs on two servers do not lock each other out, runs on one do" {
	redis_start
	senserve_start
	odd_start
	model_freeze
	put 1721183934.jsonl
	start
	wait_until 20 stage_pid senenrich
	ENDPOINT_URL=$S3_ENDPOINT pipeline.sh --quiet
	mkdir "$BATS_TEST_TMPDIR/other"
	mkdir -p "$BATS_TEST_TMPDIR/other/rl-data/job-postings-raw"
	ENDPOINT_URL=file://$BATS_TEST_TMPDIR/other pipeline.sh --quiet
	# the same by another name
	ln -s store "$BATS_TEST_TMPDIR/link"
	ENDPOINT_URL=file://localhost$BATS_TEST_TMPDIR/link/ run -75 --separate-stderr pipeline.sh
	[[ $stderr == *"another run"* ]]
	# nor does it depend on where the cursor is kept
	CURSOR_STORE=file:$BATS_TEST_TMPDIR/c run -75 --separate-stderr pipeline.sh
	model_thaw
	wait "$pid"
	cursor_is 1721183934
}

# nobody COMMAND...: as another user, if we are root.
nobody() {
	setpriv --reuid nobody --regid nogroup --clear-groups "$@"
}

@test "another user can neither hold the lock nor put anything in its place" {
	needs users
	redis_start
	senserve_start
	put 1721183934.jsonl
	# where everybody can look
	local open
	open=$(mktemp -d /tmp/seniority-lock-XXXXXX)
	chmod 755 "$open"
	export XDG_STATE_HOME=$open
	# the folder was left open to all, and somebody has been there
	mkdir -m 1777 "$open/seniority"
	lock=$open/seniority/$(basename "$(XDG_STATE_HOME=$BATS_TEST_TMPDIR cursor lock)")
	nobody mkfifo "$lock"
	run -0 --separate-stderr cursor lock
	[ "$output" != "$lock" ] # not this place
	rm "$lock"
	lock=$(cursor lock)
	[[ $lock == "$open"/seniority/run-*.lock ]]
	[ "$(stat -c %a:%U "$lock" "$open/seniority" | tr '\n' ' ')" = "600:root 1755:root " ]
	for attempt in "flock -n '$lock' true" ": <'$lock'" "mv '$lock' '$lock.x'" "rm -f '$lock'" "mkfifo '$open/seniority/x'"; do
		run nobody bash -c "$attempt"
		echo "$attempt: $output"
		[ "$status" -ne 0 ]
	done
	# a FIFO where older versions had the lock hung the run
	local before=/tmp
	[ ! -k /run/lock ] || before=/run/lock
	before+=/seniority-$(printf '%s\n' "file://$BATS_TEST_TMPDIR/store" "$OLDER" | sha256sum | head -c 32).lock
	nobody mkfifo "$before"
	run -0 timeout 60 "$ROOT/pipeline.sh" --quiet
	rm "$before"
	cursor_is 1721183934
	rm -r "$open"
}

@test "a FIFO, a link or a folder in place of the lock is refused without hanging" {
	export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state
	mkdir "$XDG_STATE_HOME"
	lock=$(cursor lock)
	rm "$lock"
	for odd in "mkfifo $lock" "mkdir $lock" "ln -s $BATS_TEST_TMPDIR/target $lock"; do
		$odd
		run -0 timeout 10 "$BIN/cursor" lock
		[[ $output == "$HOME"/.local/state/seniority/run-*.lock ]]
		[ ! -e "$BATS_TEST_TMPDIR/target" ]
		rm -r "$lock"
	done
	# a folder that is a link may be anybody's
	rmdir "$XDG_STATE_HOME/seniority"
	ln -s "$BATS_TEST_TMPDIR" "$XDG_STATE_HOME/seniority"
	run -0 cursor lock
	[[ $output == "$HOME"/* ]]
}

@test "without a home there is a folder in /tmp, and if somebody else has it, a message" {
	needs users
	as_user() { setpriv --reuid "$1" --regid 64123 --clear-groups env HOME=/ "${@:2}"; }
	chmod 755 "$BATS_TEST_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$BATS_RUN_TMPDIR"
	rm -rf /tmp/seniority-6412[34]
	cp "$BIN/cursor" cursor # these users may not look into the home in which the tree is
	run -0 as_user 64123 "$PWD/cursor" lock
	[[ $output == /tmp/seniority-64123/run-*.lock ]]
	[ "$(stat -c %a:%u /tmp/seniority-64123)" = 700:64123 ]
	as_user 64123 mkdir -m 777 /tmp/seniority-64124
	run -2 --separate-stderr as_user 64124 "$PWD/cursor" lock
	[[ $stderr == *"/tmp/seniority-64124: Operation not permitted"* ]]
	rm -r /tmp/seniority-6412[34]
}

# --- what older versions left ---

@test "in Redis, at AWS: the older cursor and its failed objects count, and are copied with the first change" {
	redis_start
	at_aws
	older_redis 1721183934 job-postings-raw/1721183900.jsonl job-postings-raw/1721183901.jsonl
	run -0 --separate-stderr cursor get
	[ "$output" = 1721183934 ]
	[ -z "$stderr" ]
	[ "$(cursor failed | jq -r .key | wc -l)" = 2 ]
	[ "$(cursor key --older)" = "$OLDER" ]
	# looking changes nothing, and until something is saved the older version may go on
	[ "$(redis_do EXISTS "$AWS" "$AWS:failed")" = 0 ]
	redis_do SET "$OLDER" 1721183940 >/dev/null
	cursor_is 1721183940
	cursor set --dry-run 1721183994
	[ "$(redis_do EXISTS "$AWS" "$AWS:failed")" = 0 ]
	# a change of the failed alone takes the cursor along
	cursor failed --clear job-postings-raw/1721183901.jsonl
	[ "$(redis_do GET "$AWS")" = 1721183940 ]
	[ "$(redis_do HGET "$AWS:failed" job-postings-raw/1721183900.jsonl)" = "$(older_record job-postings-raw/1721183900.jsonl)" ]
	[ "$(redis_do HLEN "$AWS:failed")" = 1 ]
	# from now on what the older version does is its own
	redis_do SET "$OLDER" 1731183940 >/dev/null
	cursor_is 1721183940
	cursor failed --clear
	[ -z "$(cursor failed)" ]
	cursor set 0 --force
	cursor_is 0
	[ "$(redis_do HLEN "$OLDER:failed")" = 2 ]
}

@test "in Redis, at AWS: each kind of first change keeps what there was" {
	redis_start
	at_aws
	# begins COMMAND...: anew, with this as the first change
	begins() {
		redis_do FLUSHALL >/dev/null
		older_redis 1721183934 job-postings-raw/1721183900.jsonl
		run --separate-stderr bash -c "$1"
		echo "$1: $status $stderr, at $(redis_do GET "$AWS")"
		[ "$(redis_do GET "$AWS")" = "$2" ]
		[ "$(redis_do HKEYS "$AWS:failed" | sort | grep . | tr "\n" " ")" = "$3" ]
		[ "$(redis_do GET "$OLDER")" = 1721183934 ]
		[ "$(redis_do HLEN "$OLDER:failed")" = 1 ]
	}
	export -f failure
	kept='job-postings-raw/1721183900.jsonl '
	begins 'cursor set 1721183994' 1721183994 "$kept"
	begins 'cursor set 1721183934' 1721183934 "$kept"
	begins 'cursor set 1721183000 --force' 1721183000 "$kept"
	begins 'cursor set 0 --force' 0 "$kept"
	begins 'cursor set 1721183000' '' ''
	begins 'cursor failed --clear' 1721183934 ''
	begins 'failure 1 1721183994 | cursor set' 1721183994 "${kept}job-postings-raw/1721183994 "
	begins 'failure 1 5 | cursor set' 1721183934 "job-postings-raw/1721183900.jsonl job-postings-raw/5 "
	begins 'cursor import' 1721183934 "$kept"
	# a cursor that is lost in the middle of a run is noticed as ever, though an older one is left
	cursor set 1721184000
	redis_do DEL "$AWS" >/dev/null
	cursor_is 1721183934
	# one that is damaged is no reason to begin with 0
	redis_do DEL "$AWS:failed" >/dev/null
	redis_do SET "$OLDER" 17x >/dev/null
	run -1 --separate-stderr cursor get
	[ -z "$output" ]
	run -1 cursor set 1721184000
	cursor set 1721184000 --force
	cursor_is 1721184000
	[ "$(cursor failed | wc -l)" = 1 ]
}

@test "in Redis, at another server: the older cursor may be anybody's: it is named, and imported on demand" {
	redis_start
	senserve_start
	put 1721183934.jsonl
	put 1721183994.jsonl
	mkdir -p "$MOD"
	echo there >"$MOD/1721183934.jsonl"
	older_redis 1731183934 job-postings-raw/1721183900.jsonl
	[ -z "$(cursor key --older)" ]
	[ -z "$(cursor failed)" ]
	# a run neither passes what it does not know, nor does anything twice
	run -0 --separate-stderr pipeline.sh --summary json
	[ "$(jq .listed <<<"$output")" = 1 ]
	[ "$(cat "$MOD/1721183934.jsonl")" = there ]
	[ "$(grep -c "left a cursor at 1731183934.*cursor import" <<<"$stderr")" = 1 ]
	cursor_is 1721183994
	run -0 --separate-stderr pipeline.sh --quiet
	[ -z "$stderr" ]
	cursor import
	cursor_is 1731183934
	[ "$(cursor failed)" = "$(older_record job-postings-raw/1721183900.jsonl)" ]
	[ "$(redis_do GET "$OLDER")" = 1731183934 ]
	# another one of ours by its name: a server that has moved
	ENDPOINT_URL=http://moved.example cursor import "$(cursor key)"
	[ "$(ENDPOINT_URL=http://moved.example cursor get)" = 1731183934 ]
	[ "$(ENDPOINT_URL=http://moved.example cursor failed)" = "$(older_record job-postings-raw/1721183900.jsonl)" ]
}

@test "import prefers the older version's cursor to the predecessor's, and reports what it took" {
	redis_start
	redis_do SET last_key job-postings-raw/1721183000.jsonl >/dev/null
	older_redis 1721183934
	run -0 --separate-stderr cursor import --dry-run
	[ "$output" = "would move from 0 to 1721183934" ]
	cursor_is 0
	run -0 --separate-stderr cursor import
	[[ $stderr == "cursor: took over 1721183934 and 0 failed objects from $OLDER" ]]
	cursor_is 1721183934
	redis_do DEL "$OLDER" >/dev/null
	run -1 --separate-stderr cursor import
	[[ $stderr == *"only grows"* ]]
	redis_do DEL last_key >/dev/null
	run -1 --separate-stderr cursor import
	[[ $stderr == *"no key '$OLDER' and no key 'last_key'" ]]
}

in_file() {
	export CURSOR_STORE=file:$BATS_TEST_TMPDIR/the.cursor
	FILE=$BATS_TEST_TMPDIR/the.cursor
}

older_file() {
	{
		echo "$1"
		older_record job-postings-raw/1721183900.jsonl
	} >"$FILE"
}

@test "in a file, at AWS: an older version's is taken, and says whose it is from then on" {
	at_aws
	in_file
	older_file 1721183934
	cursor_is 1721183934
	[ "$(cursor failed | jq -r .key)" = job-postings-raw/1721183900.jsonl ]
	cursor set 1721183994
	[ "$(sed -n 2p "$FILE" | jq -r .identity)" = "$(cursor identity)" ]
	[ "$(sed -n 3p "$FILE")" = "$(older_record job-postings-raw/1721183900.jsonl)" ]
	[ "$(wc -l <"$FILE")" = 3 ]
	# and no other server takes it
	cp "$FILE" before
	for call in 'get' 'set 1731183994' 'set 5 --force' 'failed' 'failed --clear' 'import' 'skip job-postings-raw/1721183999 --reason x'; do
		ENDPOINT_URL=http://other.example run -2 --separate-stderr bash -c "cursor $call"
		[[ $stderr == *"belongs to aws|"*"http://other.example|"* ]]
		[ -z "$output" ]
	done
	ENDPOINT_URL=http://other.example run -2 --separate-stderr pipeline.sh
	cmp "$FILE" before
	# without buckets nobody can say whose it is, and nothing is changed about that
	[ "$(cursor get --config /dev/null)" = 1721183994 ]
	cursor set 1721183999 --config /dev/null
	[ "$(sed -n 2p "$FILE" | jq -r .identity)" = "$(cursor identity)" ]
	run -2 --separate-stderr cursor identity --config /dev/null
	[[ $stderr == *input_bucket* ]]
	ENDPOINT_URL=http://other.example cursor import --force
	[ "$(ENDPOINT_URL=http://other.example cursor get)" = 1721183999 ]
	run -2 cursor get
}

@test "in a file, at another server: an older version's is refused until it is imported" {
	in_file
	older_file 1721183934
	cp "$FILE" before
	for call in 'get' 'set 1731183994' 'failed' 'failed --clear'; do
		run -2 --separate-stderr bash -c "cursor $call"
		[[ $stderr == *"with 'cursor import'"* ]]
	done
	run -2 --separate-stderr pipeline.sh
	cmp "$FILE" before
	run -0 --separate-stderr cursor import --dry-run
	[ "$stderr" = "cursor: would take over file:$FILE, at 1721183934" ]
	cmp "$FILE" before
	cursor import
	cursor_is 1721183934
	[ "$(cursor failed)" = "$(older_record job-postings-raw/1721183900.jsonl)" ]
	# damage is not imported
	echo 17x >"$FILE"
	run -1 cursor import
	[ "$(cat "$FILE")" = 17x ]
}

# An older version reads a first line of digits, then lines that are JSON objects with a key, each of one object that
# failed, and writes them back sorted by it.
@test "rolling back: an older version finds its own key as it was, and reads our file" {
	redis_start
	at_aws
	older_redis 1721183934 job-postings-raw/1721183900.jsonl
	failure 1 1721183994 | cursor set || true
	[ "$(redis_do GET "$OLDER")" = 1721183934 ]
	[ "$(redis_do HGETALL "$OLDER:failed")" = "job-postings-raw/1721183900.jsonl
$(older_record job-postings-raw/1721183900.jsonl)" ]
	in_file
	{ failure 1 1721183934 && failure 2 1721183994; } | cursor set || true
	[ "$(head -n 1 "$FILE")" = 1721183994 ]
	[ "$(sed 1d "$FILE" | jq -r 'select((.key | length) > 0 and (.reason | type) == "string" and (.stage | type) == "string") | .key')" = \
		"seniority:identity
job-postings-raw/1721183934
job-postings-raw/1721183994" ]
	# as the older version leaves it
	{ echo 1721184000 && sed 1d "$FILE" | sort; } >sorted
	cp sorted "$FILE"
	cursor_is 1721184000
	[ "$(cursor failed | wc -l)" = 2 ]
	cursor failed --clear job-postings-raw/1721183934
	[ "$(sed 1d "$FILE" | jq -r .key)" = "seniority:identity
job-postings-raw/1721183994" ]
}

# --- the history ---

@test "the history continues in an older version's file, if that can only be ours" {
	redis_start
	history=$HOME/.local/state/seniority
	mkdir -p "$history"
	older=$history/history-$(sha256sum <<<"$OLDER" | head -c 8).ndjson
	jq -cn '{run: "older", ended: 1721183934, seconds: 1, status: 0}' >"$older"
	at_aws
	# nobody answers there: a run of which only its end is known
	AWS_ENDPOINT_URL=https://s3.amazonaws.com REDIS_SOCKET=$PWD/nobody.sock run -75 pipeline.sh --quiet
	now=$(find "$history" -name 'history-*' ! -path "$older")
	[ "$(jq -r .status "$now" | tr '\n' ' ')" = "0 75 " ]
	[ "$(wc -l <"$older")" = 1 ]
	ENDPOINT_URL=http://127.0.0.1:9 REDIS_SOCKET=$PWD/nobody.sock run -75 pipeline.sh --quiet
	other=$(find "$history" -name 'history-*' ! -path "$older" ! -path "$now")
	[ "$(jq -r .status "$other")" = 75 ]
}
