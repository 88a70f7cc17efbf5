#!/usr/bin/env bats
# What is special to the embedded store: whole objects or none, on the disk, inside their bucket. What it has in common with
# the others is in store_file.bats.

load helper

setup_file() {
	cc -shared -fPIC -o "$BATS_FILE_TMPDIR/disk.so" "$ROOT/tests/disk.c" -ldl
}

setup() {
	sandbox
}

# bad_disk [CALL:ERRNO]: an environment in which that call fails; calls are noted in disk.log.
bad_disk() {
	export DISK_LOG=$PWD/disk.log DISK_FAIL=${1:-}
	export ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
	on_disk=(env LD_PRELOAD="$BATS_FILE_TMPDIR/disk.so")
}

# Everything in the bucket but the folder that sandbox made.
contents() {
	(cd "$STORE" && find . -mindepth 1 ! -path ./job-postings-raw | sort | paste -sd' ')
}

@test "an object is a file, whose path is the key, byte for byte, and nothing else is there" {
	local key
	: | s3put x/empty
	[ "$(contents)" = "./x ./x/empty" ]
	for key in 'a%2Fb' '%2e%2e' 'a b+c' 'q?x=1#y' "nl"$'\n'"nl" 'ü🙂' '...' 'a\b'; do
		printf '%s' "$key" | s3put "$key" >/dev/null
		[ "$(cat "$STORE/$key")" = "$key" ]
	done
	[ "$(find "$STORE" -type f -printf x | wc -c)" -eq 9 ]
}

@test "a put is on the disk before it is reported: file, rename, folder, the folders above" {
	bad_disk
	echo x | "${on_disk[@]}" s3put a/b/k >/dev/null
	[ "$(paste -sd' ' disk.log)" = "fsync rename fsyncdir fsyncdir fsyncdir" ]
	rm disk.log
	echo x | "${on_disk[@]}" s3put k >/dev/null
	[ "$(paste -sd' ' disk.log)" = "fsync rename fsyncdir" ]
}

@test "a failing disk leaves no partial files, and the exit status says whether a retry may succeed" {
	local case fail
	# EIO 5, ENOSPC 28, EDQUOT 122: later; EACCES 13, EROFS 30: not without somebody's help
	for case in write:28:75 write:122:75 write:5:75 fsync:5:75 fsync:28:75 rename:28:75 rename:13:1 rename:30:1 write:27:1; do
		fail=${case%:*}
		bad_disk "$fail"
		run --separate-stderr "-${case##*:}" bash -c 'yes | head -c 600000 | "$@" s3put a/b/k' - "${on_disk[@]}"
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == "s3put: "*"s3://rl-data/a/b/k: PUT: "* ]]
		[ -z "$(contents)" ]
	done
	# what was there before stays
	echo old >"$STORE/k"
	bad_disk write:28
	run --separate-stderr -75 bash -c 'yes | head -c 600000 | "$@" s3put k' - "${on_disk[@]}"
	[[ $stderr == *"No space left on device"* ]]
	[ "$(cat "$STORE/k")" = old ]
	[ "$(contents)" = ./k ]
}

@test "a folder that cannot be synced is an error, though the object may be there" {
	bad_disk fsyncdir:5
	run --separate-stderr -75 bash -c 'echo x | "$@" s3put k' - "${on_disk[@]}"
	[[ $stderr == *"PUT: Input/output error"* ]]
}

@test "a file system that is full" {
	mkdir small
	needs mounts
	run --separate-stderr -75 unshare "$(mounts_option)" bash -c '
		mount -t tmpfs -o size=1m none small && mkdir small/rl-data
		yes | head -c 3000000 | s3put --endpoint-url "file://$PWD/small" a/k && exit
		status=$?
		find small/rl-data -mindepth 1 >&2
		exit $status'
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *"PUT: No space left on device"* ]]
}

@test "keys that are not safe paths are refused, and nothing is written anywhere" {
	local key
	for key in ../k a/../k a/.. . ./k a//b //k a/ .tmp-1-1 a/.tmp-x/k "$(printf 'x%.0s' {1..256})" \
		"$(printf 'x/%.0s' {1..600})x"; do
		run --separate-stderr -1 bash -c 'echo x | s3put "s3://rl-data/$1"' - "$key"
		[[ $stderr == *"PUT: 400 InvalidKey (not a safe file path: "* ]]
		run --separate-stderr -1 s3cat "s3://rl-data/$key"
		[[ $stderr == *"GET: 400 InvalidKey (not a safe file path: "* ]]
	done
	[ -z "$(contents)" ]
	[ "$(ls "$STORE/..")" = rl-data ]
}

