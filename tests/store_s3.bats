#!/usr/bin/env bats
# s3ls, s3cat and s3put on a real S3 server: radosgw, or Swift where this file goes by the name store_s3_swift.bats.
# slow: a server is started for each build

load helper

# Instead of the helper's.
s3_request() {
	"$PYTHON" "$ROOT/tests/servers/s3_request.py" "$@"
}

s3_bucket() {
	s3_request PUT "/$1"
}

setup_file() {
	case $BATS_TEST_FILENAME in
	*swift*) export SERVER=swift && swift_start ;;
	*) export SERVER=radosgw && radosgw_start ;;
	esac
	s3_bucket odd-names
	s3_bucket many
}

setup() {
	BUCKET=test-$BATS_TEST_NUMBER
	sandbox_s3 "$BUCKET"
}

swift_start() {
	local port
	port=$(free_port 5)
	"$ROOT/tests/servers/swift.sh" start "$(here)/swift" "$port" >"$(here)/swift.env" 2>"$(here)/swift.log" 3>&- ||
		_server_failed swift
	export S3_ENDPOINT=http://127.0.0.1:$port
	export AWS_ACCESS_KEY_ID=test:tester AWS_SECRET_ACCESS_KEY=testing AWS_REGION=us-east-1
}

teardown_file() {
	[ "$SERVER" != swift ] || "$ROOT/tests/servers/swift.sh" stop "$(here)/swift" 3>&-
	servers_stop
}

uploads_left() {
	s3_request GET "/$BUCKET?uploads=" | grep -c '<UploadId>' || true
}

upload_is_begun() {
	[ "$(uploads_left)" = 1 ]
}

# What other clients' keys look like; each a name on S3 as it stands.
odd_keys() {
	printf '%s\n' 'a b' 'a+b' 'a%20b' 'a%2Bb' 'a%zz' 'a=b&c' 'q?x#y' '*' 'd//e' '/lead' 'trail/' '../up' './x' 'x/..' '~-_.' \
		'"<>&' "it's;,:@!\$()[]{}|\\^\`" 'ünï/日本/😀' $'control\x01\x1f' $'del\x7f' '2024-01-01T00:00:00+00:00'
}

@test "odd keys are put, listed and got as they are" {
	local key number=0
	while IFS= read -r key; do
		number=$((number + 1))
		echo "{\"number\":$number}" | s3put "s3://odd-names/k/$key"
		run -0 s3cat "s3://odd-names/k/$key"
		[ "$output" = "{\"number\":$number}" ]
	done < <(odd_keys)
	s3ls s3://odd-names/k/ | jq -j '.key + "\n"' >listed
	odd_keys | sed 's|^|k/|' | LC_ALL=C sort >wanted
	diff wanted listed
	# Records find their objects again.
	s3ls s3://odd-names/k/ | s3cat | grep -c '"number"' | grep -qx "$number"
}

@test "a listing of more than a page has each key once, in order, and goes on behind any of them" {
	"$PYTHON" "$ROOT/tests/servers/fill.py" "$S3_ENDPOINT" many job-postings-raw/ 1700000001 2345
	s3ls s3://many/job-postings-raw/ | jq -r .key >listed
	seq -f 'job-postings-raw/%.0f.jsonl' 1700000001 1700002345 >wanted
	diff wanted listed
	sed -i 's/_bucket: .*/_bucket: many/' config.yaml
	s3ls --after 1700001000 | jq -r .key >listed
	sed 1,1000d wanted | diff - listed
	# A reader that has seen enough ends it quietly.
	run -0 bash -c 'set +o pipefail; s3ls s3://many/ | head -n 1'
}

@test "an object has the same bytes after it was put and got, whatever its size" {
	local size
	# 8 MiB is the most that is put in one piece, and the size of the first parts.
	for size in 0 1 65536 1048577 8388608 8388609 16777216 30000001; do
		seq 1000000000 1999999999 | tr '\n' ' ' | fold -w 199 | head -c "$size" | sed '$s/.$/\n/' | head -c "$size" >"file-$size"
		s3put --stats stats "sizes/$size" <"file-$size"
		s3cat "sizes/$size" | cmp - "file-$size"
	done
	[ "$(uploads_left)" = 0 ]
	# The etag that s3put tells is the one that is listed.
	s3put sizes/told <file-30000001 >receipt
	[ "$(jq -r .etag receipt)" = "$(s3ls sizes/told | jq -r .etag)" ]
	[ "$(jq -r .bytes receipt)" = "$(wc -c <file-30000001)" ]
}

