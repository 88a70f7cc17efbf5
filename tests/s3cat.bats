#!/usr/bin/env bats
# s3cat: objects to stdout, in order, whatever is in them.
# needs: zstd

load helper

setup() {
	sandbox
}

# frame KEY FILE: the frame that s3cat should give for an object whose lines are FILE's (size and etag left out).
frame() {
	printf '{"@":"begin","bucket":"rl-data","key":"%s"}\n' "$1"
	cat "$2"
	printf '{"@":"end","key":"%s","lines":%d}\n' "$1" "$(grep -c '[^[:space:]]' "$2")"
}

# What depends on the time and the disk, taken out of begin records.
without_etags() {
	sed -E '/^\{"@":"begin"/s/,"size":[0-9]+,"etag":"[^"]*"//'
}

put() {
	mkdir -p "$(dirname "$STORE/$1")"
	cat >"$STORE/$1"
}

@test "keys as arguments are printed plain, like cat" {
	postings 20 1 | put a/1.jsonl
	postings 30 2 | put a/2.jsonl
	s3cat a/2.jsonl s3://rl-data/a/1.jsonl >out
	cat "$STORE/a/2.jsonl" "$STORE/a/1.jsonl" | cmp - out
}

@test "keys on stdin are framed: records and bare keys, mixed" {
	postings 3 1 | put a/1.jsonl
	postings 4 2 | put 'a/ü "q".jsonl'
	postings 5 3 >other
	mkdir -p "$STORE/../other/a" && cp other "$STORE/../other/a/1.jsonl"
	s3cat >out <<-'END'
		{"key":"a/1.jsonl","more":[1],"list":{"after":1, "seq":1,"upto":7},"size":99,"etag":"old"}
		a/ü "q".jsonl
		{"bucket":"other","key":"a/1.jsonl"}
		s3://other/a/1.jsonl
		{"bucket":"rl-data","key":"a\/\u0031.jsonl"}
	END
	grep '"begin"' out | jq -c '[.bucket, .key, .list]' >begins
	cat >expected <<-'END'
		["rl-data","a/1.jsonl",{"after":1,"seq":1,"upto":7}]
		["rl-data","a/ü \"q\".jsonl",null]
		["other","a/1.jsonl",null]
		["other","a/1.jsonl",null]
		["rl-data","a/1.jsonl",null]
	END
	diff expected begins
	grep -q '"list":{"after":1, "seq":1,"upto":7}}' out
	grep '"end"' out | jq .lines | paste -sd' ' >ends
	[ "$(cat ends)" = "3 4 5 5 3" ]
	# The size and etag are those of what was got, not of what was listed.
	[ "$(head -1 out | jq .size)" -eq "$(stat -c %s "$STORE/a/1.jsonl")" ]
	[ "$(head -1 out | jq -r .etag)" != old ]
	grep -v '^{"@":' out | cmp - <(cat "$STORE/a/1.jsonl" "$STORE/a/ü \"q\".jsonl" other other "$STORE/a/1.jsonl")
}

@test "--count says how many lines an object has, and prints none" {
	{ postings 20 1 && printf '\n  \n{"@":"begin"}\nno end'; } | put a/1.jsonl
	postings 30 2 | gzip | put a/2.jsonl.gz
	head -c 1000 /dev/zero | tr '\0' x | put a/3.jsonl
	run -1 --separate-stderr s3cat --count --max-line 999 a/1.jsonl a/none a/2.jsonl.gz a/3.jsonl
	jq -c '[.key, .lines, .reason]' <<<"$output" | diff - <(
		printf '%s\n' '["a/1.jsonl",22,null]' '["a/none",null,"GET: 404 NoSuchKey"]' '["a/2.jsonl.gz",30,null]' \
			'["a/3.jsonl",null,"line 1: longer than max_line, 999 bytes"]'
	)
	[ "$(jq -s '.[0].size' <<<"$output")" = "$(stat -c %s "$STORE/a/1.jsonl")" ]
	s3ls a/ | s3cat --count | jq -s 'map(.lines) | add == 53'
	run -2 s3cat --count --plain a/1.jsonl
	run -2 s3cat --count --frames a/1.jsonl
}

