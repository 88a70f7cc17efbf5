#!/usr/bin/env bats
# What s3ls, s3cat and s3put ask of an S3 server, seen by a proxy in front of a real one that notes the headers.
# needs: radosgw ceph-mon curl

load helper

setup_file() {
	radosgw_start
	s3_bucket requests
	postings 20 >"$BATS_FILE_TMPDIR/small"
	seq 1000000 2300000 >"$BATS_FILE_TMPDIR/large" # two parts
	s3put --endpoint-url "$S3_ENDPOINT" s3://requests/small <"$BATS_FILE_TMPDIR/small"
}

setup() {
	SMALL=$BATS_FILE_TMPDIR/small
	LARGE=$BATS_FILE_TMPDIR/large
	BUCKET=requests
	cd "$BATS_TEST_TMPDIR" || return
	faulty --every 1000000
}

# faulty OPTION...: the proxy anew, and a config.yaml that leads through it. Sets URL.
faulty() {
	faulty_start "$@"
	printf 'endpoint_url: %s\ninput_bucket: requests\noutput_bucket: requests\n' "$URL" >config.yaml
}

# sent METHOD: the headers of the latest request of it, "name: value" lines. Ends the proxy.
sent() {
	server_stop faulty
	jq -r ".sent[\"$1\"] | to_entries[] | \"\(.key): \(.value)\"" faulty.out
}

uploads_left() {
	s3_request GET "/$BUCKET?uploads=" | grep -c '<UploadId>' || true
}

@test "a plain PUT has what every store knows, and nothing else: no ACL, no checksum, no aws-chunked" {
	s3put plain <"$SMALL"
	sent PUT | sed 's/:.*//' | sort | paste -sd' ' >names
	[ "$(cat names)" = "authorization content-length content-type host target x-amz-content-sha256 x-amz-date x-amz-meta-upload x-amz-meta-writer" ]
	jq -r '.sent.PUT["x-amz-content-sha256"]' faulty.out >digest
	[ "$(cat digest)" = "$(sha256sum <"$SMALL" | cut -d' ' -f1)" ]
}

@test "storage class, encryption, request payer, the source's key and our version, by option" {
	export STORAGE_CLASS=STANDARD SSE=AES256 REQUEST_PAYER=true
	# The server has no TLS, without which it refuses to encrypt: what is asked counts.
	run s3put options <"$SMALL"
	sent PUT >headers
	grep -qx 'x-amz-storage-class: STANDARD' headers
	grep -qx 'x-amz-server-side-encryption: AES256' headers
	grep -qx 'x-amz-request-payer: requester' headers
	unset SSE
	faulty --every 1000000
	printf '%s\n' '{"@":"begin","key":"job-postings-raw/1 ü.jsonl"}' '{"company":"a","title":"b"}' \
		'{"@":"end","key":"job-postings-raw/1 ü.jsonl","lines":1}' | s3put
	sent PUT >headers
	grep -qx 'x-amz-meta-source: job-postings-raw/1%20%C3%BC.jsonl' headers
	grep -q '^x-amz-meta-writer: s3put/[0-9]' headers
	# Of an upload in parts they belong to its beginning.
	faulty --every 1000000
	export SSE=aws:kms SSE_KMS_KEY_ID=key-1
	run s3put options <"$LARGE"
	sent POST >headers
	grep -qx 'x-amz-server-side-encryption: aws:kms' headers
	grep -qx 'x-amz-server-side-encryption-aws-kms-key-id: key-1' headers
}

@test "a body is signed as it is, unless TLS protects it" {
	UNSIGNED_PAYLOAD=true s3put unsigned <"$SMALL"
	sent PUT | grep -qx "x-amz-content-sha256: $(sha256sum <"$SMALL" | cut -d' ' -f1)"
}

@test "listings ask for encoded names, after the cursor; the first GET has no condition, continuations have one" {
	s3ls --after 1700000000 >/dev/null
	sent GET >headers
	grep -q '^target: /requests?.*list-type=2' headers
	grep -q '^target: .*encoding-type=url' headers
	grep -q '^target: .*start-after=job-postings-raw%2F1700000000' headers
	faulty --every 1000000
	s3cat small >/dev/null
	sent GET >headers
	run ! grep -q '^if-\|^range' headers
	s3put --endpoint-url "$S3_ENDPOINT" large <"$LARGE"
	faulty --every 1 --kinds truncated,none --only GET
	s3cat large 2>log | cmp - "$LARGE"
	sent GET >headers
	grep -qx 'range: bytes=[1-9][0-9]*-' headers
	grep -q '^if-match: "[0-9a-f]*-[0-9]*"$' headers
}

