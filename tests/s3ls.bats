#!/usr/bin/env bats
# s3ls: what is still to do, oldest first.

load helper

setup() {
	sandbox
}

# raw NAME...: empty raw objects
raw() {
	local name
	for name; do
		: >"$RAW/$name"
	done
}

mod() {
	local name
	mkdir -p "$MOD"
	for name; do
		: >"$MOD/$name"
	done
}

names() {
	jq -r '.key | sub("^[^/]*/"; "")' | paste -sd' '
}

# "name:upto ..." and nothing but 1, 2, 3... for seq
positions() {
	jq -rs 'if [.[].list.seq] == [range(1; length + 1)] then . else error("seq") end
		| .[] | "\(.key | sub("^[^/]*/"; "")):\(.list.upto)"' | paste -sd' '
}

@test "a record says all that the contract names" {
	printf 'four' >"$RAW/1721183934.jsonl"
	touch -d 2024-07-17T02:38:54Z "$RAW/1721183934.jsonl"
	s3ls >out
	[ "$(wc -l <out)" -eq 1 ]
	etag=$(jq -r .etag out)
	[ -n "$etag" ]
	[ "$(jq -c 'del(.etag)' out)" = '{"bucket":"rl-data","key":"job-postings-raw/1721183934.jsonl","size":4,"last_modified":"2024-07-17T02:38:54Z","list":{"after":0,"seq":1,"upto":1721183934,"last":true}}' ]
}

@test "an empty listing is a success" {
	s3ls >out
	[ ! -s out ]
	rmdir "$RAW"
	s3ls --after 1721183934 >out
	[ ! -s out ]
}

@test "the order is that of the numbers, for any width" {
	raw 9.jsonl 10.jsonl 100.jsonl 99.jsonl 1721183934.jsonl 999999999.jsonl 1721183933.jsonl
	[ "$(s3ls | names)" = "9.jsonl 10.jsonl 99.jsonl 100.jsonl 999999999.jsonl 1721183933.jsonl 1721183934.jsonl" ]
	[ "$(s3ls --after 9 | names)" = "10.jsonl 99.jsonl 100.jsonl 999999999.jsonl 1721183933.jsonl 1721183934.jsonl" ]
	[ "$(s3ls --after 100 | names)" = "999999999.jsonl 1721183933.jsonl 1721183934.jsonl" ]
	[ "$(s3ls --after 1721183933 | names)" = "1721183934.jsonl" ]
	[ -z "$(s3ls --after 1721183934)" ]
	[ -z "$(s3ls --after 99999999999)" ]
}

@test "--after is exclusive on the number, not on the name" {
	raw 1721183934.jsonl 1721183934-b.jsonl 1721183934.txt 1721183935.jsonl
	[ "$(s3ls --after 1721183934 | positions)" = "1721183935.jsonl:1721183935" ]
	[ "$(s3ls --after 1721183933 | jq -r .list.after | uniq)" = 1721183933 ]
}

@test "of a tie only the last carries the number" {
	raw 5.jsonl 1721183934.jsonl 1721183934-b.jsonl 1721183934.txt 1721183935.jsonl
	[ "$(s3ls | positions)" = "5.jsonl:5 1721183934-b.jsonl:5 1721183934.jsonl:5 1721183934.txt:1721183934 1721183935.jsonl:1721183935" ]
	[ "$(s3ls --after 1721183000 | positions)" = "1721183934-b.jsonl:1721183000 1721183934.jsonl:1721183000 1721183934.txt:1721183934 1721183935.jsonl:1721183935" ]
}

@test "--lookback starts before N, and the positions say so" {
	raw 1721100000.jsonl 1721183934.jsonl 1721183935.jsonl
	[ "$(s3ls --after 1721183934 --lookback 1s | names)" = "1721183934.jsonl 1721183935.jsonl" ]
	s3ls --after 1721183934 --lookback 1d >out
	[ "$(names <out)" = "1721100000.jsonl 1721183934.jsonl 1721183935.jsonl" ]
	[ "$(jq .list.after out | uniq)" = $((1721183934 - 86400)) ]
	# never below nothing
	[ "$(s3ls --after 5 --lookback 1d | jq .list.after | uniq)" = 0 ]
}

@test "--after with no number is a usage error, before anything is listed" {
	raw 1721183934.jsonl
	local value
	for value in '' ' ' x 1x -1 1.5 99999999999999999999; do
		run --separate-stderr -2 s3ls --after "$value"
		[ -z "$output" ]
		[[ $stderr == "s3ls: --after: '$value'"* ]]
	done
}