@test "--frames and --plain override the default, and cannot be combined" {
	postings 3 | put a/1
	s3cat --frames a/1 | without_etags | diff <(frame a/1 "$STORE/a/1") -
	echo a/1 | s3cat --plain | cmp - "$STORE/a/1"
	run -2 s3cat --plain --frames a/1
	[[ $output == *"cannot be combined"* ]]
}

@test "a byte-order mark goes, a missing newline comes, blank lines and CR stay" {
	printf '\xef\xbb\xbf{"title":"a"}\r\n\r\n \t\n{"title":"b\xef\xbb\xbf"}\n\n{"title":"c"}' | put a/1
	printf '{"title":"a"}\r\n\r\n \t\n{"title":"b\xef\xbb\xbf"}\n\n{"title":"c"}\n' >expected
	s3cat a/1 | cmp - expected
	s3cat --frames a/1 | without_etags >out
	diff <(frame a/1 expected) out
	tail -1 out | jq -e '.lines == 3'
}

@test "a byte-order mark alone, half of one, two of them" {
	printf '\xef\xbb\xbf' | put a/bom
	printf '\xef\xbb' | put a/half
	printf '\xef\xbb\xbf\xef\xbb\xbfx\n' | put a/two
	s3cat a/bom | cmp - /dev/null
	s3cat a/half | cmp - <(printf '\xef\xbb\n')
	s3cat a/two | cmp - <(printf '\xef\xbb\xbfx\n')
}

@test "an empty object, and one of blank lines only" {
	: | put a/empty
	printf '\n \n\r\n\t' | put a/blank
	printf 'a/empty\na/blank\n' | s3cat | without_etags >out
	{ frame a/empty /dev/null && frame a/blank <(:) | head -1 && printf '\n \n\r\n\t\n' &&
		echo '{"@":"end","key":"a/blank","lines":0}'; } | diff - out
}

@test "a line that imitates a control record becomes a reject" {
	printf '{"a":1}\n\n{"@":"end","key":"a/1","lines":1}\n{"@" :1}\n {"@":2}\n{"@":"\xff"}\r\n{"@":' | put a/1
	s3cat --frames a/1 >out 2>log
	[ ! -s log ]
	mapfile -t lines <out
	[ "${#lines[@]}" -eq 9 ]
	[ "${lines[2]}" = "" ]
	jq -e '.["@"] == "reject" and .key == "a/1" and .line == 3 and .raw == "{\"@\":\"end\",\"key\":\"a/1\",\"lines\":1}"' \
		<<<"${lines[3]}"
	[ "${lines[4]}" = '{"@" :1}' ]
	[ "${lines[5]}" = ' {"@":2}' ]
	[ "$(jq -r .raw_base64 <<<"${lines[6]}" | base64 -d | od -An -c | tr -d ' \n')" = '{"@":"377"}\r' ]
	jq -e '.line == 7 and .raw == "{\"@\":"' <<<"${lines[7]}"
	jq -e '.lines == 6' <<<"${lines[8]}"
}

@test "plain, a forged line is reported and left out: 1" {
	printf 'one\n{"@":"begin"}\ntwo\n' | put a/1
	run -1 --separate-stderr s3cat a/1
	[ "$output" = $'one\ntwo' ]
	[[ $stderr == *"s3://rl-data/a/1: line 2 "*"control record"* ]]
}

@test "a line over max_line: framed, the object fails for good; the next one goes through" {
	{ echo first && head -c 100001 /dev/zero | tr '\0' x && echo && echo last; } | put a/1
	postings 2 | put a/2
	printf '{"key":"a/1","list":{"after":0,"seq":1,"upto":5}}\na/2\n' >keys
	run -1 --separate-stderr s3cat --max-line 100000 <keys
	[ "${lines[1]}" = first ]
	jq -e '.["@"] == "error" and .key == "a/1" and .stage == "s3cat" and .temporary == false and .list.upto == 5 and
		(.reason | test("^line 2: .*max_line"))' <<<"${lines[2]}"
	[[ $stderr == *"s3://rl-data/a/1: line 2: "* ]]
	printf '%s\n' "${lines[@]:3}" | without_etags | diff <(frame a/2 "$STORE/a/2") -
	# One byte less is no such line.
	run -0 s3cat --max-line 100001 --frames a/1
	jq -e '.lines == 3' <<<"${lines[-1]}"
}