@test "an object that is called gzip by its header is read by its first bytes, and asked for as it is stored" {
	gzip <"$SMALL" >small.gz
	s3_request PUT /requests/called -H 'content-encoding: gzip' -T small.gz -o /dev/null
	s3_request PUT /requests/wrongly -H 'content-encoding: gzip' -T "$SMALL" -o /dev/null
	s3cat called wrongly | cmp - <(cat "$SMALL" "$SMALL")
	server_stop faulty
	jq -e '.sent.GET["accept-encoding"] == "gzip" and .sent.GET["x-amz-checksum-mode"] == "ENABLED"' faulty.out
}

@test "several at once: objects up to -P, parts of one upload" {
	faulty --every 1000000 --together PUT:2
	cat "$LARGE" "$LARGE" "$LARGE" | s3put parts >/dev/null
	server_stop faulty
	jq -e '.most.PUT >= 2 and .most.PUT <= 8' faulty.out
	faulty --every 1000000 --together GET:2
	s3cat -P 2 parts small parts small | cmp - <(for i in 1 2; do cat "$LARGE" "$LARGE" "$LARGE" "$SMALL"; done)
	server_stop faulty
	[ "$(jq .most.GET faulty.out)" = 2 ]
}

@test "a server in trouble is not buried under retries: a quota for the process" {
	faulty --every 1 --kinds 500
	run -75 --separate-stderr s3cat -P 20 --stats stats k{1..20}
	# 500 tokens, 14 for each
	[ "$(jq .retries stats)" = 35 ]
	server_stop faulty
	[ "$(jq .requests faulty.out)" = 55 ]
	[[ $stderr == *"too many retries in a short time"* ]]
}

@test "an upload that cannot be taken back is named, so that somebody can" {
	faulty --every 1 --kinds 500 --only DELETE
	mkfifo pipe
	AWS_MAX_ATTEMPTS=2 s3put left <pipe >/dev/null 2>log 3>&- &
	local pid=$! status=0
	exec 9>pipe
	cat "$LARGE" "$LARGE" >&9
	wait_until 10 eval '[ "$(uploads_left)" = 1 ]'
	kill -TERM "$pid"
	wait "$pid" || status=$?
	exec 9>&-
	[ "$status" = 143 ]
	local id
	id=$(s3_request GET "/$BUCKET?uploads=" | sed 's/.*<UploadId>\([^<]*\)<.*/\1/')
	grep -qF "warning: s3://requests/left: AbortMultipartUpload: 500 InternalError" log
	grep -qF "its parts stay there, under uploadId=$(jq -rn --arg id "$id" '$id | @uri')" log
	s3_request DELETE "/requests/left?uploadId=$id" -o /dev/null
}

