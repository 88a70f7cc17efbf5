#!/usr/bin/env bats
# s3put: what is complete is stored, nothing else.
# needs: zstd

load helper

setup() {
	sandbox
}

begin() {
	printf '{"@":"begin","key":"%s"%s}\n' "job-postings-raw/$1" "${2:+,\"list\":$2}"
}

end() {
	printf '{"@":"end","key":"%s","lines":%d}\n' "job-postings-raw/$1" "$2"
}

reject() {
	printf '{"@":"reject","key":"%s","line":%d,"reason":"title: missing","raw":"{}"}\n' "job-postings-raw/$1" "$2"
}

# error NAME TEMPORARY
error() {
	printf '{"@":"error","key":"%s","stage":"senenrich","reason":"no answer","temporary":%s,"list":{"after":0,"seq":1,"upto":9}}\n' \
		"job-postings-raw/$1" "$2"
}

# frame NAME LINES [LIST]: a whole frame of made-up postings.
frame() {
	begin "$1" "${3:-}"
	postings "$2" "$1"
	end "$1" "$2"
}

# Nothing but these files (of the whole bucket, sorted) is in the store; no temporary file either.
stored_are() {
	(cd "$STORE" && find . -type f | sort) | diff <(printf './%s\n' "$@" | sed '/^\.\/$/d' | sort) -
}

@test "a frame becomes an object, its receipt names it and carries its position" {
	frame 1721183934.jsonl 5 '{"after":1, "seq":1,"upto":1721183934}' >in
	s3put <in >receipts
	postings 5 1721183934.jsonl | cmp - "$MOD/1721183934.jsonl"
	jq -e '.source == "job-postings-raw/1721183934.jsonl" and .key == "job-postings-mod/1721183934.jsonl" and
		.lines == 5 and .rejected == 0 and .reject_key == null and (.etag | length > 5)' receipts
	jq -e --argjson size "$(stat -c %s "$MOD/1721183934.jsonl")" '.bytes == $size' receipts
	grep -q '"list":{"after":1, "seq":1,"upto":1721183934}}$' receipts
	[ "$(wc -l <receipts)" -eq 1 ]
	stored_are job-postings-mod/1721183934.jsonl
}

@test "s3cat and s3put together copy objects byte for byte" {
	local i
	for i in {1..40}; do
		postings $((i * 53 % 300)) $i >"$RAW/$i.jsonl"
	done
	printf 'job-postings-raw/%d.jsonl\n' {1..40} >keys
	s3cat --stats numbers <keys | s3put --stats numbers >receipts
	diff -r "$RAW" "$MOD"
	jq -r .source receipts | cmp - keys
	[ ! -e "$REJECTED" ]
	# What was read is what was written.
	jq -se '.[0].objects == 40 and .[1].objects == 40 and .[0].lines == .[1].lines + .[1].rejected and
		.[0].bytes == .[1].bytes and .[1].failed == 0 and .[1].retries == 0' numbers
}

@test "rejects are stored unchanged, under their own prefix" {
	{ begin 7 && echo '{"a":1}' && reject 7 2 && echo '{"b":"\r"}' && reject 7 9 && end 7 4; } >in
	run -0 --separate-stderr s3put <in
	jq -e '.lines == 2 and .rejected == 2 and .reject_key == "job-postings-rejected/7"' <<<"$output"
	{ reject 7 2 && reject 7 9; } | cmp - "$REJECTED/7"
	printf '{"a":1}\n{"b":"\\r"}\n' | cmp - "$MOD/7"
	stored_are job-postings-mod/7 job-postings-rejected/7
}

@test "a frame of rejects only, and one without any line: an empty object" {
	{ begin 1 && reject 1 1 && end 1 1 && begin 2 && end 2 0; } >in
	s3put <in >receipts
	[ "$(jq -c '[.lines, .rejected, .bytes]' receipts | paste -sd' ')" = '[0,1,0] [0,0,0]' ]
	[ -f "$MOD/1" ] && [ ! -s "$MOD/1" ] && [ -f "$MOD/2" ] && [ ! -s "$MOD/2" ]
	stored_are job-postings-mod/1 job-postings-mod/2 job-postings-rejected/1
}

