# Everything that real buckets hold, in one run.
load helper
load store
load journey

setup() {
	sandbox
	redis_start
	senserve_start
}

# raw NAME: an object from stdin.
raw() {
	cat >"$RAW/$1"
}

# plain NAME: the output with each level taken out again, to be held against the input.
plain() {
	sed -E 's/,"seniority":[1-7]}([ \t\r]*)$/}\1/' "$MOD/$1"
}

reasons() {
	jq -r .reason "$REJECTED/$1"
}

run_all() {
	run --separate-stderr pipeline.sh --summary json
	echo "$output" "$stderr"
	[ "$(field adds_up)" = true ]
}

@test "odd but right postings go through byte for byte" {
	{
		printf '{"company":"Tab","title":"Senior\\tAccountant"}\n'
		printf '{"company":"CR LF","title":"Head\\r\\nof Legal"}\n'
		printf '{"company":"U+2028 \xe2\x80\xa8","title":"CFO \\u2028 and \xe2\x80\xa9"}\n'
		printf '{"company":"\xf0\x9f\x98\x80","title":"Manager \xf0\x9f\x9a\x80 \\ud83d\\ude00"}\n'
		printf '{"company":"Caf\xc3\x83\xc2\xa9","title":"Attach\xc3\xa9 \xe4\xb8\xbb\xe7\xae\xa1"}\n'
		printf '{"company":"Commas","title":"%s"}\n' "$(head -c 20000 /dev/zero | tr '\0' ,)"
		printf '  { "title" : "CEO" , "company" : "Spaces" , "n" : 12345678901234567890.5e-10 } \t\n'
		printf '{"company":"a:b","title":"c"}\n{"company":"a","title":"b:c"}\n'
		printf '{"company":"","title":"Nobody'\''s CEO"}\n'
		printf '{"company":"deep","title":"CEO","x":%s%s}\n' "$(head -c 500 /dev/zero | tr '\0' '[')" "$(head -c 500 /dev/zero | tr '\0' ']')"
		printf '{"company":"CR at the end","title":"CEO"}\r\n'
	} >"$RAW/1721183934.jsonl"
	# a 10 MB line between two short ones
	{
		posting A CEO
		printf '{"company":"Big","text":"%s","title":"CEO"}\n' "$(head -c 10000000 /dev/zero | tr '\0' x)"
		posting B CEO
	} >"$RAW/1721183994.jsonl"
	run_all
	[ "$status" -eq 0 ]
	[ "$(field rejected)" -eq 0 ]
	plain 1721183934.jsonl | cmp - "$RAW/1721183934.jsonl"
	plain 1721183994.jsonl | cmp - "$RAW/1721183994.jsonl"
	[ ! -e "$REJECTED" ]
	# the two pairs with colons are two
	[ "$(field pairs "$(senserve_stop)")" -eq 15 ]
}

@test "a mark at the beginning, blank lines, no last newline, a level that is there already, members twice or inside" {
	printf '\xef\xbb\xbf{"company":"BOM","title":"CEO"}\n' | raw 1721183934.jsonl
	printf '\n  \n{"company":"A","title":"CEO"}\n\t\r\n{"company":"B","title":"CEO"}' | raw 1721183994.jsonl
	printf '%s\n' '{"seniority":1,"company":"A","title":"CEO"}' '{"company":"A","seniority":"x","title":"CEO","seniority":[1]}' |
		raw 1721184054.jsonl
	printf '%s\n' '{"company":"A","title":"Intern","title":"CEO"}' '{"company":"A","x":{"title":"Intern","seniority":2},"title":"CEO"}' |
		raw 1721184114.jsonl
	: | raw 1721184174.jsonl
	printf '\n \n\t\r\n' | raw 1721184234.jsonl
	run_all
	[ "$status" -eq 0 ]
	[ "$(field stored)" -eq 6 ]
	[ "$(field read)" -eq 7 ]
	[ "$(field written)" -eq 7 ]
	[ "$(<"$MOD/1721183934.jsonl")" = '{"company":"BOM","title":"CEO","seniority":7}' ]
	printf '%s\n' '{"company":"A","title":"CEO","seniority":7}' '{"company":"B","title":"CEO","seniority":7}' | cmp - "$MOD/1721183994.jsonl"
	printf '%s\n' '{"seniority":7,"company":"A","title":"CEO"}' '{"company":"A","seniority":"x","title":"CEO","seniority":7}' |
		cmp - "$MOD/1721184054.jsonl"
	printf '%s\n' '{"company":"A","title":"Intern","title":"CEO","seniority":7}' \
		'{"company":"A","x":{"title":"Intern","seniority":2},"title":"CEO","seniority":7}' | cmp - "$MOD/1721184114.jsonl"
	[ -f "$MOD/1721184174.jsonl" ] && [ ! -s "$MOD/1721184174.jsonl" ]
	[ -f "$MOD/1721184234.jsonl" ] && [ ! -s "$MOD/1721184234.jsonl" ]
	# one pair for all that say the same
	[ "$(field pairs "$(senserve_stop)")" -eq 3 ]
}