@test "names without a number are skipped, with one warning" {
	raw abc.jsonl 01.jsonl 0.jsonl 1721183934123.jsonl 99999999999999999999.jsonl 1721183934.jsonl
	mkdir "$RAW/1721183935" && raw 1721183935/x.jsonl
	run --separate-stderr -0 s3ls --stats stats.json
	[ "$(names <<<"$output")" = 1721183934.jsonl ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == "s3ls: warning: 6 names skipped ("*"leading zeros: 2"*"), such as s3://rl-data/job-postings-raw/"* ]]
	[ "$(jq -c '[.listed,.skipped]' stats.json)" = '[1,6]' ]
}

@test "a name that is not UTF-8 is skipped and counted" {
	raw $'1721183934\xff.jsonl' 1721183935.jsonl
	run --separate-stderr -0 s3ls
	[ "$(names <<<"$output")" = 1721183935.jsonl ]
	[[ $stderr == *"1 name skipped (not UTF-8: 1)"* ]]
}

@test "awkward suffixes come through whole" {
	local suffix
	for suffix in ' a b' '+x' '%2F' '=&?#*' $'\t' $'\n' '"\' ü 🙂; do
		raw "1721183934$suffix.jsonl"
	done
	s3ls -q | jq -rj '.key + "\u0000"' | sort -z >listed
	(cd "$STORE" && find job-postings-raw -type f -print0 | sort -z) | cmp - listed
}

@test "--missing-from leaves out objects with a counterpart, also with a suffix added" {
	raw 9.jsonl 10.jsonl 1721183934.jsonl 1721183935.jsonl 1721183936.jsonl.gz 1721183937.jsonl
	mod 10.jsonl.zst 1721183934.jsonl 1721183935.jsonl.gz 1721183936.jsonl.gz 1721183937.jsonl.bz2 9.json
	s3ls --missing-from job-postings-mod/ --stats stats.json >out
	[ "$(positions <out)" = "9.jsonl:9 1721183937.jsonl:1721183937" ]
	[ "$(jq -c '[.listed,.present]' stats.json)" = '[2,4]' ]
	[ "$(s3ls --missing-from s3://rl-data/job-postings-mod/ --after 1721183934 | names)" = 1721183937.jsonl ]
	[ "$(s3ls --missing-from nowhere/ | names)" = "9.jsonl 10.jsonl 1721183934.jsonl 1721183935.jsonl 1721183936.jsonl.gz 1721183937.jsonl" ]
}

@test "of a tie that is half there, the last that is listed carries the number" {
	raw 1721183934-a.jsonl 1721183934-b.jsonl 1721183934-c.jsonl 1721183935.jsonl
	mod 1721183934-c.jsonl
	[ "$(s3ls --missing-from job-postings-mod/ | positions)" = "1721183934-a.jsonl:0 1721183934-b.jsonl:1721183934 1721183935.jsonl:1721183935" ]
}

@test "--missing-from looks in output_bucket, or in the bucket that it names" {
	raw 1.jsonl 2.jsonl
	mkdir -p "$STORE/../out/job-postings-mod" "$STORE/../third"
	: >"$STORE/../out/job-postings-mod/1.jsonl"
	: >"$STORE/../third/2.jsonl"
	[ "$(s3ls --output-bucket out --missing-from job-postings-mod/ | names)" = 2.jsonl ]
	[ "$(s3ls --missing-from s3://third/ | names)" = 1.jsonl ]
	run --separate-stderr -1 s3ls --missing-from s3://nowhere/x/
	[[ $stderr == *"s3://nowhere/x/: "*"404 NoSuchBucket"* ]]
	run --separate-stderr -2 s3ls --missing-from job-postings-raw/
	[[ $stderr == *"is the listing itself"* ]]
}

@test "--exclude takes bare keys and the records of cursor failed" {
	raw 1.jsonl 2.jsonl 3.jsonl 4.jsonl
	cat >left-out <<-'END'
		job-postings-raw/1.jsonl

		{"key":"job-postings-raw/3.jsonl","reason":"GET: 404 NoSuchKey"}
		s3://elsewhere/job-postings-raw/4.jsonl
	END
	[ "$(s3ls --exclude left-out --stats stats.json | positions)" = "2.jsonl:2 4.jsonl:4" ]
	[ "$(jq .excluded stats.json)" = 2 ]
	[ "$(s3ls --exclude <(cat left-out) | names)" = "2.jsonl 4.jsonl" ]
	run --separate-stderr -2 s3ls --exclude missing
	[ -z "$output" ]
	[[ $stderr == *"missing: No such file"* ]]
	echo '{"key":3}' >>left-out
	run --separate-stderr -2 s3ls --exclude left-out
	[ -z "$output" ]
	[[ $stderr == *"left-out:5: "* ]]
}