@test "postings pass byte for byte, without being parsed" {
	{ begin 1 && printf '{"a":"\xff"}\r\nno json\n {"@":"end"}\n\x00\x01\n{"@"}\n' && end 1 5; } >in
	run -0 s3put <in
	printf '{"a":"\xff"}\r\nno json\n {"@":"end"}\n\x00\x01\n{"@"}\n' | cmp - "$MOD/1"
}

@test "blank lines inside a frame are not postings: dropped, not counted" {
	{ begin 1 && printf '\n{"a":1}\n \t\r\n\n{"b":1}\n\r\n' && end 1 2; } | s3put | jq -e '.lines == 2'
	printf '{"a":1}\n{"b":1}\n' | cmp - "$MOD/1"
}

@test "lines that do not add up: nothing of the object is stored, the cursor must not pass, 1" {
	{ frame 1 3; begin 2 '{"after":0,"seq":2,"upto":2}' && postings 3 && reject 2 1 && end 2 5; begin 3 && postings 3 && end 3 2; frame 4 2; } >in
	run -1 --separate-stderr s3put <in
	[ "$(jq -c '[.source[17:], .stage, .temporary]' <<<"$output" | paste -sd' ')" = \
		'["1",null,null] ["2","s3put",true] ["3","s3put",true] ["4",null,null]' ]
	jq -se '.[1].error == "the source has 5 lines, but 3 postings and 1 rejects came" and .[1].list.seq == 2' <<<"$output"
	[[ $stderr == *"job-postings-raw/2: the source has 5 lines"* ]]
	stored_are job-postings-mod/1 job-postings-mod/4
}

@test "input that ends inside a frame: nothing of that frame is stored, the complete ones are: 1" {
	{ frame 1 300; begin 2 && postings 3000 && reject 2 1; } >in
	run -1 --separate-stderr s3put <in
	[ "${#lines[@]}" -eq 1 ]
	[[ $stderr == "s3put: stdin ended inside the frame of job-postings-raw/2: "* ]]
	stored_are job-postings-mod/1
	# Cut at any byte, it is never more than the frames that were whole.
	{ frame 1 2 && begin 2 && postings 1 && reject 2 1 && end 2 2; } >in
	local size at whole
	size=$(stat -c %s in)
	whole=$(frame 1 2 | wc -c)
	for ((at = 0; at < size; at += 7)); do
		rm -rf "$MOD" "$REJECTED"
		head -c $at in >"cut"
		s3put <"cut" >receipts 2>log || [ $? -eq 1 ]
		[ "$(wc -l <receipts)" -eq $((at >= whole)) ]
		if ((at >= whole)); then
			stored_are job-postings-mod/1
		else
			stored_are
		fi
	done
}

@test "a last line without a newline: the previous stage died" {
	{ frame 1 2; frame 2 2 | head -c -1; } >in
	run -1 --separate-stderr s3put <in
	[[ $stderr == *"stdin, line 8: cut off"* ]]
	stored_are job-postings-mod/1
}

@test "a stream that breaks the rules: reported with its line, reading stops, complete frames are stored" {
	# breaks MESSAGE COMMAND: what COMMAND prints behind a whole frame
	breaks() {
		rm -rf "$MOD" "$REJECTED"
		{ frame 1 2; eval "$2"; end 2 1; frame 5 2; } >in
		run -1 --separate-stderr s3put <in
		[[ $stderr =~ ^"s3put: stdin, line "[567]": $1" ]]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[ "${#lines[@]}" -eq 1 ]
		stored_are job-postings-mod/1
	}
	local of=job-postings-raw/
	breaks 'a line outside a frame' "echo '{}'"
	breaks 'a line outside a frame' echo
	breaks "begin of ${of}3 inside the frame of ${of}2" 'begin 2; postings 1; begin 3'
	breaks "end of ${of}3 inside the frame of ${of}2" 'begin 2; postings 1; end 3 1'
	breaks "end of ${of}2 outside a frame" 'end 2 1'
	breaks "reject of ${of}3 inside the frame of ${of}2" 'begin 2; postings 1; reject 3 1'
	breaks "reject of ${of}2 outside a frame" 'reject 2 1'
	breaks "error of ${of}3 inside the frame of ${of}2" 'begin 2; postings 1; error 3 true'
	breaks 'not a control record: ' "begin 2; postings 1; echo '{\"@\":\"end\",\"key\":\"job-postings-raw/2\"'"
	breaks 'not a control record: lines' "begin 2; postings 1; echo '{\"@\":\"end\",\"key\":\"job-postings-raw/2\"}'"
	breaks 'not a control record: key' "echo '{\"@\":\"begin\"}'"
	breaks 'not a control record: @' "echo '{\"@\":3}'"
}

