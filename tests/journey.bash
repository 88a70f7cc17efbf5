# shellcheck shell=bash disable=SC2154 # status and stderr are set by bats
# journey.bash: made-up raw files, and what must become of them on whatever store.
# Use: `load helper; load store; load journey`.

# make_raw FILES POSTINGS [FIRST-ID]: into the folder raw/ of this test; ids a minute apart. The model is asked about
# far fewer pairs than there are postings, some of them awkward, none of them bad.
make_raw() {
	local i first=${3:-1721183934}
	mkdir -p "$(here)/raw"
	for ((i = 0; i < $1; i++)); do
		sengen --count "$2" --seed $((first + i)) --pairs 1500 --zipf --messy 10 \
			>"$(here)/raw/$((first + 60 * i)).jsonl"
	done
}

# What the mod prefix must hold in the end, in expected/: each raw line with the level that the model gives for its
# pair, as another client hears it, in the place of the level that it has, or at its end. Asks a model of its own, so that nobody's counts are changed.
make_expected() {
	local address=$GRPC_SERVER_ADDRESS
	mkdir -p "$(here)/expected"
	server_run oracle env GRPC_SERVER_ADDRESS="unix:$(here)/oracle.sock" "$BIN/senserve"
	wait_until 20 socket_open "$(here)/oracle.sock"
	cat "$(here)"/raw/* | "$PYTHON" "$ROOT/tests/model_client.py" "unix:$(here)/oracle.sock" infer |
		sed -E 's/.*"seniority":([1-7])}$/\1/' >"$(here)/levels"
	server_stop oracle
	export GRPC_SERVER_ADDRESS=$address
	LC_ALL=C awk -v levels="$(here)/levels" -v folder="$(here)/expected" '{
		getline level <levels
		name = FILENAME
		sub(/.*\//, "", name)
		if (!sub(/"seniority":("[^"]*"|[0-9.]+|null)/, "\"seniority\":" level))
			sub(/}[ \t\r]*$/, ",\"seniority\":" level "&")
		print >(folder "/" name)
	}' "$(here)"/raw/*
}

# How many pairs there are, decoded as JSON decodes them.
distinct_pairs() {
	cat "$(here)"/raw/* | jq -c '[.company, .title]' | LC_ALL=C sort -u | wc -l
}

upload_raw() {
	bucket_put "$(here)/raw" job-postings-raw/
}

# The mod prefix holds exactly what it must.
assert_mod_right() {
	bucket_get job-postings-mod/ "$(here)/got"
	diff -rq "$(here)/expected" "$(here)/got"
}

# start ARG...: pipeline.sh in the background; sets pid. What it says is in run.out and run.err.
start() {
	# a shell starts what is in the background deaf to SIGINT
	env --default-signal=INT pipeline.sh "$@" >run.out 2>run.err 3>&- &
	pid=$!
	server_note pipeline "$pid" # a test that fails leaves nothing behind
}

# The stages of the pipeline that was started; stage_pid NAME: one of them; false where there is none.
stages() {
	pgrep -P "$(pgrep -d , -P "$pid")"
}

stage_pid() {
	pgrep -x "$1" -P "$(pgrep -d , -P "$pid")"
}

# The model stands still until it is let go: what asks it waits for as long as a test needs.
model_freeze() {
	kill -STOP "$(server_pid senserve)"
}

model_thaw() {
	kill -CONT "$(server_pid senserve)"
}

# field NAME: of the JSON summary in $output (or, with a second argument, in that text).
field() {
	jq -r ".$1" <<<"${2:-$(tail -n 1 <<<"$output")}"
}

# stage_ended NAME: of the run that was started with the folder tmp/ of this test as its TMPDIR.
stage_ended() {
	[ -s "$(find "$(here)/tmp" -name "$1.json")" ] && ! stage_pid "$1"
}

whole_journey() {
	local counts pairs status=0 output
	make_raw "$1" "$2"
	upload_raw
	make_expected
	pairs=$(distinct_pairs)

	# all of it, each pair asked once. The model answers when all is read: a call that is not full goes where the input
	# pauses, and how often it does is a matter of the store and of what else the machine has to do.
	mkdir "$(here)/tmp"
	model_freeze
	TMPDIR=$(here)/tmp start --summary json
	wait_until 60 stage_ended s3cat
	model_thaw
	wait "$pid" || status=$?
	output=$(<run.out)
	cat run.out run.err
	[ "$status" -eq 0 ]
	assert_mod_right
	[ "$(field listed)" -eq "$1" ]
	[ "$(field stored)" -eq "$1" ]
	[ "$(field failed)" -eq 0 ]
	[ "$(field read)" -eq $(($1 * $2)) ]
	[ "$(field written)" -eq $(($1 * $2)) ]
	[ "$(field pairs)" -eq "$pairs" ]
	[ $(($(field memo) + $(field redis) + $(field model))) -eq $(($1 * $2)) ]
	[ "$(field adds_up)" = true ]

	# nothing is left
	run --separate-stderr pipeline.sh --summary json
	[ "$status" -eq 0 ]
	[ "$(field listed)" -eq 0 ]
	assert_mod_right
	counts=$(senserve_stop)
	echo "$counts"
	[ "$(field pairs "$counts")" -eq "$pairs" ]
	[ "$(field repeated "$counts")" -eq 0 ]
	[ "$(field calls "$counts")" -le $((pairs * 105 / 100000 + 4)) ]

	# from nothing once more: the same bytes
	redis_do FLUSHALL
	bucket_empty job-postings-mod/
	senserve_start
	run --separate-stderr pipeline.sh --summary json -P 3 --batch 100
	[ "$status" -eq 0 ]
	[ "$(field stored)" -eq "$1" ]
	assert_mod_right
}
