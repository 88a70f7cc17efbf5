#!/usr/bin/env bats
# What s3ls, s3cat and s3put do on a bad day: a proxy in front of a real S3 server spoils some of the requests.
# slow: some faults are that nothing happens
# needs: radosgw ceph-mon curl python3:botocore

load helper

setup_file() {
	radosgw_start
	s3_bucket faults
	mkdir "$BATS_FILE_TMPDIR/raw"
	seq 1000000000 1999999999 2>/dev/null | tr '\n' ' ' | fold -w 199 | head -c 300000 >"$BATS_FILE_TMPDIR/raw/medium"
	seq 1500000000 1999999999 2>/dev/null | tr '\n' ' ' | fold -w 199 | head -c 30000000 >"$BATS_FILE_TMPDIR/raw/large"
	local name
	for name in medium large; do
		echo >>"$BATS_FILE_TMPDIR/raw/$name"
		s3put --endpoint-url "$S3_ENDPOINT" "s3://faults/$name" <"$BATS_FILE_TMPDIR/raw/$name"
	done
}

setup() {
	FILES=$BATS_FILE_TMPDIR/raw
	BUCKET=faults
	mkdir -p "$BATS_TEST_TMPDIR/cwd"
	cd "$BATS_TEST_TMPDIR/cwd" || return
}

# faulty OPTION...: a config.yaml that leads through the proxy. The test's own; stopped by faults_met.
faulty() {
	faulty_start "$@"
	cat >config.yaml <<-END
		endpoint_url: $URL
		input_bucket: faults
		output_bucket: faults
	END
}

# What the proxy has done, by a jq filter.
faults_met() {
	server_stop faulty
	jq -r "$1" "$(here)/faulty.out"
}

uploads_left() {
	s3_request GET "/$BUCKET?uploads=" | grep -c '<UploadId>' || true
}