@test "plain postings: the error says that frames are missing" {
	postings 3 >in
	run -1 --separate-stderr s3put <in
	[[ $stderr == *"stdin, line 1: a line outside a frame"* ]]
	[ "$output" = "" ]
	stored_are
}

@test "a control record of an unknown kind is ignored" {
	{ echo '{"@":"note","x":1}'; begin 1; postings 2; echo '{"@":"note"}'; end 1 2; } | s3put | jq -e '.lines == 2'
	postings 2 | cmp - "$MOD/1"
}

@test "errors of other stages become receipts; the failed objects are not stored" {
	{ error 1 false; frame 2 2; begin 3 && postings 2 && reject 3 3 && error 3 false; } >in
	run -1 --separate-stderr s3put <in
	[ "${lines[0]}" = '{"source":"job-postings-raw/1","error":"no answer","stage":"senenrich","temporary":false,"fault":"object","list":{"after":0,"seq":1,"upto":9}}' ]
	[ "$(jq -c '[.source[17:], .error]' <<<"$output" | paste -sd' ')" = '["1","no answer"] ["2",null] ["3","no answer"]' ]
	stored_are job-postings-mod/2
	# One stage has said it already.
	[ "$stderr" = "" ]
	error 1 true >in
	run -75 s3put <in
	{ error 1 true; error 2 false; error 3 true; } >in
	run -1 s3put <in
}

@test "the position of a frame survives an error record without one" {
	{ begin 1 '{"after":3,"seq":1,"upto":4}' && echo '{"@":"error","key":"job-postings-raw/1","stage":"x","reason":"y","temporary":true}'; } >in
	run -75 s3put <in
	jq -e '.list.upto == 4' <<<"$output"
}

@test "a second source for one output name is an error of that object" {
	{ frame 1 2; frame 2 1; frame 1 3; } >in
	run -1 --separate-stderr s3put <in
	jq -se '.[0].error == null and .[2].stage == "s3put" and .[2].temporary == false and (.[2].error | test("same output name"))' <<<"$output"
	postings 2 1 | cmp - "$MOD/1"
	# By a suffix that is added, too.
	{ frame 9 1; frame 9.gz 1; } >in
	run -1 --separate-stderr s3put --compress gzip <in
	jq -se '.[0].key == "job-postings-mod/9.gz" and (.[1].error | test("same output name"))' <<<"$output"
}

@test "a source outside raw_prefix is an error of that object" {
	local key
	for key in other/1 job-postings-raw/ job-postings-ra /job-postings-raw/1; do
		printf '{"@":"begin","key":"%s"}\n{"a":1}\n{"@":"end","key":"%s","lines":1}\n' "$key" "$key"
	done >in
	frame 1 1 >>in
	run -1 --separate-stderr s3put <in
	jq -se 'map(.error // "stored") == ["the source is outside raw_prefix","the source is outside raw_prefix",
		"the source is outside raw_prefix","the source is outside raw_prefix","stored"] and .[0].temporary == false' <<<"$output"
	stored_are job-postings-mod/1
}

@test "no key leads out of the two prefixes" {
	{ frame ../../../../x 1; frame a/../../x 1; frame /x 1; frame x/ 1; } >in
	run -1 --separate-stderr s3put <in
	[ "$(jq -r .error <<<"$output" | grep -c '400 InvalidKey')" -eq 4 ]
	stored_are
	[ ! -e ../x ] && [ ! -e ../store/x ]
}

@test "receipts come in the order of the frames, with any -P" {
	local p
	{ frame 1 20000; for i in {2..30}; do frame $i 3; done; error 31 false; frame 32 5000; frame 33 1; } >in
	for p in 1 2 8 1000; do
		rm -rf "$MOD"
		run -1 s3put -P $p <in
		[ "$(jq -r '.source[17:]' <<<"$output" | paste -sd,)" = "$(seq -s, 33)" ]
		[ "$(ls "$MOD" | wc -l)" -eq 32 ]
	done
	run -2 s3put -P 0
}