@test "--no-sign-request reads public objects; others are refused with S3's own words and the request's id" {
	s3_request PUT /requests/public -H 'x-amz-acl: public-read' -d hello -o /dev/null
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	[ "$(s3cat --no-sign-request public)" = hello ]
	run -1 --separate-stderr s3cat --no-sign-request small
	[[ $stderr =~ ^"s3cat: s3://requests/small: GET: 403 AccessDenied ("(.*"; ")?"request id tx"[0-9a-f]+ ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	sent GET >headers
	run ! grep -q '^authorization\|^x-amz-[^c]\|^x-amz-content' headers
}

@test "the endpoint comes from the option, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the profile" {
	rm config.yaml
	local dead
	dead=http://127.0.0.1:$(free_port)
	printf '[default]\nendpoint_url = %s\n' "$URL" >aws-config
	export AWS_CONFIG_FILE=$PWD/aws-config AWS_MAX_ATTEMPTS=1
	s3cat s3://requests/small | cmp - "$SMALL"
	printf '[default]\nendpoint_url = %s\nservices = mine\n[services mine]\ns3 =\n  endpoint_url = %s\n' "$dead" "$URL" >aws-config
	s3cat s3://requests/small | cmp - "$SMALL"
	printf '[default]\nendpoint_url = %s\n' "$dead" >aws-config
	run -75 s3cat s3://requests/small
	AWS_ENDPOINT_URL=$URL s3cat s3://requests/small | cmp - "$SMALL"
	AWS_ENDPOINT_URL=$dead AWS_ENDPOINT_URL_S3=$URL s3cat s3://requests/small | cmp - "$SMALL"
	AWS_ENDPOINT_URL_S3=$dead s3cat --endpoint-url "$URL" s3://requests/small | cmp - "$SMALL"
	AWS_ENDPOINT_URL_S3=$dead run -75 s3cat s3://requests/small
	# The region likewise, as the signature says.
	printf '[default]\nregion = eu-west-1\n' >aws-config
	local wanted
	for wanted in eu-west-1 eu-west-2 eu-west-3 eu-north-1; do
		case $wanted in
		eu-west-1) unset AWS_REGION ;;
		eu-west-2) export AWS_DEFAULT_REGION=$wanted ;;
		eu-west-3) export AWS_REGION=$wanted ;;
		esac
		faulty --every 1000000
		if [ "$wanted" = eu-north-1 ]; then s3cat --region $wanted small; else s3cat small; fi | cmp - "$SMALL"
		sent GET | grep -q "^authorization: .*/$wanted/s3/aws4_request"
	done
}

@test "how often a request is tried: AWS_MAX_ATTEMPTS, the profile's max_attempts, 5" {
	local tries
	for tries in 5 3 2; do
		case $tries in
		3) printf '[default]\nmax_attempts = 3\n' >aws-config && export AWS_CONFIG_FILE=$PWD/aws-config ;;
		2) export AWS_MAX_ATTEMPTS=2 ;;
		esac
		faulty --every 1 --kinds 500
		run -75 s3cat small
		server_stop faulty
		[ "$(jq .requests faulty.out)" = "$tries" ]
	done
	unset AWS_MAX_ATTEMPTS
	printf '[default]\nmax_attempts = many\n' >aws-config
	run -2 --separate-stderr s3cat small
	[[ $stderr == *"max_attempts"*"many"* ]]
}

@test "a server that says when: it is obeyed; --unordered gives the others meanwhile, each whole" {
	s3put other <"$LARGE"
	faulty --every 1 --kinds later,none,none --only GET
	s3cat -P 2 small other 2>log | cmp - <(cat "$SMALL" "$LARGE")
	grep -q ': 503 SlowDown, retry 2 of 5 in 4.0 s' log
	faulty --every 1 --kinds later,none,none --only GET
	s3cat --unordered -P 2 small other 2>log >out
	# Usually the first that was asked for.
	if grep -q '/small: .*retry 2 of 5' log; then
		cat "$LARGE" "$SMALL" | cmp - out
	else
		cat "$SMALL" "$LARGE" | cmp - out
	fi
}

@test "x-amz-retry-after takes precedence over Retry-After; requests that start meanwhile wait a part of it" {
	s3put second <"$SMALL"
	faulty --every 1 --kinds amz-later,none,none --only GET
	mkfifo keys
	s3cat --plain -P 2 <keys 2>log >out 3>&- &
	exec 4>keys
	echo small >&4
	wait_until 20 grep -q ': 503 SlowDown, retry 2 of 5 in 4.0 s' log
	echo second >&4
	exec 4>&-
	wait $!
	cmp out <(cat "$SMALL" "$SMALL")
	server_stop faulty
	jq -e '.waited | .again >= 4 and .other >= 1' faulty.out
}

@test "downloads ahead of their turn are held back, not piled up in memory" {
	faulty --every 1 --kinds stalled,none --only GET
	for _ in {1..8}; do cat "$LARGE"; done >huge # 80 MB
	s3put --endpoint-url "$S3_ENDPOINT" huge <huge
	STALL_TIMEOUT=10s s3cat --stats stats -P 4 small huge 2>log | cmp - <(cat "$SMALL" huge)
	grep -q 'retry 2 of 5' log
	(($(jq .peak_kib stats) < 40960)) || [[ $(readelf -d "$BIN/s3cat") == *asan* ]]
}
