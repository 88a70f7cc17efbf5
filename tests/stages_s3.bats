#!/usr/bin/env bats
# s3cat and s3put with frames on a real S3 server: many objects at once, in order, whole or not at all.
# slow: a server is started for each build

load helper

setup_file() {
	radosgw_start
}

setup() {
	BUCKET=test-$BATS_TEST_NUMBER
	sandbox_s3 "$BUCKET"
}

frame() {
	printf '{"@":"begin","key":"job-postings-raw/%s"}\n' "$1"
	postings "$2" "$1"
	printf '{"@":"end","key":"job-postings-raw/%s","lines":%d}\n' "$1" "$2"
}

uploads_left() {
	s3_request GET "/$BUCKET?uploads=" | grep -c '<UploadId>' || true
}

@test "frames of all sizes, in order: the same bytes whatever -P, in and out" {
	local i
	for i in {1..40}; do
		frame $i $((i * 41 % 500))
	done >in
	frame 41 100000 >>in
	frame 42 3 >>in
	s3put --raw-prefix job-postings-raw/ --mod-prefix job-postings-raw2/ <in >receipts
	[ "$(jq -r .source receipts | paste -sd,)" = "$(seq -s, -f 'job-postings-raw/%g' 42)" ]
	jq -r .key receipts >keys
	echo job-postings-raw2/none >>keys
	local p
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

@test "what is not whole is not stored, though parts of it were sent" {
	{ frame 1 3; frame 2 100000 | sed '$s/100000/100001/'; frame 3 3; frame 4 100000 | head -n -1; } >in
	run -1 --separate-stderr s3put <in
	[ "$(jq -c '[.source, .error != null]' <<<"$output" | paste -sd' ')" = \
		'["job-postings-raw/1",false] ["job-postings-raw/2",true] ["job-postings-raw/3",false]' ]
	run -1 --separate-stderr s3cat job-postings-mod/{1,2,3,4}
	cmp <(echo "$output") <(postings 3 1 && postings 3 3)
	[ "$(uploads_left)" = 0 ]
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

@test "SIGTERM in the middle of a frame takes its upload back" {
	mkfifo in
	s3put <in >receipts 2>log 3>&- &
	local pid=$! status=0
	exec 6>in
	{ frame 1 3 && frame 2 150000 | head -n -1; } >&6
	wait_until 20 eval '[ "$(uploads_left)" = 1 ]'
	kill -TERM $pid
	wait $pid || status=$?
	exec 6>&-
	[ $status -eq 143 ]
	[ "$(uploads_left)" = 0 ]
	[ "$(jq -r .source receipts)" = job-postings-raw/1 ]
	run -1 s3cat job-postings-mod/2
}

@test "a bucket that is not there is no fault of the objects" {
	run -1 --separate-stderr s3put --output-bucket not-there < <(frame 1 2)
	jq -e '.temporary and .error == "PUT: 404 NoSuchBucket"' <<<"$output"
	run -1 --separate-stderr s3cat --input-bucket not-there <<<a/key
	jq -e '.temporary and .reason == "GET: 404 NoSuchBucket"' <<<"$output"
}

@test "an object is taken away, and one that is not there is no failure" {
	echo hello | s3put notes/hello.txt
	s3cat notes/hello.txt
	s3put --delete notes/hello.txt
	run -1 s3cat notes/hello.txt
	s3put --delete notes/hello.txt
}

@test "a run again that rejects others of its source leaves these alone" {
	local reject='{"@":"reject","key":"job-postings-raw/1","line":2,"reason":"no","raw":"x"}' other
	other=${reject/\"x\"/\"y\"}
	for line in "$reject" "$other"; do
		{ echo '{"@":"begin","key":"job-postings-raw/1"}' && postings 1 && echo "$line" &&
			echo '{"@":"end","key":"job-postings-raw/1","lines":2}'; } | s3put --replace-rejects
		[ "$(s3cat --rejects job-postings-rejected/1)" = "$line" ]
	done
	# two were put in the end, one after the other
	[ "$(uploads_left)" = 0 ]
}

@test "a run again replaces the rejects of its source, by none where there are none" {
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