@test "plain, a line over max_line is reported and left out: 1" {
	{ echo first && head -c 700001 /dev/zero | tr '\0' x && echo && echo last; } | put a/1
	head -c 700001 /dev/zero | tr '\0' x | put a/2
	run -1 --separate-stderr s3cat --max-line 500K a/1 a/2
	[ "$output" = $'first\nlast' ]
	[[ $stderr == *"a/1: line 2 "*max_line* && $stderr == *"a/2: line 1 "*max_line* ]]
}

@test "a line of 10 MB passes" {
	{ echo first && head -c 10000000 /dev/zero | tr '\0' x && echo && echo last; } | put a/1
	s3cat a/1 | cmp - "$STORE/a/1"
	s3cat --frames a/1 | tail -1 | jq -e '.lines == 3'
}

@test "a forged line of 10 MB travels whole" {
	{ printf '{"@":"' && head -c 10000000 /dev/zero | tr '\0' '\1' && echo; } | put job-postings-raw/1
	echo job-postings-raw/1 | s3cat | s3put | jq -e '.rejected == 1 and .lines == 0'
	jq -j .raw "$REJECTED/1" | cmp - <(head -c -1 "$RAW/1")
}

@test "an object that is not there fails, the others go through" {
	postings 2 1 | put a/1
	postings 2 2 | put a/3
	run -1 --separate-stderr s3cat <<-'END'
		a/1
		{"key":"a/2","list":{"after":0,"seq":2,"upto":6}}
		a/3
	END
	[ "${lines[4]}" = '{"@":"error","key":"a/2","stage":"s3cat","reason":"GET: 404 NoSuchKey","temporary":false,"fault":"object","list":{"after":0,"seq":2,"upto":6}}' ]
	[[ $stderr == "s3cat: s3://rl-data/a/2: GET: 404 NoSuchKey"* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	printf '%s\n' "${lines[@]:5}" | without_etags | diff <(frame a/3 "$STORE/a/3") -
	run -1 --separate-stderr s3cat a/2 a/3
	[ "$output" = "$(cat "$STORE/a/3")" ]
}

@test "an object that vanishes while it is read: an error takes the place of end, and the status is 75" {
	postings 100000 | put a/1
	postings 2 | put a/2
	mkfifo pipe
	printf 'a/1\na/2\n' >keys
	s3cat <keys >pipe 2>log 3>&- &
	local pid=$! status=0 begin
	exec 5<pipe
	read -r -u 5 begin
	jq -e '.["@"] == "begin"' <<<"$begin"
	rm "$STORE/a/1"
	cat <&5 >rest
	exec 5<&-
	wait $pid || status=$?
	[ "$status" -eq 75 ]
	grep -n '^{"@":' rest | sed 's/,"size.*//; s/,"list.*//' >controls
	grep -q '"error","key":"a/1","stage":"s3cat","reason":"GET: .*"temporary":true' controls
	[ "$(grep -c '"end","key":"a/1"' rest)" -eq 0 ]
	tail -1 rest | jq -e '.["@"] == "end" and .key == "a/2"'
	# What came before is whole lines.
	grep -v '^{"@":' rest | head -n -2 >lines
	cmp -n "$(stat -c %s lines)" lines <(postings 100000)
}

@test "lines on stdin that name no object are reported by number; the others go through" {
	postings 2 | put a/1
	printf '{"key":3}\n{"key":"a/1"\n\n\xff\xfe\n{}\ns3://\ns3://x\n{"key":""}\n[1]\na/1\n' >keys
	run -1 --separate-stderr s3cat <keys
	printf '%s\n' "${lines[@]}" | tail -4 | without_etags | diff <(frame a/1 "$STORE/a/1") -
	for number in 1 2 3 4 5 6 7 8; do
		[[ $stderr == *"s3cat: stdin, line $number: "* ]]
	done
	# "[1]" is a key, if an unlikely one.
	[[ ${lines[0]} == '{"@":"error","key":"[1]",'* ]]
	[ "${#lines[@]}" -eq 5 ]
}

@test "a refused record of a listing becomes an error in its place; the cursor passes keys that no request can name" {
	postings 2 | put job-postings-raw/1721183935.jsonl
	list() { printf '"list":{"after":0,"seq":%d,"upto":%d%s}' "$@"; }
	good='{"key":"job-postings-raw/1721183935.jsonl",'
	# what cannot be a key anywhere; what may be only this record's, or everybody's
	while IFS='|' read -r fault key record; do
		{
			printf '{%s,%s}\n' "$record" "$(list 1 1721183934)"
			printf '%s%s}\n' "$good" "$(list 2 1721183935 ',"last":true')"
		} >keys
		run -1 --separate-stderr s3cat <keys
		jq -e --arg fault "$fault" --arg key "$key" \
			'.["@"] == "error" and .fault == $fault and .key == $key and .list.seq == 1' <<<"${lines[0]}"
		[[ ${lines[1]} == '{"@":"begin",'* && ${lines[4]} == '{"@":"end",'* ]]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == "s3cat: stdin, line 1: "* ]]
		printf '%s\n' "${lines[@]}" >frames
		rm -f cursor
		run -1 --separate-stderr s3put <frames
		run -1 cursor set --cursor-store file:cursor <<<"$output"
		[ "$(cursor get --cursor-store file:cursor)" = "$([ "$fault" = object ] && echo 1721183935 || echo 0)" ]
	done <<-'END'
		object|raw/1\u0000.jsonl|"key":"raw/1\u0000.jsonl"
		object|raw/1\udc00|"key":"raw/1\udc00"
		everybody|(line 1)|"key":3
		everybody|(line 1)|"key":""
		everybody|(line 1)|"name":"raw/1"
		everybody|raw/1|"key":"raw/1","size":"9"
		everybody|raw/1|"key":"raw/1","bucket":3
	END
	# without frames there is nobody to tell
	run -1 --separate-stderr s3cat --plain <keys
	[ "${#lines[@]}" -eq 2 ]
}