@test "each fault of a GET is overcome, with one warning" {
	local kind
	for kind in 500 503 slowdown 429 reset reset-head reset-body truncated short garbled stalled lost; do
		faulty --every 1 --kinds "$kind,none"
		[ "$kind" != stalled ] || export STALL_TIMEOUT=5s
		s3cat medium >out 2>log
		unset STALL_TIMEOUT
		cmp out "$FILES/medium"
		[ "$(grep -c "^s3cat: warning: s3://faults/medium: .*, retry 2 of 5 in [0-9.]* s$" log)" = 1 ]
		[ "$(wc -l <log)" = 1 ]
		[ "$(faults_met ".met[\"$kind\"]")" = 1 ]
	done
}

@test "a transfer that breaks again and again continues where it stopped, as long as there is progress" {
	faulty --every 1 --kinds truncated,reset-body,truncated,reset-body,truncated,reset-body,truncated,reset-body,none
	s3cat large 2>log | cmp - "$FILES/large"
	[ "$(faults_met '[.met[]] | add')" = 8 ]
	grep -q 'retry 2 of 5' log
	run ! grep -q 'retry 3 of 5' log
}

@test "an object that is damaged on its way is detected, alone or digested together with others" {
	local i status=0
	for i in {1..40}; do
		printf '{"@":"begin","key":"from/small-%d"}\n' "$i"
		head -n "$i" "$FILES/large"
		printf '{"@":"end","key":"from/small-%d","lines":%d}\n' "$i" "$i"
		echo "many/small-$i" >>small
		head -n "$i" "$FILES/large" >>wanted
		printf '{"@":"begin","key":"from/%d"}\n' "$i"
		head -n $((i * i * 3)) "$FILES/large"
		printf '{"@":"end","key":"from/%d","lines":%d}\n' "$i" $((i * i * 3))
		echo "many/$i" >>keys
	done | s3put --endpoint-url "$S3_ENDPOINT" --output-bucket faults --raw-prefix from/ --mod-prefix many/ >receipts
	# What comes in one piece is here whole before any of it goes out: each is mended.
	faulty --every 9 --kinds garbled --only GET
	s3cat -P 16 --plain <small 2>log | cmp - wanted
	[ "$(grep -c 'the download does not match the MD5' log)" = "$(faults_met .met.garbled)" ]
	grep -q . log
	faulty --every 9 --kinds garbled --only GET
	s3cat -P 16 --frames <keys >out 2>log || status=$?
	[ "$(grep -c 'the download does not match the MD5' log)" = "$(faults_met .met.garbled)" ]
	grep -q . log
	# What had begun to go out before all of it was here cannot be got again: it ends as an error, and is never wrong.
	[ "$status" = "$(grep -q '^{"@":"error"' out && echo 75 || echo 0)" ]
	ended=$(sed -nE 's/^\{"@":"end","key":"many\/([0-9]+)".*/\1/p' out)
	(($(wc -w <<<"$ended") == 40 - $(grep -c '^{"@":"error"' out)))
	(($(grep -c '^{"@":"error"' out) <= $(faults_met .met.garbled)))
	for i in $ended; do
		sed -n '/^{"@":"begin",.*"key":"many\/'"$i"'"/,/^{"@":"end",/ { /^{"@":/!p }' out | cmp - <(head -n $((i * i * 3)) "$FILES/large")
	done
	# Where it is damaged each time, nothing of it is ended.
	faulty --every 1 --kinds garbled --only GET
	AWS_MAX_ATTEMPTS=1 run -75 --separate-stderr s3cat -P 16 --frames <keys
	[ "$(grep -c '^{"@":"error".*does not match the MD5.*"temporary":true' <<<"$output")" = 40 ]
	run ! grep -q '^{"@":"end"' <<<"$output"
}

@test "an object that is replaced while it is read is no mixture of both" {
	faulty --every 1 --kinds held,none --only GET
	cp "$FILES/large" old
	tac old >new
	s3put --endpoint-url "$S3_ENDPOINT" changing <old
	STALL_TIMEOUT=10m s3cat --plain changing >out 2>log 3>&- &
	local pid=$! status=0
	wait_until 10 test -s out
	s3put --endpoint-url "$S3_ENDPOINT" changing <new
	kill -USR1 "$(server_pid faulty)"
	wait "$pid" || status=$?
	[ "$status" = 75 ]
	grep -q 'GET: 412 PreconditionFailed' log
	cmp -n "$(wc -c <out)" out old
}

@test "each fault of a PUT is overcome; the object is whole" {
	local kind
	for kind in 500 503 slowdown 429 reset reset-head lost; do
		faulty --every 1 --kinds "$kind,none" --only PUT
		s3put "put/$kind" <"$FILES/medium" 2>log
		[ "$(grep -c ', retry 2 of 5 in ' log)" = 1 ]
		s3cat "put/$kind" | cmp - "$FILES/medium"
		[ "$(faults_met ".met[\"$kind\"]")" = 1 ]
	done
}

@test "--no-clobber: a PUT whose answer was lost does not count as somebody else's object" {
	faulty --every 1 --kinds lost,none --only PUT
	s3put --no-clobber "mine" <"$FILES/medium"
	[ "$(faults_met .calls.HEAD)" = 2 ]
	s3cat --endpoint-url "$S3_ENDPOINT" mine | cmp - "$FILES/medium"
}

@test "a large upload: parts are tried again by themselves, its end too" {
	faulty --every 2 --kinds 500,reset,lost,slowdown --only PUT
	s3put large/parts <"$FILES/large" 2>log
	s3cat large/parts | cmp - "$FILES/large"
	[ "$(faults_met '.calls.POST')" = 2 ]

	# The end: an error within a 200, an answer that never comes, one that is cut off.
	local kinds
	for kinds in none,error-200,none none,lost,none none,truncated,none; do
		faulty --every 1 --kinds "$kinds" --only POST
		s3put large/end <"$FILES/large" 2>log
		s3cat --endpoint-url "$S3_ENDPOINT" large/end | cmp - "$FILES/large"
	done
	[ "$(uploads_left)" = 0 ]
}

@test "CRC-32 by option: sent with objects and parts, and compared with the server's on download" {
	faulty --every 1000000
	s3put plain <"$FILES/medium"
	[ "$(faults_met .crc.right)" = null ]
	export CHECK_CRC32=true
	faulty --every 1000000
	s3put crc/medium <"$FILES/medium"
	s3put crc/large <"$FILES/large"
	s3put crc/empty </dev/null
	s3cat crc/large | cmp - "$FILES/large"
	[ "$(faults_met '[.crc.right, .crc.wrong] | @csv')" = 6, ]
	# With its own CRC it is right; with another it is got again, without the MD5's help too.
	export CHECK_MD5=false
	echo '{"a":1}' | s3put --endpoint-url "$S3_ENDPOINT" crc/small
	faulty --every 1 --kinds crc --only GET
	s3cat crc/medium 2>log | cmp - "$FILES/medium"
	[ ! -s log ]
	faulty --every 1 --kinds crc-garbled,crc --only GET
	[ "$(s3cat crc/small 2>log)" = '{"a":1}' ]
	grep -q 'the download does not match the CRC-32 of the object, retry 2 of 5' log
}

@test "a large upload that fails is taken back, and nothing is there" {
	faulty --every 1 --kinds 500 --only PUT
	run -75 --separate-stderr s3put large/failed <"$FILES/large"
	[[ $stderr == *"UploadPart: 500 InternalError"* ]]
	[ "$(uploads_left)" = 0 ]
	run -1 s3cat --endpoint-url "$S3_ENDPOINT" large/failed
}

@test "a listing whose XML is cut off is asked for again" {
	faulty --every 1 --kinds cut-xml,none
	s3ls s3://faults/ 2>log | jq -r .key >listed
	grep -qx medium listed
	grep -q 'bad XML' log
}

@test "credentials that the server calls expired: left for a later run at once, if there are no others" {
	faulty --every 1 --kinds expired
	run -75 --separate-stderr s3cat medium
	[[ $stderr == *expired* ]]
	[[ $stderr != *retry* ]]
	[ "$(faults_met .requests)" = 1 ]
}

@test "a clock that is off: requests are signed with the server's time from then on, with one warning" {
	faulty --every 1 --kinds skewed,none,none
	s3cat medium medium 2>log >out
	cat "$FILES/medium" "$FILES/medium" | cmp - out
	[ "$(grep -c "this machine's clock is [0-9]* s behind the server's" log)" = 1 ]
	local ahead
	ahead=$(faults_met .ahead)
	((ahead > 30 && ahead <= 61))
}

@test "requests that are not worth a retry are not retried" {
	faulty --every 1000000
	run -1 s3cat not/there
	[ "$(faults_met .requests)" = 1 ]
}

@test "credentials that the server calls expired are renewed, once" {
	cat >keys <<-END
		#!/bin/sh
		key=$AWS_ACCESS_KEY_ID
		[ -e asked ] || key=of-yesterday
		echo asked >>asked
		echo "{\"Version\":1,\"AccessKeyId\":\"\$key\",\"SecretAccessKey\":\"$AWS_SECRET_ACCESS_KEY\"}"
	END
	chmod +x keys
	printf '[default]\ncredential_process = %s\n' "$PWD/keys" >aws-config
	export AWS_CONFIG_FILE=$PWD/aws-config
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	faulty --every 1 --kinds expired,none,none
	s3cat -P 1 medium medium 2>log >out
	cat "$FILES/medium" "$FILES/medium" | cmp - out
	[ "$(wc -l <asked)" = 2 ]
	[ "$(faults_met .met.expired)" = 1 ]
}

@test "10,000 requests, one in twenty spoiled: everything arrives" {
	local files=2000 round
	"$PYTHON" "$ROOT/tests/servers/fill.py" "$S3_ENDPOINT" faults job-postings-raw/ 1700000001 "$files"
	faulty --every 20 --mixed
	export STALL_TIMEOUT=1s
	awk -v n="$files" 'BEGIN {
		for (i = 1700000001; i <= 1700000000 + n; i++)
			printf "{\"company\":\"Company %d\",\"title\":\"Engineer\"}\n", i
	}' >wanted
	for round in 1 2 3 4 5; do
		# not so many that one waits for its turn at the server for as long as that
		s3ls 2>>log | s3cat -P 24 --plain 2>>log | cmp - wanted || { tail -n 5 log && false; }
	done
	# Listings and ends of uploads meet a fault at every second, so that they meet their own kinds too.
	for round in {1..150}; do cat wanted; done >wanted-large
	for round in 1 2 3; do
		s3put "mixed/$round" <wanted-large 2>>log
		s3cat "mixed/$round" 2>>log | cmp - wanted-large
	done
	server_stop faulty
	jq . "$(here)/faulty.out"
	jq -e '.requests >= 10000 and (.met | [.[]] | add) >= 500' "$(here)/faulty.out"
	jq -e '.met | has("500") and has("503") and has("slowdown") and has("429") and has("reset") and has("reset-head") and
		has("reset-body") and has("reset-after") and has("truncated") and has("short") and has("stalled") and has("cut-xml") and
		has("error-200") and has("region")' "$(here)/faulty.out"
	run ! grep -v ': warning: ' log
	grep -q 'retry 2 of 5' log
}
