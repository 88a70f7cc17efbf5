# senstat: the sums of what the programs write with --stats.
load helper

setup() {
	sandbox
}

# ran LISTED STORED FAILED READ WRITTEN REJECTED [PIPELINE]: the objects of a run with these numbers, "-" for one that was not
# told; with PIPELINE, members of pipeline.sh's own object, too.
ran() {
	local members
	[ "$1" = - ] || echo "{\"program\":\"s3ls\",\"run\":\"r\",\"listed\":$1,\"seconds\":0.5}"
	[ "$4" = - ] || echo "{\"program\":\"s3cat\",\"run\":\"r\",\"objects\":$1,\"lines\":$4,\"seconds\":1.25}"
	[ "$4" = - ] || echo "{\"program\":\"senenrich\",\"run\":\"r\",\"memo\":$4,\"redis\":0,\"model\":0,\"pairs_asked\":0,\"calls\":0,\"seconds\":1}"
	members="\"objects\":$2,\"failed\":$3,\"lines\":$5,\"rejected\":$6"
	[ "$2" = - ] || echo "{\"program\":\"s3put\",\"run\":\"r\",$members,\"seconds\":1}"
	[ -z "${7:-}" ] || echo "{\"program\":\"pipeline.sh\",\"run\":\"r\",\"microseconds\":2345678,\"ended\":1721190000,$7}"
}

@test "whether the numbers add up" {
	local adds_up pipeline='"status":0,"after":7'
	while read -r adds_up listed stored failed read written rejected whole; do
		ran "$listed" "$stored" "$failed" "$read" "$written" "$rejected" "${whole:+$pipeline}" >objects
		run --separate-stderr senstat --format json objects
		echo "$adds_up $listed $stored $failed $read $written $rejected $whole: $output"
		[ "$(jq .adds_up <<<"$output")" = "$adds_up" ]
		[ "$status" = "$([ "$adds_up" = true ] && echo 0 || echo 1)" ]
		run --separate-stderr senstat objects
		[ "$status" = "$([ "$adds_up" = true ] && echo 0 || echo 1)" ]
		[ "$adds_up" = "$(grep -q 'do not add up' <<<"$output" && echo false || echo true)" ]
	done <<-'END'
		true  3 3 0 10 9 1
		true  3 2 1 10 7 0
		true  3 3 0 10 9 1 pipeline.sh
		false 3 2 0 10 9 1
		false 3 4 0 10 9 1
		false 3 3 0 10 9 0
		false 3 3 0 10 9 2
		false 3 3 0 10 11 0
		true  3 - - 10 - -
		true  3 3 0 - 9 1
		false 3 - - 10 - - pipeline.sh
		false 3 3 0 - 9 1 pipeline.sh
		true  0 0 0 0 0 0 pipeline.sh
	END
}

@test "the sums of slices are those that jq adds up, whatever their order and files" {
	redis_start
	senserve_start
	local i
	for i in {1..7}; do
		{ posting "c$i" CFO && posting "d$i" "Data Analyst" && echo nonsense; } >"$RAW/172118393$i.jsonl"
	done
	s3ls --stats list.json >objects
	split -l 2 objects slice.
	for i in slice.??; do
		s3cat --stats "$i.cat.json" <"$i" | senenrich --stats "$i.enrich.json" | s3put --stats "$i.put.json" >/dev/null
	done
	run -0 --separate-stderr senstat --format json -- *.json
	[ -z "$stderr" ]
	sums=$output
	[ "$(jq '[.listed, .stored, .read, .written, .rejected, .adds_up]' -c <<<"$sums")" = '[7,7,21,14,7,true]' ]
	jq -s '{written: map(select(.program == "s3put").lines) | add, memo: map(select(.program == "senenrich").memo) | add,
		redis: map(select(.program == "senenrich").redis) | add, model: map(select(.program == "senenrich").model) | add,
		calls: map(select(.program == "senenrich").calls) | add, failed: map(select(.program == "s3put").failed) | add}' \
		-- *.json >by_jq
	[ "$(jq -cS '{written, memo, redis, model, calls, failed}' <<<"$sums")" = "$(jq -cS . by_jq)" ]
	[ "$(cat -- *.json | tac | senstat --format json)" = "$sums" ]
	# one slice that stored nothing is noticed
	rm slice.ab.put.json
	run -1 senstat -- *.json
	[[ $output == *'the numbers do not add up'* ]]
}

@test "a slice without a listing: its objects are those that s3cat read" {
	ran 5 5 0 10 10 0 | grep -v s3ls | senstat --format json >sums
	[ "$(jq -c '[.listed, .stored, .adds_up]' sums)" = '[5,5,true]' ]
}

