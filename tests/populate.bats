# populate.sh: new raw files in the bucket.

load helper

setup() {
	sandbox
}

populate() {
	"$ROOT/populate.sh" "$@"
}

names() {
	(cd "$RAW" && printf '%s\n' *.jsonl | sort -n)
}

@test "an empty bucket: N files up to now, one second apart, 1 to 10 postings each" {
	before=$(date +%s)
	run -0 --separate-stderr populate 30
	after=$(date +%s)
	[ -z "$stderr" ]
	[ "$(names | wc -l)" = 30 ]
	first=$(names | head -n 1)
	first=${first%.jsonl}
	((first + 29 >= before && first + 29 <= after))
	diff <(seq -f '%.0f.jsonl' "$first" $((first + 29))) <(names)
	for file in "$RAW"/*.jsonl; do
		count=$(jq -s 'length' "$file")
		((count >= 1 && count <= 10))
		id=${file##*/}
		[ "$(jq -s "all(.scraped_on == ${id%.jsonl})" "$file")" = true ]
		printf 's3://rl-data/job-postings-raw/%s %d\n' "$id" "$count"
	done | sort >expected
	diff expected <(sort <<<"$output")
	[ "$(cut -d ' ' -f 2 expected | sort -u | wc -l)" -gt 3 ]
}

@test "the names go on from the greatest number, not from the last in byte order" {
	touch "$RAW/9.jsonl" "$RAW/10.jsonl" "$RAW/notes.txt"
	run -0 --separate-stderr populate 2
	[ "$(sort -V <<<"$output" | cut -d ' ' -f 1)" = $'s3://rl-data/job-postings-raw/11.jsonl\ns3://rl-data/job-postings-raw/12.jsonl' ]
	run -0 populate --parallel 1 1
	[[ $output == *raw/13.jsonl* ]]
}

@test "a name with a suffix counts, one that s3ls skips does not" {
	touch "$RAW/1721183934-b.txt" "$RAW/99999999999999.jsonl" "$RAW/001721183999.jsonl"
	run -0 --separate-stderr populate 1
	[[ $output == *raw/1721183935.jsonl* ]]
}

@test "the last name counts, also if it is later than the clock" {
	local last=$(($(date +%s) + 86400))
	touch "$RAW/1721183934.jsonl" "$RAW/$last.jsonl"
	run -0 --separate-stderr populate 1
	[[ $output == *raw/$((last + 1)).jsonl* ]]
}

@test "--postings sets their number, 0 too" {
	populate 2 --postings 37
	[ "$(cat "$RAW"/*.jsonl | wc -l)" = 74 ]
	rm "$RAW"/*
	populate --postings=0 1
	[ "$(cat "$RAW"/*.jsonl | wc -l)" = 0 ]
	[ "$(names | wc -l)" = 1 ]
}

@test "--seed gives the same postings with any -P, different in each file" {
	touch "$RAW/100.jsonl"
	populate 12 --seed 5 -P 1 >out
	cp -r "$RAW" first
	rm "$RAW"/*
	touch "$RAW/100.jsonl"
	populate 12 --seed 5 -P8 >again
	diff -r first "$RAW"
	diff <(sort out) <(sort again)
	[ "$(sha256sum "$RAW"/1*.jsonl | cut -d ' ' -f 1 | sort -u | wc -l)" = 13 ]
}

@test "--dry-run says what it would do, and does nothing" {
	run -0 populate 3 --postings 4 --dry-run
	[ "${#lines[@]}" = 3 ]
	[[ ${lines[0]} == s3://rl-data/job-postings-raw/*.jsonl\ 4 ]]
	[ -z "$(ls -A "$RAW")" ]
}

@test "what follows -- goes to sengen" {
	populate 1 --postings 50 -- --bad 100 --seed 1
	run ! jq . "$RAW"/*.jsonl
	[ "$(cat "$RAW"/*.jsonl | wc -l)" = 50 ]
}

@test "settings: bucket and prefix of config.yaml, --config, the environment" {
	sed 's|^raw_prefix:.*|raw_prefix: "some \\"odd\\" \\\\ prefix/"|; s|^input_bucket.*|input_bucket: other|' config.yaml >odd.yaml
	mkdir -p "$STORE/../other"
	run -0 populate --config odd.yaml 1
	[[ $output == 's3://other/some "odd" \ prefix/'*.jsonl\ * ]]
	[ -n "$(ls "$STORE/../other/some \"odd\" \\ prefix/")" ]
	RAW_PREFIX=elsewhere/ run -0 populate 1
	[[ $output == s3://rl-data/elsewhere/* ]]
	sed -i '/input_bucket/d' config.yaml
	run -2 --separate-stderr populate 1
	[[ $stderr == *input_bucket* ]]
}

@test "a bad N and bad options: exit 2, nothing done" {
	for n in x -1 0 1.5 '' 1e3 08 99999999999999999999 40000000; do
		run -2 --separate-stderr populate "$n"
		[[ $stderr == 'populate.sh: '* ]]
	done
	run -2 populate
	run -2 populate 1 2
	run -2 populate 1 --postings
	run -2 populate 1 --postings x
	run -2 populate 1 --nonsense
	run -2 populate 1 --nonsense=3
	run -2 populate 1 -P 0
	run -0 populate --help
	[[ $output == *--postings* ]]
	run -0 populate --version
	[[ $output == populate.sh\ * ]]
	[ -z "$(ls -A "$RAW")" ]
}

@test "names more than a year ahead are refused" {
	touch "$RAW/$(($(date +%s) + 364 * 24 * 3600)).jsonl"
	run -2 --separate-stderr populate 200000
	[[ $stderr == *'a year ahead'* ]]
	[ "$(names | wc -l)" = 1 ]
}

@test "a put that fails ends it with that status, without asking N times" {
	touch "$RAW/100.jsonl"
	# A folder where the file is to be: the store cannot put it.
	mkdir "$RAW"/{101..200}.jsonl
	touch "$RAW"/{101..200}.jsonl/file
	run -1 --separate-stderr populate 100
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -le 9 ] # one for each of the eight at once, and what s3ls leaves out
	rm -r "$RAW"/10{1..8}.jsonl
	run -1 --separate-stderr populate 100
	[ "${#lines[@]}" = 8 ]
}

@test "a store that cannot be reached: 75" {
	port=$(free_port)
	sed -i "s|^endpoint_url.*|endpoint_url: http://127.0.0.1:$port|" config.yaml
	AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_MAX_ATTEMPTS=1 run -75 --separate-stderr populate 3
	[ -z "$output" ]
}