@test "a receipt is there as soon as its object is, while the input pauses" {
	mkfifo in
	s3put <in >receipts 2>log 3>&- &
	local pid=$! i
	exec 6>in
	for i in 1 2 3; do
		frame $i 2 >&6
		wait_until 20 eval "[ \$(wc -l <receipts) -eq $i ]"
		[ -f "$MOD/$i" ]
	done
	exec 6>&-
	wait $pid
	[ ! -s log ]
}

@test "no object is seen before it is whole; a stage killed by -9 leaves nothing of it" {
	mkfifo in
	s3put <in >receipts 2>log 3>&- &
	local pid=$! status=0
	exec 6>in
	frame 1 2 >&6
	{ begin 2 && postings 20000 && reject 2 1; } >&6
	wait_until 20 test -s receipts
	stored() { (cd "$STORE" && find . -type f ! -name '.tmp-*' | sort); }
	[ "$(stored)" = ./job-postings-mod/1 ]
	kill -9 $pid
	wait $pid || status=$?
	exec 6>&-
	[ $status -eq 137 ]
	[ "$(stored)" = ./job-postings-mod/1 ]
	# The next run starts anew.
	{ frame 1 2; frame 2 20000; } | s3put | jq -se 'length == 2'
	postings 20000 2 | cmp - "$MOD/2"
}

@test "SIGTERM and SIGINT abort unfinished uploads and end it by the signal" {
	local pid status name
	for name in TERM INT; do
		rm -rf in "$MOD" && mkfifo in
		# a script's background jobs ignore SIGINT from the start
		$PYTHON -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' s3put <in >receipts 2>log 3>&- &
		pid=$!
		exec 6>in
		{ frame 1 2 && begin 2 && postings 5000 && reject 2 1; } >&6
		wait_until 20 test -s receipts
		kill -$name $pid
		status=0
		wait $pid || status=$?
		exec 6>&-
		[ $status -eq $((128 + $(kill -l $name))) ]
		[ ! -s log ]
		stored_are job-postings-mod/1
	done
}

@test "a reader of the receipts that leaves ends it quietly, by SIGPIPE, without leftovers" {
	{ for i in {1..50}; do frame $i 100; done; begin 51 && postings 10; } >in
	local status=0 reader
	exec 6> >(:)
	reader=$!
	wait_until 20 gone $reader
	s3put <in >&6 2>log || status=$?
	exec 6>&-
	[ $status -eq 141 ]
	[ ! -s log ]
	[ "$(find "$STORE" -name '.tmp-*' | wc -l)" -eq 0 ]
}

@test "receipts that cannot be written are an error" {
	frame 1 1 >in
	run -1 --separate-stderr bash -c 's3put <in >/dev/full'
	[[ $stderr == "s3put: cannot write to standard output: No space left on device" ]]
}

@test "KEY: any bytes become one object" {
	head -c 3000000 /dev/urandom >bytes
	run -0 --separate-stderr s3put some/key <bytes
	jq -e '.key == "some/key" and .bytes == 3000000 and (.etag | length > 5) and .source == null' <<<"$output"
	cmp bytes "$STORE/some/key"
	mkdir "$STORE/../other"
	cat bytes - <<<more | s3put 's3://other/ü "q"' | jq -e '.key == "ü \"q\""'
	[ "$(stat -c %s "$STORE/../other/ü \"q\"")" -eq 3000005 ]
	: | s3put empty | jq -e '.bytes == 0'
	[ -f "$STORE/empty" ] && [ ! -s "$STORE/empty" ]
	# Frames mean nothing here.
	frame 1 2 | s3put frames
	frame 1 2 | cmp - "$STORE/frames"
}

@test "KEY: input that fails stores nothing" {
	run -1 --separate-stderr bash -c 's3put some/key <.'
	[[ $stderr == "s3put: cannot read stdin: Is a directory" ]]
	run -1 --separate-stderr bash -c 's3put some/key <&-'
	[[ $stderr == "s3put: cannot read stdin: "* ]]
	stored_are
}

@test "KEY: a signal in the middle stores nothing" {
	mkfifo in
	s3put some/key <in >receipts 2>log 3>&- &
	local pid=$! status=0
	exec 6>in
	postings 3000 >&6
	wait_until 20 eval 'find "$STORE" -name ".tmp-*" | grep -q .'
	kill -TERM $pid
	wait $pid || status=$?
	exec 6>&-
	[ $status -eq 143 ]
	[ ! -s receipts ]
	stored_are
}