@test "stdin that ends inside a line: the writer has died" {
	postings 2 | put a/1
	printf 'a/1\na/1' >keys
	run -1 --separate-stderr s3cat <keys
	[[ $stderr == *"stdin, line 2: cut off"* ]]
	[ "$(grep -c begin <<<"$output")" -eq 1 ]
}

@test "a line of stdin that is too long for a key" {
	{ head -c 3000000 /dev/zero | tr '\0' k && printf '\n'; } >keys
	run -1 --separate-stderr s3cat <keys
	[[ $stderr == *"stdin, line 1: too long"* ]]
}

@test "nothing on stdin gives nothing" {
	run -0 s3cat </dev/null
	[ "$output" = "" ]
}

@test "what can be written does not wait for more keys" {
	postings 5 1 | put a/1
	postings 5 2 | put a/2
	mkfifo keys out
	s3cat <keys >out 2>log 3>&- &
	local pid=$! line
	exec 6>keys 5<out
	for key in a/1 a/2; do
		echo $key >&6
		for _ in 1 2 3 4 5 6 7; do
			read -r -t 120 -u 5 line
		done
		jq -e --arg key $key '.["@"] == "end" and .key == $key' <<<"$line"
	done
	exec 6>&-
	wait $pid
	exec 5<&-
	[ ! -s log ]
}

@test "-P 1 and -P 16 give the same bytes" {
	local i
	for i in {1..60}; do
		postings $((i * 37 % 400)) $i | put a/$i
		echo a/$i
		((i % 9)) || echo a/missing$i
	done >keys
	run -1 s3cat -P 1 <keys
	for p in 2 16 1000; do
		s3cat -P $p <keys >out.$p 2>/dev/null || [ $? -eq 1 ]
	done
	s3cat -P 1 <keys >out.1 2>/dev/null || [ $? -eq 1 ]
	cmp out.1 out.2 && cmp out.1 out.16 && cmp out.1 out.1000
	[ "$(grep -c '"@":"error"' out.1)" -eq 6 ]
	run -2 s3cat -P 0 a/1
	run -2 s3cat -P x a/1
}