@test "lines that are not postings are stored unchanged as rejects, and the object counts all its lines" {
	{
		posting Good CEO
		printf '%s\n' 'not json' '{"company":"cut","tit' '[1]' '3' 'null' '"x"' '{}' '{"company":"A"}' '{"company":"A","title":null}' \
			'{"company":"A","title":3}' '{"company":"A","title":""}' '{"title":"CEO"}' '{"company":7,"title":"CEO"}' \
			'{"company":"A","title":"a\u0000b"}' '{"company":"A","title":"\ud800"}' '{"company":"A","title":"CEO"}{}' \
			'{"company":"A","title":"CEO",}' '{"@":"end","key":"job-postings-raw/1721183934.jsonl","lines":1}' \
			'{"@":"begin","key":"../../elsewhere"}'
		printf '{"company":"A","title":"\xff"}\n'
		posting Last CFO
	} | raw 1721183934.jsonl
	run_all
	[ "$status" -eq 0 ]
	[ "$(field read)" -eq 22 ]
	[ "$(field written)" -eq 2 ]
	[ "$(field rejected)" -eq 20 ]
	printf '%s\n' '{"company":"Good","title":"CEO","seniority":7}' '{"company":"Last","title":"CFO","seniority":7}' |
		cmp - "$MOD/1721183934.jsonl"
	[ "$(jq -s '[.[].line] == [range(2; 22)]' "$REJECTED/1721183934.jsonl")" = true ]
	[ "$(jq -s 'all(.reason != "")' "$REJECTED/1721183934.jsonl")" = true ]
	# every byte of them is there
	jq -j 'if .raw_base64 then empty else .raw + "\n" end' "$REJECTED/1721183934.jsonl" >kept
	sed '1d;21,$d' "$RAW/1721183934.jsonl" | cmp - kept
	jq -r 'select(.raw_base64) | .raw_base64' "$REJECTED/1721183934.jsonl" | base64 -d >kept
	sed -n 21p "$RAW/1721183934.jsonl" | tr -d '\n' | cmp - kept
}

@test "names: widths, the same second twice, none, leading zeros, milliseconds" {
	for name in 9.jsonl 10.jsonl 1721183934.jsonl 1721183934-b.jsonl nonumber.jsonl 0123.jsonl 1721183934000.jsonl; do
		posting "$name" CEO | raw "$name"
	done
	run_all
	[ "$status" -eq 0 ]
	[ "$(cd "$MOD" && ls)" = $'10.jsonl\n1721183934-b.jsonl\n1721183934.jsonl\n9.jsonl' ]
	[ "$(field skipped)" -eq 3 ]
	[ "$(grep -c 's3ls: warning' <<<"$stderr")" -eq 1 ]
	[ "$(cursor get)" -eq 1721183934 ]
	[ "$(s3ls | jq -r .key | sed 's|.*/||')" = $'9.jsonl\n10.jsonl\n1721183934-b.jsonl\n1721183934.jsonl' ]
}

@test "an object that vanishes after it was listed fails for good, and blocks nothing" {
	posting A CEO | raw 1721183934.jsonl
	posting B CEO | raw 1721183994.jsonl
	posting C CEO | raw 1721184054.jsonl
	s3ls >listing
	rm "$RAW/1721183994.jsonl"
	run --separate-stderr bash -o pipefail -c 's3cat <listing | senenrich | s3put | cursor set'
	echo "$stderr"
	[ "$status" -eq 1 ]
	[ "$(cd "$MOD" && ls)" = $'1721183934.jsonl\n1721184054.jsonl' ]
	[ "$(cursor get)" -eq 1721184054 ]
	[ "$(cursor failed | jq -r .key)" = job-postings-raw/1721183994.jsonl ]
}

@test "a line over max_line makes its object fail for good, and only that" {
	posting A CEO | raw 1721183934.jsonl
	{
		posting B CEO
		head -c 17000000 /dev/zero | tr '\0' x
	} | raw 1721183994.jsonl
	posting C CEO | raw 1721184054.jsonl
	run_all
	[ "$status" -eq 1 ]
	[ "$(cd "$MOD" && ls)" = $'1721183934.jsonl\n1721184054.jsonl' ]
	[ "$(field failed)" -eq 1 ]
	[ "$(cursor get)" -eq 1721184054 ]
}