@test "who wrote an object is kept with it" {
	echo '{}' | s3put some/key
	s3_request HEAD "/$BUCKET/some/key" >headers
	grep -qi '^x-amz-meta-writer: s3put/' headers
	grep -qi '^content-type: ' headers
}

@test "what is not there: 404, status 1, S3's own word" {
	run -1 --separate-stderr s3cat no/such/key
	[ "$stderr" ]
	[[ $stderr == *"s3://$BUCKET/no/such/key: GET: 404 NoSuchKey"* ]]
	[[ $stderr != *retry* ]]
	run -1 --separate-stderr s3ls s3://no-such-bucket/
	[[ $stderr == *"404 NoSuchBucket"* ]]
	echo no/such/key | s3cat >frames || [ $? = 1 ]
	[ "$(jq -r .reason frames)" = 'GET: 404 NoSuchKey' ]
	[ "$(jq -r .temporary frames)" = false ]
}

@test "a wrong secret: 403, status 1, no secret in the message, and no object passes as failed for good" {
	export AWS_SECRET_ACCESS_KEY=surely-not-this
	run -1 --separate-stderr s3cat some/key
	[[ $stderr == *"403 SignatureDoesNotMatch"* ]]
	[[ $stderr != *surely-not-this* ]]
	echo some/key | s3cat >frames || [ $? != 0 ]
	[ "$(jq -r .temporary frames)" = true ]
}

@test "nobody listens: 75, after the retries, each with a warning" {
	local port
	port=$(free_port)
	export AWS_MAX_ATTEMPTS=3
	run -75 --separate-stderr s3cat --endpoint-url "http://127.0.0.1:$port" some/key
	[ "$(grep -c 'warning: .*retry [23] of 3 in' <<<"$stderr")" = 2 ]
}

@test "--no-clobber leaves what is there" {
	if [ "$SERVER" = swift ]; then
		# It does not know the condition, and says so: nothing is stored.
		run -1 --separate-stderr s3put --no-clobber once < <(echo first)
		[[ $stderr == *"501 NotImplemented"* ]]
		run -1 s3cat once
		return
	fi
	echo first | s3put --no-clobber once
	run -1 --separate-stderr s3put --no-clobber once < <(echo second)
	[[ $stderr == *"412 PreconditionFailed"* ]]
	[ "$(s3cat once)" = first ]
	# In parts it is looked for before anything is sent.
	head -c 9000000 /dev/zero | tr '\0' x >large
	run -1 --separate-stderr s3put --no-clobber once <large
	[ "$(s3cat once)" = first ]
	[ "$(uploads_left)" = 0 ]
}

@test "several at once under one key: one whole object" {
	local i pids=()
	for i in 1 2 3 4; do
		yes "{\"writer\":$i}" | head -c 9000000 >"in-$i"
		echo >>"in-$i"
	done
	for i in 1 2 3 4; do
		s3put same/key <"in-$i" >/dev/null 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	s3cat same/key >out
	cmp -s out in-1 || cmp -s out in-2 || cmp -s out in-3 || cmp out in-4
	[ "$(uploads_left)" = 0 ]
}

@test "an upload that a signal ends is taken back" {
	mkfifo pipe
	s3put large/key <pipe 3>&- &
	local pid=$!
	exec 9>pipe
	head -c 20000000 /dev/zero | tr '\0' x >&9
	wait_until 10 upload_is_begun
	kill -TERM "$pid"
	local status=0
	wait "$pid" || status=$?
	exec 9>&-
	[ "$status" = 143 ]
	[ "$(uploads_left)" = 0 ]
	run -1 s3cat large/key
}

@test "another region than the bucket's is found out and said once" {
	local port said="is in region us-east-1, not eu-west-1"
	echo '{"a":1}' | s3put some/key
	export AWS_REGION=eu-west-1
	if [ "$SERVER" = radosgw ]; then
		# It takes any region: so one stands in front of it that does not.
		port=$(free_port)
		server_run faulty "$ROOT/tests/servers/faulty.py" "$port" "${S3_ENDPOINT##*:}" --every 1 --kinds region
		wait_until 10 port_open "$port"
		sed -i "s|endpoint_url: .*|endpoint_url: http://127.0.0.1:$port|" config.yaml
		said="is in region eu-nowhere-1, not eu-west-1"
	fi
	run -0 --separate-stderr s3cat some/key some/key
	[ "$output" = $'{"a":1}\n{"a":1}' ]
	[ "$(grep -c "$said" <<<"$stderr")" = 1 ]
}