@test "--no-clobber leaves existing objects alone" {
	echo old | s3put some/key
	run -1 --separate-stderr s3put --no-clobber some/key <<<new
	[ "$output" = "" ]
	[[ $stderr == *"s3://rl-data/some/key: PUT: 412"* ]]
	[ "$(cat "$STORE/some/key")" = old ]
	frame 1 2 | s3put
	{ frame 1 3; frame 2 1; } >in
	run -1 --separate-stderr s3put --no-clobber <in
	jq -se '.[0].error == "PUT: 412 PreconditionFailed" and .[0].temporary == false and .[1].error == null' <<<"$output"
	postings 2 1 | cmp - "$MOD/1"
	frame 1 3 | s3put
	postings 3 1 | cmp - "$MOD/1"
}

@test "--dry-run checks everything and stores nothing; its receipts move no cursor" {
	{ frame 1 2 '{"after":0,"seq":1,"upto":1}'; begin 2 '{"after":0,"seq":2,"upto":2}' && reject 2 1 && end 2 1; } >in
	run -0 --separate-stderr s3put --dry-run <in
	[ "$(jq -c '[.key, .lines, .rejected, .reject_key, .dry_run, .list]' <<<"$output" | paste -sd' ')" = \
		'["job-postings-mod/1",2,0,null,true,null] ["job-postings-mod/2",0,1,"job-postings-rejected/2",true,null]' ]
	stored_are
	{ frame 1 2; begin 3 && end 3 4; frame 1 2; error 4 false; } >in
	run -1 --separate-stderr s3put -n <in
	[ "${#lines[@]}" -eq 1 ]
	[[ $stderr == *"job-postings-raw/3: the source has 4 lines"* && $stderr == *"job-postings-raw/1: another source"* ]]
	frame 1 2 | head -2 >in
	run -1 s3put -n <in
	s3put -n some/key <in | jq -e '.dry_run and .bytes == '"$(stat -c %s in)"
	stored_are
}

@test "settings that are missing or at odds: 2, before anything is read" {
	frame 1 1 >in
	run -2 --separate-stderr s3put --mod-prefix job-postings-raw/mod/ <in
	[[ $stderr == *raw_prefix* && $stderr == *mod_prefix* ]]
	sed -i /output_bucket/d config.yaml
	run -2 --separate-stderr s3put <in
	[[ $stderr == *output_bucket* ]]
	run -2 s3put some/key <in
	run -2 s3put a b <in
	run -2 s3put s3://rl-data/ <in
	run -2 s3put '' <in
	s3put s3://rl-data/x <in
	stored_are x
}

@test "a missing bucket is not the objects' fault" {
	frame 1 1 >in
	run -1 --separate-stderr s3put --output-bucket none <in
	jq -e '.error == "PUT: 404 NoSuchBucket" and .temporary' <<<"$output"
	[[ $stderr == *"s3://none/job-postings-mod/1: PUT: 404 NoSuchBucket"* ]]
}

@test "a source named .gz or .zst is written so, --compress adds a suffix" {
	{ frame 1.jsonl.gz 500; frame 2.zst 500; begin 3.gz && postings 10 && reject 3.gz 1 && end 3.gz 11; frame 4.jsonl 500; } >in
	s3put <in >receipts
	zcat "$MOD/1.jsonl.gz" | cmp - <(postings 500 1.jsonl.gz)
	zstd -dcq "$MOD/2.zst" | cmp - <(postings 500 2.zst)
	zcat "$REJECTED/3.gz" | cmp - <(reject 3.gz 1)
	cmp "$MOD/4.jsonl" <(postings 500 4.jsonl)
	jq -se --argjson size "$(stat -c %s "$MOD/1.jsonl.gz")" '.[0].bytes == $size and .[0].lines == 500' receipts
	rm -rf "$MOD" "$REJECTED"
	s3put --compress zstd <in >receipts
	[ "$(jq -r .key receipts | paste -sd' ')" = \
		"job-postings-mod/1.jsonl.gz job-postings-mod/2.zst job-postings-mod/3.gz job-postings-mod/4.jsonl.zst" ]
	zstd -dcq "$MOD/4.jsonl.zst" | cmp - <(postings 500 4.jsonl)
	# What it writes, s3cat reads.
	s3cat job-postings-mod/1.jsonl.gz job-postings-mod/4.jsonl.zst | cmp - <(postings 500 1.jsonl.gz && postings 500 4.jsonl)
	postings 9 | s3put --compress gzip x | jq -e '.key == "x.gz"'
	postings 9 | s3put --compress gzip y.gz | jq -e '.key == "y.gz"'
	zcat "$STORE/x.gz" "$STORE/y.gz" | cmp - <(postings 9 && postings 9)
	run -2 s3put --compress bzip2 x <in
	# A name alone compresses nothing that comes as bytes.
	echo text | s3put z.gz
	echo text | cmp - "$STORE/z.gz"
}