@test "no bucket but a folder's name" {
	local bucket
	for bucket in . .. .tmp-1; do
		run --separate-stderr -1 bash -c 'echo x | s3put "s3://$1/k"' - "$bucket"
		[[ $stderr == *"InvalidBucketName"* ]]
	done
	run --separate-stderr -1 bash -c 'echo x | s3put s3://nowhere/k'
	[[ $stderr == *"s3://nowhere/k: PUT: 404 NoSuchBucket"* ]]
}

@test "links that lead out of a bucket are not followed, and not passed over in silence" {
	mkdir outside
	echo secret >outside/k
	ln -s "$PWD/outside" "$STORE/way"
	ln -s "$PWD/outside/k" "$STORE/k"
	ln -s ../../outside/k "$STORE/up"
	ln -s /proc/self/root "$STORE/magic"
	ln -s nowhere "$STORE/dangling"
	run --separate-stderr -1 s3cat way/k
	[[ $stderr == *"GET: a symbolic link leads out of the bucket"*"mount (--bind)"* ]]
	for key in k up; do
		run --separate-stderr -1 s3cat $key
		[[ $stderr == *"GET: a symbolic link leads out of the bucket"* ]]
	done
	run --separate-stderr -1 bash -c 'echo x | s3put way/k'
	[[ $stderr == *"PUT: a symbolic link leads out of the bucket"* ]]
	run --separate-stderr -1 bash -c 'echo x | s3put k'
	[[ $stderr == *"PUT: a symbolic link is in its place"* ]]
	[ "$(cat outside/k)" = secret ]
	run --separate-stderr -0 s3ls ''
	[ -z "$output" ]
	[[ $stderr == *"/: 5 symbolic links are left out, such as "*": only links that stay inside the bucket are followed" ]]
	[ "${#stderr_lines[@]}" = 1 ]
	# only those that the prefix asks for
	run --separate-stderr -0 s3ls w
	[[ $stderr == *"/w: 1 symbolic link is left out, such as way: "* ]]
	run --separate-stderr -0 s3ls way/
	[[ $stderr == *"1 symbolic link is left out"* ]]
	run --separate-stderr -0 s3ls x
	[ -z "$stderr" ]
}

@test "links that stay inside the bucket are followed: listed, read and written through" {
	mkdir -p "$STORE/real/deep"
	echo one >"$STORE/real/1"
	echo two >"$STORE/real/deep/2"
	ln -s real "$STORE/alias"
	ln -s ../real/deep/2 "$STORE/real/two"
	ln -s "deep/../1" "$STORE/real/one"
	# in a circle, by one link and by two
	ln -s .. "$STORE/real/deep/back"
	ln -s "." "$STORE/real/here"
	run --separate-stderr -0 s3ls ''
	[ "$(jq -r .key <<<"$output" | paste -sd' ')" = "alias/1 alias/deep/2 alias/one alias/two real/1 real/deep/2 real/one real/two" ]
	[[ $stderr == *"4 symbolic links are left out, such as "* ]]
	s3ls '' 2>/dev/null | s3cat | grep -cx 'one\|two' | grep -qx 8
	[ "$(s3cat alias/deep/2 real/two)" = $'two\ntwo' ]
	echo new | s3put alias/deep/new
	[ "$(cat "$STORE/real/deep/new")" = new ]
	s3put --delete alias/deep/new
	[ ! -e "$STORE/real/deep/new" ]
}

