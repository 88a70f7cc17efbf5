#!/usr/bin/env bats
# Listings that are longer than any real server here could hold, and of a server that does not do what it is asked.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# pages COUNT [--deaf]
pages() {
	local port
	port=$(free_port)
	server_stop pages
	server_run pages "$PYTHON" "$ROOT/tests/servers/pages.py" "$port" "$@"
	wait_until 10 port_open "$port"
	printf 'endpoint_url: http://127.0.0.1:%s\ninput_bucket: many\noutput_bucket: many\nno_sign_request: true\n' "$port" >config.yaml
}

asked() {
	wc -l <pages.out
}

peak() {
	tail -n 1 "$1" | jq .peak_kib
}

@test "a million keys take no more memory than a hundred thousand" {
	pages 100000
	s3ls --after 1700000000 --stats small >/dev/null
	pages 1000000
	s3ls --after 1700000000 --stats large | tail -n 1 | jq -r .key | grep -qx 'job-postings-raw/1701000000.jsonl'
	[ "$(jq .listed large)" = 1000000 ]
	# what is asked for behind the last name is all that is in vain
	(($(asked) >= 1000 && $(asked) < 1040))
	(($(peak large) < $(peak small) + 4096)) || [[ $(readelf -d "$BIN/s3ls") == *asan* ]]
}

@test "both sides of --missing-from in parts, in bounded memory" {
	pages 100000
	s3ls --after 1700000000 --missing-from job-postings-mod/ --stats small >/dev/null
	pages 400000
	s3ls --after 1700000000 --missing-from job-postings-mod/ --stats large >listed
	[ ! -s listed ]
	[ "$(jq .present large)" = 400000 ]
	(($(peak large) < $(peak small) + 4096)) || [[ $(readelf -d "$BIN/s3ls") == *asan* ]]
}

@test "the next page is asked for while this one is printed" {
	pages 5000
	mkfifo pipe
	s3ls --parallel 1 --after 1700000000 >pipe 2>log 3>&- &
	local pid=$! fd
	exec {fd}<pipe # nobody reads: the first page does not fit into the pipe
	wait_until 10 eval '[ "$(asked)" = 2 ]'
	cat <&"$fd" | wc -l | grep -qx 5000
	exec {fd}<&-
	wait "$pid"
	[ "$(asked)" = 5 ]
}

@test "a slow reader does not count as a stalled server" {
	pages 5000
	mkfifo pipe
	STALL_TIMEOUT=5s s3ls --after 1700000000 >pipe 2>log 3>&- &
	local pid=$! fd
	exec {fd}<pipe
	wait_until 10 eval '[ "$(asked)" = 2 ]'
	sleep 6 # longer than the server may be silent
	cat <&"$fd" | wc -l | grep -qx 5000
	exec {fd}<&-
	wait "$pid"
	[ ! -s log ]
	(($(asked) < 5 + 16))
}

@test "a server that takes no notice of start-after costs its pages, and no key twice" {
	pages 3500 --deaf
	s3ls --after 1700002000 >listed
	[ "$(wc -l <listed)" = 1500 ]
	head -n 1 listed | jq -r .key | grep -qx 'job-postings-raw/1700002001.jsonl'
}