@test "--unordered gives the same objects, each whole" {
	local i
	for i in {1..40}; do
		postings $((i * 37 % 400)) $i | put a/$i
		echo a/$i
	done >keys
	s3cat <keys >ordered
	s3cat --unordered -P 7 <keys >out
	# a frame a line, whatever their order
	for i in ordered out; do
		awk '{ printf "%s\t", $0 } /^{"@":"end"/ { print "" }' $i | LC_ALL=C sort >frames.$i
	done
	cmp frames.ordered frames.out
	[ "$(s3cat --unordered -P 1 <keys | cmp - ordered)" = "" ]
}

@test "random objects come out as a plain reading of the rules says" {
	$PYTHON - <<-'END'
		import os, random
		random.seed(5)
		pieces = [b'{"title":"x"}', b'', b' ', b'\t\r', b'{"@":', b'{"@":"end"}', b'{"@', b'\xef\xbb\xbf', b'a' * 300000,
		          b'y' * 70000, b'\xff', b'{"@":\xc3\x28', b'\r', b'z' * 600001, b'\x00']
		expected = open('expected', 'wb')
		keys = open('keys', 'w')
		os.makedirs(os.environ['STORE'] + '/r')
		for i in range(150):
		    lines = [random.choice(pieces) for _ in range(random.randrange(0, 12))]
		    data = b'\n'.join(lines) + (b'\n' if random.random() < .5 and lines else b'')
		    if random.random() < .3: data = b'\xef\xbb\xbf' + data
		    open(os.environ['STORE'] + '/r/%d' % i, 'wb').write(data)
		    keys.write('r/%d\n' % i)
		    body = data[3:] if data[:3] == b'\xef\xbb\xbf' else data
		    rows = body.split(b'\n')
		    if rows[-1] == b'': rows.pop()
		    for row in rows:
		        if len(row) <= 600000 and row[:5] != b'{"@":': expected.write(row + b'\n')
	END
	s3cat --plain --max-line 600000 <keys >out 2>log || [ $? -eq 1 ]
	cmp expected out
}

@test "a reader that leaves ends it quietly, by SIGPIPE" {
	postings 20000 | put a/1
	local status
	set +o pipefail
	s3cat a/1 2>log | head -1 >first
	status=${PIPESTATUS[0]}
	[ "$status" -eq 141 ]
	head -1 "$STORE/a/1" | cmp - first
	[ ! -s log ]
}

@test "a full disk is an error" {
	postings 20 | put a/1
	run -1 --separate-stderr bash -c 's3cat a/1 >/dev/full'
	[[ $stderr == "s3cat: cannot write to standard output: No space left on device" ]]
}

@test "SIGTERM and SIGINT end it, by the signal, also while it waits for keys" {
	local pid status name
	for name in TERM INT; do
		rm -f keys && mkfifo keys
		# an interactive shell's job: a script's background jobs ignore SIGINT from the start
		$PYTHON -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' s3cat -v <keys >out 2>log 3>&- &
		pid=$!
		exec 6>keys
		echo no/such >&6
		wait_until 20 grep -q '"error"' out
		kill -$name $pid
		status=0
		wait $pid || status=$?
		exec 6>&-
		[ $status -eq $((128 + $(kill -l $name))) ]
	done
}

@test "stdin that is closed or cannot be read" {
	run -1 --separate-stderr bash -c 's3cat <&-'
	[[ $stderr == "s3cat: cannot read stdin"* ]]
	run -1 --separate-stderr bash -c 's3cat <.'
	[[ $stderr == "s3cat: cannot read stdin"* ]]
}

@test "without input_bucket a key needs a bucket: 2" {
	postings 2 | put a/1
	sed -i /input_bucket/d config.yaml
	run -2 --separate-stderr s3cat a/1
	[[ $stderr == *input_bucket* ]]
	run -2 s3cat <<<a/1
	s3cat s3://rl-data/a/1 | cmp - "$STORE/a/1"
	echo '{"bucket":"rl-data","key":"a/1"}' | s3cat | tail -1 | jq -e '.lines == 2'
}