@test "the store's folder, a bucket and the folders of the prefixes may be links to anywhere" {
	mkdir outside raw mod
	echo secret >outside/k
	ln -s "$STORE/.." link
	ln -s "$PWD/outside" "$STORE/../other"
	[ "$(s3cat --endpoint-url "file://$PWD/link" s3://other/k)" = secret ]
	echo x | s3put --endpoint-url "file://$PWD/link" s3://other/new
	[ "$(cat outside/new)" = x ]

	rm -rf "$STORE"/job-postings-{raw,mod,rejected}
	ln -s "$PWD/raw" "$STORE/job-postings-raw"
	ln -s "$PWD/mod" "$STORE/job-postings-mod"
	postings 3 >raw/1721180000.jsonl
	ln -s 1721180000.jsonl raw/1721180060.jsonl
	ln -s ../outside/k raw/1721180120.jsonl
	run --separate-stderr -0 s3ls
	[ "$(jq -r .key <<<"$output" | paste -sd' ')" = "job-postings-raw/1721180000.jsonl job-postings-raw/1721180060.jsonl" ]
	[[ $stderr == *"1 symbolic link is left out, such as job-postings-raw/1721180120.jsonl: "* ]]
	s3ls 2>/dev/null | s3cat | s3put >/dev/null
	cmp raw/1721180000.jsonl mod/1721180060.jsonl
	[ -z "$(s3ls --missing-from job-postings-mod/ 2>/dev/null)" ]
	run -1 s3cat job-postings-raw/1721180120.jsonl
	# also from above, and folders made beneath it
	[ "$(s3ls '' 2>/dev/null | wc -l)" = 4 ]
	echo x | s3put job-postings-mod/a/b/c
	[ "$(cat mod/a/b/c)" = x ]
	rm raw/*20.jsonl
	# a prefix of several parts, of which the first is a link
	mkdir -p deep/er
	ln -s "$PWD/deep" "$STORE/deep"
	postings 2 >deep/er/1721180000.jsonl
	s3ls --raw-prefix deep/er/ | jq -e '.key == "deep/er/1721180000.jsonl"'
	RAW_PREFIX=deep/er/ s3cat --count deep/er/1721180000.jsonl | jq -e '.lines == 2'
}

@test "a FIFO does not stop anything" {
	mkfifo "$STORE/fifo"
	run --separate-stderr -1 timeout 20 s3cat fifo
	[[ $stderr == *"GET: not a regular file"* ]]
	run --separate-stderr -1 bash -c 'echo x | timeout 20 s3put fifo'
	[ -p "$STORE/fifo" ]
	[ -z "$(s3ls '')" ]
}

@test "of several at once one wins, whole" {
	local i pids=()
	for i in 1 2 3 4 5 6; do
		yes "$i" | head -c 400000 >"in$i"
		s3put same/k <"in$i" >/dev/null 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	local same=0
	for i in 1 2 3 4 5 6; do
		! cmp -s "in$i" "$STORE/same/k" || same=$((same + 1))
	done
	[ "$same" -eq 1 ]
	[ "$(contents)" = "./same ./same/k" ]

	pids=()
	for i in 1 2 3 4 5 6; do
		s3put --no-clobber only/k <"in$i" >"out$i" 2>/dev/null 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || true
	done
	[ "$(cat out? | wc -l)" -eq 1 ]
	[ "$(contents)" = "./only ./only/k ./same ./same/k" ]
}

@test "a killed writer leaves no object, and the next put removes its temporary file" {
	mkfifo pipe
	s3put a/k <pipe >/dev/null 3>&- &
	local pid=$! fd
	exec {fd}>pipe
	yes | head -c 1000000 >&"$fd"
	wait_until 10 eval "ls '$STORE'/a/.tmp-*"
	[ -z "$(s3ls '')" ]
	kill -KILL "$pid"
	wait "$pid" || true
	exec {fd}>&-
	[ -z "$(s3ls '')" ]
	run --separate-stderr -1 s3cat a/k
	[[ $stderr == *"GET: 404 NoSuchKey"* ]]
	echo x | s3put a/other
	[ "$(contents)" = "./a ./a/other" ]
}

@test "a writer that is asked to stop removes its unfinished file" {
	mkfifo pipe
	s3put a/k <pipe >/dev/null 2>err 3>&- &
	local pid=$! fd status=0
	exec {fd}>pipe
	yes | head -c 1000000 >&"$fd"
	wait_until 10 eval "ls '$STORE'/a/.tmp-*"
	kill -TERM "$pid"
	wait "$pid" || status=$?
	exec {fd}>&-
	[ "$status" -eq 143 ]
	[ -z "$(contents)" ]
}

@test "a file that changes while it is read is an error that a later run may mend" {
	postings 40000 1 >"$STORE/k"
	mkfifo slow
	s3cat k >slow 2>err 3>&- &
	local pid=$! status=0 fd
	exec {fd}<slow
	head -c 100 <&"$fd" >/dev/null # it has begun; the rest does not fit into the pipe
	echo more >>"$STORE/k"
	cat <&"$fd" >/dev/null
	wait "$pid" || status=$?
	[ "$status" -eq 75 ]
	grep -q "while it was read" err
}

@test "an object is deleted, a missing one is not an error; no name leads out of the bucket" {
	echo hello | s3put notes/hello.txt
	s3cat notes/hello.txt
	s3put --dry-run --delete notes/hello.txt
	s3cat notes/hello.txt
	s3put --delete notes/hello.txt
	run -1 s3cat notes/hello.txt
	s3put --delete notes/hello.txt
	s3put --delete no/such/folder
	touch "$BATS_TEST_TMPDIR/outside"
	run -1 s3put --delete ../outside
	run -1 s3put --delete ../../outside
	[ -e "$BATS_TEST_TMPDIR/outside" ]
	run -2 s3put --delete
}
