# How programs end: standard output is checked, statistics are saved, a signal is passed on; the same in all of them.

# shellcheck disable=SC2154 # bats sets stderr
load helper

PROGRAMS='s3ls s3cat senenrich s3put cursor sencache sengen senserve senstat'

setup() {
	sandbox
}

@test "what could not be printed is an error, in every program" {
	local name option
	for name in $PROGRAMS; do
		for option in --help --version --print-config --print-options; do
			run -1 --separate-stderr bash -c "$name $option >/dev/full"
			[ "$stderr" = "$name: cannot write to standard output: No space left on device" ]
		done
	done
}

@test "a reader that leaves ends a program by SIGPIPE, without a word, and its statistics are saved" {
	sengen --count 100000 --stats stats 2>err | head -n 1 >line
	statuses=("${PIPESTATUS[@]}")
	[ "${statuses[0]}" = 141 ]
	diff /dev/null err
	jq -e '.program == "sengen" and .seconds >= 0' stats
	postings 2000 >in
	s3put job-postings-raw/1721183934.jsonl <in >receipt
	s3cat --stats cat job-postings-raw/1721183934.jsonl 2>err | head -n 1 >line
	statuses=("${PIPESTATUS[@]}")
	[ "${statuses[0]}" = 141 ]
	diff /dev/null err
	jq -e '.program == "s3cat"' cat
}

@test "SIGTERM ends a program by SIGTERM, and its statistics are saved" {
	redis_start
	senserve_start
	mkfifo in
	senenrich --stats stats --progress progress <in >out 2>err 3>&- &
	pid=$!
	exec 9>in
	posting Acme CFO >&9
	wait_until 20 test -s out
	kill "$pid"
	status=0
	wait "$pid" || status=$?
	exec 9>&-
	[ "$status" = 143 ]
	diff /dev/null err
	jq -e '.program == "senenrich" and .postings == 1' stats
	jq -e '.postings == 1' progress
}

@test "statistics that cannot be saved are an error, and the work is done" {
	run -1 --separate-stderr bash -c "sengen --count 3 --stats /dev/full >lines"
	[ "$stderr" = "sengen: cannot write to /dev/full: No space left on device" ]
	[ "$(wc -l <lines)" = 3 ]
	run -1 --separate-stderr s3ls --stats missing/stats
	[ "$stderr" = "s3ls: cannot open missing/stats: No such file or directory" ]
	# a usage error did nothing, and has none
	run -2 s3ls --stats stats a b
	[ ! -e stats ]
}

@test "an option of another command is named" {
	run -2 --separate-stderr cursor get --force
	[ "$stderr" = "cursor: get does not take --force (try 'cursor --help')" ]
	run -2 --separate-stderr sencache get a b --json
	[ "$stderr" = "sencache: get does not take --json (try 'sencache --help')" ]
	run -2 --separate-stderr sencache stats x
	[ "$stderr" = "sencache: stats takes no operands (try 'sencache --help')" ]
	run -2 --separate-stderr cursor
	[ "$stderr" = "cursor: no command: get, set, failed, skip, key, identity, lock or import (try 'cursor --help')" ]
}

@test "--print-setting prints values, a line each; never a secret, nor a value that is no line" {
	printf '%s\n' 'raw_prefix: "a b/\"c\""' 'mod_prefix: ""' >config.yaml
	run -0 s3ls --print-setting raw_prefix --print-setting=mod_prefix --print-setting redis_port
	[ "$output" = $'a b/"c"\n\n6379' ]
	RAW_PREFIX=x/ run -0 senstat --print-setting raw_prefix
	[ "$output" = x/ ]
	REDIS_PASSWORD=sesame run -2 --separate-stderr s3ls --print-setting redis_password
	[ "$stderr" = "s3ls: redis_password is a secret (try 's3ls --help')" ]
	[ -z "$output" ]
	run -2 --separate-stderr s3ls --print-setting redis_hst
	[[ $stderr == *"unknown setting 'redis_hst'"* ]]
	echo 'raw_prefix: "a\nb"' >config.yaml
	run -2 --separate-stderr s3ls --print-setting raw_prefix
	[[ $stderr == *"raw_prefix has a line break in it (config.yaml:1)"* ]]
}
