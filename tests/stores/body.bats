#!/usr/bin/env bats
# Listing, getting, putting and the whole pipeline, on whichever store this file's name says: store_file.bats (the
# embedded store), store_radosgw.bats (Ceph's S3 server), store_swift.bats (OpenStack's) are links to it. What one of them
# does otherwise than the others stands in the table in tests/store.bash, and each test says what becomes of it there.
# slow as store_swift: a hundred requests a second
# needs: zstd gzip curl
# needs as store_radosgw: radosgw ceph-mon
# needs as store_swift: swift-proxy-server memcached python3:botocore

load helper
load store
load journey

setup_file() {
	store_start
}

setup() {
	store_sandbox "test-$BATS_TEST_NUMBER"
}

# --- listing ---

# What other clients' keys look like; each a name on S3 as it stands.
odd_keys() {
	printf '%s\0' 'a b' 'a+b' 'a%20b' 'a%2Bb' 'a%2Fb' '%2e%2e' 'a%zz' 'a=b&c' 'q?x#y' '*' '...' 'd//e' '/lead' 'trail/' '../up' './x' \
		'x/..' '~-_.' '"<>&' "it's;,:@!\$()[]{}|\\^\`" 'ünï/日本/😀' $'control\x01\x1f' $'del\x7f' $'new\nline' \
		'2024-01-01T00:00:00+00:00'
}