@test "keys that leave their bucket are refused" {
	postings 2 >../store/outside
	run -1 s3cat --frames ../outside a/../../outside /etc/passwd a//b a/
	[ "$(grep -c '"@":"error"' <<<"$output")" -eq 5 ]
	[ "$(grep -c company <<<"$output")" -eq 0 ]
}

@test "the numbers of a run" {
	postings 5 | put a/1
	printf '{"@":1}\n\nx\n' | put a/2
	printf 'a/1\na/2\na/3\n' >keys
	run -1 s3cat --stats numbers <keys
	jq -e '.program == "s3cat" and .objects == 2 and .failed == 1 and .lines == 7 and .forged == 1 and .retries == 0 and
		.bytes == ('"$(cat "$STORE"/a/[12] | wc -c)"')' numbers
}

@test "gzip and zstd are read, by their first bytes, several in a row too" {
	postings 3000 >all
	{ head -1000 all | gzip && sed -n 1001,2000p all | gzip -1 && tail -1000 all | gzip -9 && head -c 100 /dev/zero; } | put a/1.gz
	{ head -1000 all | zstd -q && : | zstd -q && tail -2000 all | zstd -q --no-check; } | put a/2
	{ printf '\xef\xbb\xbf' && cat all; } | head -c -1 | gzip | put a/3.txt
	: | gzip | put a/empty.gz
	for key in a/1.gz a/2 a/3.txt; do
		s3cat $key | cmp - all
	done
	s3cat a/empty.gz | cmp - /dev/null
	# What only looks like one passes.
	printf '\x1f' | put a/4.gz
	printf '(\xb5\x2f' | put a/5.zst
	printf '(x\n' | put a/6.zst
	s3cat a/4.gz a/5.zst a/6.zst | cmp - <(printf '\x1f\n(\xb5\x2f\n(x\n')
}

@test "a compressed object that is cut off or damaged fails for good" {
	postings 3000 | gzip >whole.gz
	postings 3000 | zstd -q >whole.zst
	head -c -4 whole.gz | put a/1
	head -c 20000 whole.zst | put a/2
	{ head -c 20000 whole.gz && printf XXXX && tail -c +20005 whole.gz; } | put a/3
	{ head -c 20000 whole.zst && printf XXXX && tail -c +20005 whole.zst; } | put a/4
	{ cat whole.gz && echo garbage; } | put a/5
	{ cat whole.zst && echo garbage; } | put a/6
	printf '\x1f\x8b' | put a/7
	run -1 --separate-stderr s3cat --frames a/{1..7}
	[ "$(grep -c '"@":"error".*"temporary":false' <<<"$output")" -eq 7 ]
	[ "$(grep -c '"@":"end"' <<<"$output")" -eq 0 ]
	[[ $stderr == *"s3://rl-data/a/1: gzip: cut off"* && $stderr == *"s3://rl-data/a/2: zstd: cut off"* ]]
}

@test "a bomb is refused; an object just as dense that ends below 1 GiB is not" {
	yes "$(head -c 99999 /dev/zero | tr '\0' x)" | head -c 1074000000 | zstd -q | put a/1
	run -1 --separate-stderr bash -c 's3cat a/1 >/dev/null'
	[[ $stderr == "s3cat: s3://rl-data/a/1: compressed more than 1000 to 1"* ]]
	yes "$(head -c 99999 /dev/zero | tr '\0' x)" | head -c 1073700000 | zstd -q | put a/2
	s3cat a/2 | wc -c | grep -qx 1073700000
}

@test "memory does not grow with the object" {
	yes "$(postings 1)" | head -c 200M | put a/1
	yes a/1 | head -20 >keys
	s3cat --stats numbers <keys >/dev/null
	# The sanitizers' own memory is not ours.
	[[ $BIN == *san* ]] || jq -e '.peak_kib < 20000' numbers
	jq -e '.bytes == 20 * 200 * 1048576' numbers
}