@test "the table: long numbers are grouped, shares are rounded, unknown numbers are question marks" {
	ran 1234567 1234567 0 7000000000 7000000000 0 '"status":0,"after":7' >objects
	echo '{"program":"senenrich","memo":0,"redis":3000000000,"model":50,"pairs_asked":50,"calls":1}' >>objects
	run -0 senstat objects
	[ "${lines[0]}" = 'objects     1,234,567 listed = 1,234,567 stored + 0 failed' ]
	[ "${lines[1]}" = 'postings 7,000,000,000 read = 7,000,000,000 written + 0 rejected' ]
	[ "${lines[2]}" = 'answered 7,000,000,000 by the memo (70.0 %)' ]
	[ "${lines[4]}" = '                   50 by the model (0.0 %): 50 pairs asked in 1 calls' ]
	[ "${lines[5]}" = 'time             2.34 s, 2,984,210,542 postings/s' ]
	[ "${lines[6]}" = 'cursor              7 1970-01-01 00:00:07 UTC' ]
	run -1 senstat <<<'{"program":"pipeline.sh","status":1,"microseconds":5}'
	[[ ${lines[0]} == *'? listed, ? stored, ? failed: the numbers do not add up'* ]]
}

@test "what is no object of --stats is named and left out, and the status is 1" {
	{ ran 3 3 0 10 9 1 && echo '{"listed":5}' && echo '[1]' && echo '{"program":' && echo && echo '{"program":"s3ls","listed":"many"}'; } >objects
	run -1 --separate-stderr senstat --format json objects
	[ "$(jq .listed <<<"$output")" = 3 ]
	[ "$(grep -c 'senstat: warning: objects: line [567]: not an object of --stats' <<<"$stderr")" = 3 ]
	[[ $stderr == *'line 7: not an object of --stats: '* ]]
	head -c 2000000 /dev/zero | tr '\0' x >long
	run -1 --separate-stderr senstat long
	[[ $stderr == *'long: line 1: not an object of --stats: too long'* ]]
	run -2 --separate-stderr senstat nowhere
	[ "$stderr" = 'senstat: cannot open nowhere: No such file or directory' ]
	run -2 --separate-stderr senstat --format xml objects
	[[ $stderr == *"'xml' is not table, json, prometheus, history, settled, gnuplot, html or live"* ]]
	run -2 --separate-stderr senstat --format live
	[[ $stderr == *'live needs FILEs'* ]]
	run -1 --separate-stderr senstat . # a folder
	[[ $stderr == *'cannot read .: Is a directory'* ]]
}

@test "sums that are too large for a number stay at the largest; a disk that is full is told" {
	for _ in 1 2 3; do echo '{"program":"s3put","lines":9000000000000000000}'; done >objects
	run senstat --format json objects
	[ "$(grep -oE '"written":[0-9]+' <<<"$output")" = '"written":9223372036854775807' ]
	ran 3 3 0 10 9 1 >objects
	run -1 --separate-stderr bash -c 'senstat objects >/dev/full'
	[[ $stderr == *'No space left on device'* ]]
}

@test "a line of the history, and what the metrics make of it" {
	ran 3 3 0 10 9 1 '"status":0,"after":7,"failures":2' >objects
	senstat --format history objects >line
	[ "$(jq -c '[.run, .ended, .listed, .level_7, .rejected_line, .cursor, .seconds, .status]' line)" = '["r",1721190000,3,0,0,7,2.34,0]' ]
	senstat --format prometheus --counters nowhere objects >one
	grep -qx 'seniority_postings_total{result="written"} 9' one
	grep -qx 'seniority_failed_objects 2' one
	senstat --format prometheus --counters one objects >two
	grep -qx 'seniority_postings_total{result="written"} 18' two
	# a file that somebody wrote into does no harm
	printf '%s\n' 'seniority_postings_total{result="written"} many' 'seniority_postings_total' '' 'seniority_runs_total{status="0"} -7' >odd
	senstat --format prometheus --counters odd objects >three
	diff one three
	run -2 senstat --format prometheus --counters . objects
}

@test "the cursor after a whole listing: only if all of it is stored, and it is not there yet" {
	local settled members='"status":0,"after":7'
	while read -r settled listing more; do
		{ ran 0 0 0 0 0 0 "$members$more" && echo "{\"program\":\"s3ls\",$listing}"; } >objects
		[ "$(senstat --format settled objects)" = "${settled#-}" ]
	done <<-'END'
		9 "unsettled":0,"highest":9
		- "unsettled":1,"highest":9
		- "unsettled":0,"highest":7
		- "highest":9
		- "unsettled":0,"highest":9 ,"named":1
		- "unsettled":0,"highest":9 ,"status":1
	END
}