# A path that leads where it says, and nowhere else.
is_safe_path() {
	[[ /$1/ != *//* && /$1/ != */../* && /$1/ != */./* ]]
}

@test "odd keys are stored, listed and read unchanged" {
	local key number=0
	: >wanted
	while IFS= read -rd '' key; do
		if ! can any-key && ! is_safe_path "$key"; then
			run -1 --separate-stderr s3put "k/$key" </dev/null
			[[ $stderr == *"PUT: 400 InvalidKey"* ]]
			run -1 --separate-stderr s3cat "k/$key"
			[[ $stderr == *"GET: 400 InvalidKey"* ]]
			continue
		fi
		number=$((number + 1))
		echo "{\"number\":$number}" | s3put "s3://$BUCKET/k/$key"
		run -0 s3cat "s3://$BUCKET/k/$key"
		[ "$output" = "{\"number\":$number}" ]
		printf 'k/%s\0' "$key" >>wanted
	done < <(odd_keys)
	((number >= 17))
	s3ls k/ | jq -j '.key + "\u0000"' >listed
	sort -z wanted | cmp - listed
	# Records find their objects again.
	[ "$(s3ls k/ | s3cat | grep -c '"number"')" = "$number" ]
	[ "$(s3ls 'k/a%2' | jq -r .key | paste -sd' ')" = 'k/a%20b k/a%2Bb k/a%2Fb' ]
}

@test "a listing of more than a page has each key once, in order, and can start after any of them" {
	local count=2345 # a page holds 1,000
	[ "$KIND" != swift ] || count=1100
	bucket_fill "$BUCKET" job-postings-raw/ 1700000001 "$count"
	s3ls job-postings-raw/ | jq -r .key >listed
	seq -f 'job-postings-raw/%.0f.jsonl' 1700000001 $((1700000000 + count)) >wanted
	diff wanted listed
	s3ls --after 1700000050 | jq -r .key >listed
	sed 1,50d wanted | diff - listed
	# A reader that has seen enough ends it quietly.
	run -0 bash -c 'set +o pipefail; s3ls "s3://$BUCKET/" | head -n 1'
}

names() {
	jq -r '.key | sub("^[^/]*/"; "")' | paste -sd' '
}

# "name:upto ..." and nothing but 1, 2, 3... for seq
positions() {
	jq -rs 'if [.[].list.seq] == [range(1; length + 1)] then . else error("seq") end
		| .[] | "\(.key | sub("^[^/]*/"; "")):\(.list.upto)"' | paste -sd' '
}

@test "the numbers of a run say how long the server took, if there is one" {
	local program
	echo x | s3put --stats stats a/k >/dev/null
	s3cat --stats stats a/k >/dev/null
	s3ls --stats stats a/ >/dev/null
	[ "$(jq -r .program stats | paste -sd' ')" = "s3put s3cat s3ls" ]
	if can network; then
		[ "$(jq -c 'select(.request_p50_ms > 0 and .request_p99_ms >= .request_p50_ms)' stats | wc -l)" = 3 ]
	else
		run ! grep request_p stats
	fi
}

@test "objects to be enriched are listed by number, with their position" {
	local name
	mkdir raw mod
	for name in 9.jsonl 10.jsonl 1721183934-b.jsonl 1721183934.jsonl '1721183935 +%ü.jsonl' abc.jsonl; do echo x >"raw/$name"; done
	echo x >mod/10.jsonl.gz
	bucket_put raw job-postings-raw/
	bucket_put mod job-postings-mod/
	[ "$(s3ls -q | positions)" = "9.jsonl:9 10.jsonl:10 1721183934-b.jsonl:10 1721183934.jsonl:1721183934 1721183935 +%ü.jsonl:1721183935" ]
	[ "$(s3ls -q --missing-from job-postings-mod/ | names)" = "9.jsonl 1721183934-b.jsonl 1721183934.jsonl 1721183935 +%ü.jsonl" ]
	[ "$(s3ls -q --after 1721183934 | names)" = "1721183935 +%ü.jsonl" ]
	[ "$(s3ls -q --after 1721183935)" = "" ]
	run --separate-stderr -1 s3ls --input-bucket nowhere-at-all
	[[ $stderr == *"404 NoSuchBucket"* ]]
}

# --- putting and getting ---

@test "an object has the same bytes after it was stored and read, for any size" {
	local size
	# 8 MiB is the most that is put in one piece, and the size of the first parts.
	for size in 0 1 65536 1048577 8388608 8388609 16777216 30000001; do
		seq 1000000000 1999999999 | tr '\n' ' ' | fold -w 199 | head -c "$size" | sed '$s/.$/\n/' | head -c "$size" >"file-$size"
		s3put --stats stats "sizes/$size" <"file-$size"
		s3cat "sizes/$size" | cmp - "file-$size"
	done
	has_unfinished 0
	[ "$(s3ls sizes/ | jq -c '.size' | sort -n | paste -sd' ')" = "0 1 65536 1048577 8388608 8388609 16777216 30000001" ]
	# The etag that s3put tells is the one that is listed.
	s3put sizes/told <file-30000001 >receipt
	[ "$(jq -r .etag receipt)" = "$(s3ls sizes/told | jq -r .etag)" ]
	[ "$(jq -r .bytes receipt)" = "$(wc -c <file-30000001)" ]
}

@test "the etag changes with each put, and only then" {
	echo one | s3put k
	etag=$(s3ls k | jq -r .etag)
	[ "$(s3ls k | jq -r .etag)" = "$etag" ]
	echo two | s3put k
	[ "$(s3ls k | jq -r .etag)" != "$etag" ]
	[ "$(s3cat k)" = two ]
}

@test "compressed objects are written and read, several in a row too" {
	postings 3000 >plain
	s3put --compress gzip z/gz <plain
	s3put --compress zstd z/zst <plain
	[ "$(s3ls z/ | jq -r .key | paste -sd' ')" = "z/gz.gz z/zst.zst" ]
	s3cat z/gz.gz | cmp - plain
	s3cat z/zst.zst | cmp - plain
	{ gzip <plain && gzip <plain; } | s3put z/two
	s3cat z/two | cmp - <(cat plain plain)
}

@test "the version that wrote an object is stored with it" {
	echo '{}' | s3put some/key
	if can metadata; then
		s3_request HEAD "/$BUCKET/some/key" >headers
		grep -qi '^x-amz-meta-writer: s3put/' headers
		grep -qi '^content-type: ' headers
	else
		[ "$(s3cat some/key)" = '{}' ] # a file says nothing but its bytes
	fi
}

@test "the origin of an object is stored with it, also in parts, compressed and with rejects" {
	{
		printf '{"@":"begin","key":"job-postings-raw/1.jsonl","etag":"9b2c \\"ü%%-2"}\n'
		postings 3
		printf '{"@":"reject","key":"job-postings-raw/1.jsonl","line":4,"reason":"r","raw":"x"}\n'
		printf '{"@":"end","key":"job-postings-raw/1.jsonl","lines":4}\n{"@":"begin","key":"job-postings-raw/2.jsonl.gz","etag":"e2"}\n'
		postings 60000
		printf '{"@":"end","key":"job-postings-raw/2.jsonl.gz","lines":60000}\n{"@":"begin","key":"job-postings-raw/3.jsonl"}\n'
		printf '{"@":"end","key":"job-postings-raw/3.jsonl","lines":0}\n'
	} >frames
	CACHE_VERSION=7 s3put <frames
	s3cat --count job-postings-mod/{1.jsonl,2.jsonl.gz,3.jsonl} job-postings-rejected/1.jsonl >counts
	jq -c '[.key, .lines, .source_etag]' counts | diff - <(
		printf '%s\n' '["job-postings-mod/1.jsonl",3,"9b2c \"ü%-2"]' '["job-postings-mod/2.jsonl.gz",60000,"e2"]' \
			'["job-postings-mod/3.jsonl",0,null]' '["job-postings-rejected/1.jsonl",1,"9b2c \"ü%-2"]'
	)
	if can metadata; then
		s3_request HEAD "/$BUCKET/job-postings-mod/1.jsonl" >headers
		grep -qix $'x-amz-meta-source: job-postings-raw/1.jsonl\r*' headers
		grep -qix $'x-amz-meta-cache-version: 7\r*' headers
	fi
}

@test "a source whose name is too long for metadata is stored all the same" {
	key=job-postings-raw/1$(printf -- '-%.0s' {1..100})$(printf 'ü%.0s' {1..60}).jsonl
	can any-key && key=job-postings-raw/1-$(printf 'ü%.0s' {1..450}).jsonl
	printf '{"@":"begin","key":"%s","etag":"e"}\n{"@":"end","key":"%s","lines":0}\n' "$key" "$key" | s3put
	s3cat --count "job-postings-mod/${key#*/}" | jq -e '.lines == 0 and .source_etag == "e"'
}

@test "an object is deleted, and a missing one is not an error" {
	echo hello | s3put notes/hello.txt
	s3put --dry-run --delete notes/hello.txt
	[ "$(s3cat notes/hello.txt)" = hello ]
	s3put --delete notes/hello.txt
	run -1 s3cat notes/hello.txt
	s3put --delete notes/hello.txt
	s3put --delete no/such/folder
}

@test "--no-clobber leaves existing objects" {
	if ! can condition; then
		# It says so: nothing is stored.
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
	has_unfinished 0
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
	has_unfinished 0
}

@test "an upload that a signal ends is taken back" {
	mkfifo pipe
	s3put large/key <pipe 3>&- &
	local pid=$! status=0
	exec 9>pipe
	head -c 20000000 /dev/zero | tr '\0' x >&9
	wait_until 10 has_unfinished 1
	kill -TERM "$pid"
	wait "$pid" || status=$?
	exec 9>&-
	[ "$status" = 143 ]
	has_unfinished 0
	run -1 s3cat large/key
}

# --- what may be wrong ---

@test "a missing object: 404, status 1, S3's own word" {
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
	echo '{}' | s3put some/key
	export AWS_ACCESS_KEY_ID=${AWS_ACCESS_KEY_ID:-nobody} AWS_SECRET_ACCESS_KEY=surely-not-this
	if ! can secrets; then
		[ "$(s3cat some/key)" = '{}' ]
		return
	fi
	run -1 --separate-stderr s3cat some/key
	[[ $stderr == *"403 SignatureDoesNotMatch"* ]]
	[[ $stderr != *surely-not-this* ]]
	echo some/key | s3cat >frames || [ $? != 0 ]
	[ "$(jq -r .temporary frames)" = true ]
}

@test "an unreachable server: 75, after the retries, each with a warning" {
	local port
	export AWS_MAX_ATTEMPTS=3
	if ! can network; then
		# No folder is no outage: nobody will put it there but who runs this.
		run -2 --separate-stderr s3cat --endpoint-url "file://$PWD/nowhere" some/key
		[ "$(wc -l <<<"$stderr")" = 1 ]
		return
	fi
	port=$(free_port)
	run -75 --separate-stderr s3cat --endpoint-url "http://127.0.0.1:$port" some/key
	[ "$(grep -c 'warning: .*retry [23] of 3 in' <<<"$stderr")" = 2 ]
	run -75 --separate-stderr s3ls --endpoint-url "http://127.0.0.1:$port"
	[ -z "$output" ]
}

@test "another region than the bucket's is found out and said once" {
	local port said="is in region us-east-1, not eu-west-1" times=1
	echo '{"a":1}' | s3put some/key
	export AWS_REGION=eu-west-1
	if ! can network; then
		times=0
	elif ! can regions; then
		# It takes any region: so one stands in front of it that does not.
		port=$(free_port)
		server_run faulty "$ROOT/tests/servers/faulty.py" "$port" "${S3_ENDPOINT##*:}" --every 1 --kinds region
		wait_until 10 port_open "$port"
		sed -i "s|endpoint_url: .*|endpoint_url: http://127.0.0.1:$port|" config.yaml
		said="is in region eu-nowhere-1, not eu-west-1"
	fi
	run -0 --separate-stderr s3cat some/key some/key
	[ "$output" = $'{"a":1}\n{"a":1}' ]
	[ "$(grep -c "$said" <<<"$stderr")" = "$times" ]
}

@test "a missing bucket is not the objects' fault" {
	run -1 --separate-stderr s3put --output-bucket not-there < <(frame 1 2)
	jq -e '.temporary and .error == "PUT: 404 NoSuchBucket"' <<<"$output"
	run -1 --separate-stderr s3cat --input-bucket not-there <<<a/key
	jq -e '.temporary and .reason == "GET: 404 NoSuchBucket"' <<<"$output"
}

# --- frames: many objects at once, in order, whole or not at all ---

frame() {
	printf '{"@":"begin","key":"job-postings-raw/%s"}\n' "$1"
	postings "$2" "$1"
	printf '{"@":"end","key":"job-postings-raw/%s","lines":%d}\n' "$1" "$2"
}

@test "frames of all sizes, in order: the same bytes with any -P, in and out" {
	local i p
	for i in {1..40}; do
		frame $i $((i * 41 % 500))
	done >in
	frame 41 100000 >>in
	frame 42 3 >>in
	s3put --raw-prefix job-postings-raw/ --mod-prefix job-postings-raw2/ <in >receipts
	[ "$(jq -r .source receipts | paste -sd,)" = "$(seq -s, -f 'job-postings-raw/%g' 42)" ]
	jq -r .key receipts >keys
	echo job-postings-raw2/none >>keys
	for p in 1 3 16 64; do
		s3cat -P $p <keys >out.$p 2>log || [ $? -eq 1 ]
		cmp out.1 out.$p
	done
	grep -c '^s3cat: s3://.*: GET: 404 NoSuchKey' log
	grep -v '^{"@":' in | cmp - <(grep -v '^{"@":' out.1)
	tail -1 out.1 | jq -e '.["@"] == "error" and .reason == "GET: 404 NoSuchKey" and .temporary == false'
	# sizes and etags are those of the receipts
	jq -c 'select(.["@"] == "begin") | [.key, .size, .etag]' out.1 | cmp - <(jq -c '[.key, .bytes, .etag]' receipts)
}

@test "an incomplete object is not stored, though parts of it were sent" {
	{ frame 1 3; frame 2 100000 | sed '$s/100000/100001/'; frame 3 3; frame 4 100000 | head -n -1; } >in
	run -1 --separate-stderr s3put <in
	[ "$(jq -c '[.source, .error != null]' <<<"$output" | paste -sd' ')" = \
		'["job-postings-raw/1",false] ["job-postings-raw/2",true] ["job-postings-raw/3",false]' ]
	run -1 --separate-stderr s3cat job-postings-mod/{1,2,3,4}
	cmp <(echo "$output") <(postings 3 1 && postings 3 3)
	has_unfinished 0
}

@test "rejects go first, beside their object" {
	{ echo '{"@":"begin","key":"job-postings-raw/1"}' && postings 2 &&
		echo '{"@":"reject","key":"job-postings-raw/1","line":3,"reason":"r","raw":"x"}' &&
		echo '{"@":"end","key":"job-postings-raw/1","lines":3}'; } | s3put | jq -e '.rejected == 1 and .lines == 2'
	s3cat job-postings-mod/1 | cmp - <(postings 2)
	s3cat job-postings-rejected/1 >out 2>log || [ $? -eq 1 ]
	# s3cat's own rule: it prints no line that could be taken for a control record
	[ ! -s out ]
	s3cat --frames job-postings-rejected/1 | sed -n 2p | jq -r .raw | jq -e '.line == 3 and .raw == "x"'
}

@test "a run again that rejects others of its source leaves these alone" {
	local reject='{"@":"reject","key":"job-postings-raw/1","line":2,"reason":"no","raw":"x"}' other line
	other=${reject/\"x\"/\"y\"}
	for line in "$reject" "$other"; do
		{ echo '{"@":"begin","key":"job-postings-raw/1"}' && postings 1 && echo "$line" &&
			echo '{"@":"end","key":"job-postings-raw/1","lines":2}'; } | s3put --replace-rejects
		[ "$(s3cat --rejects job-postings-rejected/1)" = "$line" ]
	done
	# two were put in the end, one after the other
	has_unfinished 0
}

@test "a second run replaces the rejects of its source, or removes them if there are none" {
	local reject='{"@":"reject","key":"job-postings-raw/1","line":2,"reason":"no","raw":"x"}'
	{ echo '{"@":"begin","key":"job-postings-raw/1"}' && postings 1 && echo "$reject" &&
		echo '{"@":"end","key":"job-postings-raw/1","lines":2}'; } | s3put
	[ "$(s3cat --rejects job-postings-rejected/1)" = "$reject" ]
	frame 1 2 | s3put
	s3cat --rejects job-postings-rejected/1
	frame 1 2 | s3put --dry-run --replace-rejects
	s3cat --rejects job-postings-rejected/1
	frame 1 2 | s3put --replace-rejects
	run -1 s3cat --rejects job-postings-rejected/1
	[ "$(s3cat job-postings-mod/1 | wc -l)" = 2 ]
}

@test "SIGTERM in the middle of a frame takes its upload back" {
	mkfifo in
	s3put <in >receipts 2>log 3>&- &
	local pid=$! status=0
	exec 6>in
	{ frame 1 3 && frame 2 150000 | head -n -1; } >&6
	wait_until 20 has_unfinished 1
	wait_until 20 test -s receipts
	kill -TERM $pid
	wait $pid || status=$?
	exec 6>&-
	[ $status -eq 143 ]
	has_unfinished 0
	[ "$(jq -r .source receipts)" = job-postings-raw/1 ]
	run -1 s3cat job-postings-mod/2
}

# --- the whole pipeline ---

@test "from raw to mod: everything arrives as the model says, each pair asked once, nothing twice" {
	redis_start
	senserve_start
	case $KIND in
	file) whole_journey 60 500 ;;
	*) whole_journey 25 400 ;;
	esac
}

@test "from raw to mod: a lost Redis costs no work that is done" {
	redis_start
	senserve_start
	make_raw 20 100
	upload_raw
	make_expected
	pipeline.sh --quiet
	redis_do FLUSHALL
	senserve_stop >/dev/null
	senserve_start
	s3put --delete job-postings-mod/1721184114.jsonl
	run --separate-stderr pipeline.sh --summary json
	[ "$status" -eq 0 ]
	[ "$(field listed)" -eq 1 ]
	[ "$(field present)" -eq 19 ]
	assert_mod_right
	# the highest number that was listed is beyond the one that was done
	run pipeline.sh --summary json
	[ "$(field cursor)" -eq 1721185074 ]
	[ "$(cursor get)" -eq 1721185074 ]
}