@test "--settle ends the listing before the first object that is too young" {
	raw 9.jsonl 10.jsonl 1721183934.jsonl 1721183935.jsonl 1721183936.jsonl
	touch -d '2 hours ago' "$RAW"/*
	touch "$RAW/1721183935.jsonl"
	[ "$(s3ls --settle 1h --stats stats.json | positions)" = "9.jsonl:9 10.jsonl:10 1721183934.jsonl:1721183934" ]
	[ "$(jq -c '[.listed,.unsettled]' stats.json)" = '[3,1]' ]
	[ "$(s3ls --settle 1h --after 1721183933 | positions)" = "1721183934.jsonl:1721183934" ]
	[ "$(s3ls --settle 3h | names)" = "" ]
	touch "$RAW/10.jsonl"
	[ "$(s3ls --settle 1h | names)" = 9.jsonl ]
	# one that is done already says as much about the others that may still come
	mod 10.jsonl
	[ "$(s3ls --settle 1h --missing-from job-postings-mod/ | names)" = 9.jsonl ]
}

@test "a tie that --settle cuts in two does not carry its number" {
	raw 1721183933.jsonl 1721183934-a.jsonl 1721183934-b.jsonl 1721183934-c.jsonl
	touch -d '2 hours ago' "$RAW"/*
	touch "$RAW/1721183934-c.jsonl"
	local want="1721183933.jsonl:1721183933 1721183934-a.jsonl:1721183933 1721183934-b.jsonl:1721183933"
	[ "$(s3ls --settle 1h | positions)" = "$want" ]
	[ "$(s3ls --settle 1h --after 1721183000 | positions)" = "$want" ]
}

@test "--before and --max-keys end it, and the printed records have their positions" {
	raw 9.jsonl 10.jsonl 1721183934.jsonl 1721183935-a.jsonl 1721183935-b.jsonl 1721183936.jsonl 1721183937.jsonl
	[ "$(s3ls --before 1721183936 | positions)" = \
		"9.jsonl:9 10.jsonl:10 1721183934.jsonl:1721183934 1721183935-a.jsonl:1721183934 1721183935-b.jsonl:1721183935" ]
	[ "$(s3ls --after 1721183933 --before 1721183935 --stats stats | positions)" = "1721183934.jsonl:1721183934" ]
	s3ls --after 1721183933 --max-keys 1 --stats stats >/dev/null
	[ "$(jq -c '[.listed, .upto, .highest]' stats | sort -u)" = '[1,1721183934,1721183934]' ]
	[ "$(s3ls --before 9 | positions)" = "" ]
	[ "$(s3ls --before 10 | positions)" = "9.jsonl:9" ]
	[ "$(s3ls --max-keys 2 | positions)" = "9.jsonl:9 10.jsonl:10" ]
	# One of a tie does not carry its number.
	[ "$(s3ls --after 1721183933 --max-keys 2 | positions)" = "1721183934.jsonl:1721183934 1721183935-a.jsonl:1721183934" ]
	[ "$(s3ls --after 1721183933 --max-keys 3 | positions)" = \
		"1721183934.jsonl:1721183934 1721183935-a.jsonl:1721183934 1721183935-b.jsonl:1721183935" ]
	[ "$(s3ls --max-keys 100 | wc -l)" = 7 ]
	# What is left out does not count.
	mod 9.jsonl 1721183934.jsonl
	[ "$(s3ls --missing-from job-postings-mod/ --max-keys 2 | names)" = "10.jsonl 1721183935-a.jsonl" ]
	[ "$(s3ls --max-keys 1 s3://rl-data/job-postings-mod/ | names)" = "1721183934.jsonl" ]
	run --separate-stderr -2 s3ls --before 5 s3://rl-data/job-postings-mod/
	run --separate-stderr -2 s3ls --max-keys 0
}

@test "another prefix is listed as it is, without positions" {
	raw 1.jsonl
	mod 9.jsonl 10.jsonl abc
	s3ls job-postings-mod/ >out
	[ "$(names <out)" = "10.jsonl 9.jsonl abc" ]
	[ "$(jq -s 'map(has("list")) | any' out)" = false ]
	[ "$(s3ls s3://rl-data/job-postings-mod/9 | names)" = 9.jsonl ]
	[ "$(s3ls s3://rl-data | wc -l)" -eq 4 ]
	[ "$(s3ls job-postings-mod/ --missing-from job-postings-raw/ | wc -l)" -eq 3 ]
	# raw_prefix by name is the same as none
	s3ls >plain
	s3ls job-postings-raw/ | cmp - plain
	s3ls s3://rl-data/job-postings-raw/ | cmp - plain
	run --separate-stderr -2 s3ls --after 3 job-postings-mod/
	[[ $stderr == *"--after"*"is not raw_prefix"* ]]
	run --separate-stderr -2 s3ls a/ b/
	run --separate-stderr -2 s3ls s3:///x
}

@test "prefixes that overlap are refused before anything" {
	raw 1.jsonl
	run --separate-stderr -2 s3ls --raw-prefix job-postings-mod/raw/
	[[ $stderr == *"overlap in the bucket"* ]]
	echo 'reject_prefix: job-postings-raw/rejected/' >>config.yaml
	run --separate-stderr -2 s3ls
	[ -z "$output" ]
	[[ $stderr == "s3ls: raw_prefix 'job-postings-raw/' (config.yaml:4) and reject_prefix"*"config.yaml:6"* ]]
}

@test "missing or wrong settings are reported" {
	sed -i /input_bucket/d config.yaml
	run --separate-stderr -2 s3ls
	[[ $stderr == "s3ls: "*input_bucket* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	run --separate-stderr -1 s3ls --input-bucket nowhere
	[[ $stderr == *"s3://nowhere/job-postings-raw/: "*"404 NoSuchBucket"* ]]
	run --separate-stderr -2 s3ls --input-bucket b --endpoint-url file:///nonexistent/folder
	[[ $stderr == *"/nonexistent/folder"* ]]
}

@test "the statistics add up" {
	printf 12345 >"$RAW/1721183934.jsonl"
	printf 123 >"$RAW/1721183936.jsonl"
	s3ls --after 1721183930 --stats stats.json >/dev/null
	[ "$(jq -c '[.program,.listed,.bytes,.skipped,.excluded,.present,.after,.upto,.first,.last,.retries]' stats.json)" = \
		'["s3ls",2,8,0,0,0,1721183930,1721183936,1721183934,1721183936,0]' ]
	s3ls --after 1721183936 --stats stats.json >/dev/null
	[ "$(tail -1 stats.json | jq -c '[.listed,.upto,.first]')" = '[0,1721183936,null]' ]
}

@test "a reader that leaves ends it quietly; a full disk does not" {
	(cd "$RAW" && seq 1721000000 1721005000 | sed 's/$/.jsonl/' | xargs touch)
	run -0 bash -c 's3ls 2>err | head -1 >/dev/null; echo "${PIPESTATUS[0]}"'
	[ "$output" -eq 141 ]
	[ ! -s err ]
	run --separate-stderr -1 bash -c 's3ls >/dev/full'
	[[ $stderr == *"standard output: No space left"* ]]
}

@test "many names of every width: in order, each once, in little memory" {
	(cd "$RAW" && {
		seq 5 15000
		seq 1721000000 1721015000
	} | sed 's/$/.jsonl/' | xargs touch)
	s3ls --stats stats.json | jq -r '.key' | sed 's,.*/,,; s,\..*,,' >got
	{
		seq 5 15000
		seq 1721000000 1721015000
	} | cmp - got
	[ "$(jq '.peak_kib < 30000' stats.json)" = true ] || [[ $(readelf -d "$BIN/s3ls") == *asan* ]]
	[ "$(s3ls --after 1721014990 | wc -l)" -eq 10 ]
}