@test "the same input gives the same compressed bytes" {
	frame 1.gz 20000 >in.gz
	frame 1.zst 20000 >in.zst
	local kind
	for kind in gz zst; do
		s3put <in.$kind
		mv "$MOD/1.$kind" first
		# in other pieces
		dd if=in.$kind bs=777 status=none | s3put
		cmp first "$MOD/1.$kind"
	done
}

@test "random streams end as a plain reading of the rules says" {
	$PYTHON - <<-'END'
		import json, os, random
		random.seed(11)
		P = 'job-postings-raw/'
		out = open('in', 'wb'); want = {}; receipts = []
		def control(**k):
		    k = {('@' if n == 'at' else n): v for n, v in k.items()}
		    out.write(json.dumps(k, separators=(',', ':')).encode() + b'\n')
		for i in range(400):
		    key = P + str(i)
		    if random.random() < .05:
		        control(at='error', key=key, stage='x', reason='r', temporary=False); receipts.append((key, 'r')); continue
		    control(at='begin', key=key)
		    lines, rejects = b'', b''
		    n = r = 0
		    for _ in range(random.choice([0, 1, 3, 30, 300])):
		        x = random.random()
		        if x < .1:
		            r += 1
		            line = json.dumps({'@': 'reject', 'key': key, 'line': 1, 'reason': 'why', 'raw': 'x' * random.randrange(200)},
		                              separators=(',', ':')).encode() + b'\n'
		            rejects += line; out.write(line)
		        elif x < .15:
		            out.write(random.choice([b'\n', b' \t\n', b'\r\n']))
		        else:
		            n += 1
		            line = b'{"t":"' + b'y' * random.choice([0, 5, 100, 70000]) + b'"}\n'
		            lines += line; out.write(line)
		    x = random.random()
		    if x < .05:
		        control(at='error', key=key, stage='x', reason='r', temporary=False); receipts.append((key, 'r'))
		    elif x < .1:
		        control(at='end', key=key, lines=n + r + 1)
		        receipts.append((key, 'the source has %d lines, but %d postings and %d rejects came' % (n + r + 1, n, r)))
		    else:
		        control(at='end', key=key, lines=n + r); receipts.append((key, None))
		        want['job-postings-mod/%d' % i] = lines
		        if r: want['job-postings-rejected/%d' % i] = rejects
		for key, data in want.items():
		    os.makedirs('want/' + os.path.dirname(key), exist_ok=True)
		    open('want/' + key, 'wb').write(data)
		json.dump(receipts, open('receipts.want', 'w'))
	END
	local p
	for p in 1 8; do
		rm -rf "${STORE:?}"/*
		s3put -P $p <in >receipts 2>log || [ $? -eq 1 ]
		diff -r want "$STORE"
		jq -se '[.[] | [.source, .error]] == $want[0]' --slurpfile want receipts.want receipts
	done
}

@test "memory does not grow with the object, nor with the number of objects" {
	{ begin 1 && yes '{"title":"x","company":"y"}' | head -8000000 && end 1 8000000; } | s3put --stats numbers
	seq 2 5001 | sed 's|.*|{"@":"begin","key":"job-postings-raw/&"}\n{"@":"error","key":"job-postings-raw/&","stage":"x","reason":"y","temporary":false}|' >in
	run -1 s3put --stats numbers <in
	jq -se '.[0].lines == 8000000 and .[1].failed == 5000' numbers
	[[ $BIN == *san* ]] || jq -se 'map(.peak_kib < 20000) | all' numbers
}