@test "SIGTERM ends it by the signal" {
	(cd "$RAW" && seq 1721000000 1721030000 | sed 's/$/.jsonl/' | xargs touch)
	mkfifo slow
	s3ls >slow 3>&- &
	local pid=$! status=0
	exec 7<slow # nobody reads more than a line: more than the pipe holds is to come
	read -r -u 7
	kill -TERM "$pid"
	wait "$pid" || status=$?
	exec 7<&-
	[ "$status" -eq 143 ]
}

@test "a folder that may not be read is an error" {
	raw 1.jsonl
	chmod 0 "$RAW"
	local unprivileged=()
	[ "$EUID" -ne 0 ] || unprivileged=(setpriv "--bounding-set=-dac_override,-dac_read_search")
	run --separate-stderr -1 "${unprivileged[@]}" s3ls
	chmod 0755 "$RAW"
	[[ $stderr == *"403 AccessDenied"* ]]
}

@test "--whoami says which store and whose credentials, and no secret" {
	[ "$(s3ls --whoami | grep ^endpoint:)" = "endpoint: file://$(here)/store" ]
	export AWS_ACCESS_KEY_ID=AKIDWHOAMITEST AWS_SECRET_ACCESS_KEY=wJalrSecretOfTheTest AWS_REGION=eu-north-1
	s3ls --whoami --endpoint-url http://127.0.0.1:1 >out
	grep -qx 'region: eu-north-1' out
	grep -qx 'endpoint: http://127.0.0.1:1' out
	grep -q '^source: .*environment' out
	[ "$(grep -c 'SecretOfTheTest\|WHOAMI' out)" -eq 0 ]
	[ "$(s3ls --whoami --endpoint-url http://127.0.0.1:1 --no-sign-request | grep ^access_key:)" = "access_key: none (no_sign_request)" ]
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	run --separate-stderr -2 s3ls --whoami --endpoint-url http://127.0.0.1:1
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
}
