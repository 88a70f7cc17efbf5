#!/usr/bin/env bats
# Listings of servers that do not list as S3 does. Either all names come, or there is an error: none is left out
# in silence, and the cursor passes nothing that was not listed. One server (servers/odd.py), a table of what it does.

load helper

setup_file() {
	odd_start
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	BUCKET=bucket-$BATS_TEST_NUMBER
	cat >config.yaml <<-END
		endpoint_url: $S3_ENDPOINT
		input_bucket: $BUCKET
		output_bucket: $BUCKET
		no_sign_request: true
		cursor_store: file:cursor
	END
	odd
}

# requests OPERATION: how many of them there were since the last call.
requests() {
	odd_happened ".calls.$1 // 0"
	curl -sSf -X DELETE "$S3_ENDPOINT/.odd"
}

# put KEY...: objects of one posting; a key goes into the URL as it is.
put() {
	local key
	posting "Oakleaf Soft" "${title:-Head of Legal}" >body # a pipe would go in chunks, which the server does not take
	for key in "$@"; do
		curl -sSf -T body "$S3_ENDPOINT/$BUCKET/$key"
	done
}

raw() {
	printf 'job-postings-raw/%s.jsonl\n' "$@"
}

# names COUNT: as many raw objects, a minute from each other. Their keys are in the file names.
names() {
	mapfile -t keys < <(raw $(seq 1721180000 60 $((1721180000 + 60 * ($1 - 1)))))
	put "${keys[@]}"
	printf '%s\n' "${keys[@]}" >names
}

listed() {
	jq -r .key "$1"
}

@test "another order than that of names: all of them are listed, sorted, with one warning" {
	names 50
	local rule
	for rule in list-order list-order,limit=7 list-order,by=halves list-order,by=late; do
		odd "$rule"
		s3ls >records 2>log
		listed records | diff names -
		[ "$(grep -c 'does not list names in order' log)" = 1 ]
		# the positions have no gap: what comes in order may move the cursor
		[ "$(jq -s 'last.list' records | jq -c '[.seq,.upto,.last]')" = '[50,1721182940,true]' ]
		# also behind the cursor, whatever the server takes "after" for
		s3ls --after 1721181560 2>/dev/null | jq -r .key | diff <(tail -n 23 names) -
		SORT_LISTING=true s3ls --after 1721181560 2>log | jq -r .key | diff <(tail -n 23 names) -
		[ ! -s log ]
	done
}

@test "another order, seen too late: an error, that names the setting" {
	names 50
	odd list-order,by=late,limit=10
	run --separate-stderr -1 s3ls
	[[ $stderr == *"does not list names in order: set sort_listing: true"* ]]
	[ "$(jq -r .key <<<"$output" | wc -l)" -lt 50 ]
	[[ $output != *'"last":true'* ]]
	SORT_LISTING=true s3ls | jq -r .key | diff names -
}

@test "--missing-from on a server without an order leaves out objects with a counterpart, and nothing else" {
	names 30
	local key
	while read -r key; do put "${key/raw/mod}"; done < <(sed -n 'n;n;p' names)
	odd list-order
	s3ls --missing-from job-postings-mod/ 2>/dev/null | jq -r .key | diff <(sed '0~3d' names) -
}

@test "pages that overlap, and pages with a name twice, give each name once" {
	names 30
	odd list-overlapping,limit=7
	s3ls >records 2>log
	listed records | diff names -
	[ ! -s log ]
}

@test "keys that are encoded, though nothing says so, and a prefix with a blank" {
	put "raw%20postings/1721183934%2Bx.jsonl" "raw%20postings/1721183935.jsonl"
	odd list-unsaid
	RAW_PREFIX='raw postings/' s3ls | jq -r .key | diff - <(printf '%s\n' 'raw postings/1721183934+x.jsonl' 'raw postings/1721183935.jsonl')
	names 3
	s3ls | jq -r .key | diff names -
}

@test "names that were not asked for are an error" {
	names 3
	put other/1721183934.jsonl
	odd list-foreign
	run --separate-stderr -1 s3ls
	[[ $stderr == *'the server lists "other/1721183934.jsonl", which is not under the prefix'* ]]
}

@test "pages without end are an error, after a bound" {
	names 12
	local rule
	for rule in list-endless list-endless,empty=1; do
		odd "$rule"
		requests list >/dev/null
		run --separate-stderr -1 s3ls
		[[ $stderr == *"page after page without a new name"* ]]
		[ "$(requests list)" -lt 200 ]
		[[ $output != *'"last":true'* ]]
	done
}

@test "LastModified in the forms that servers send" {
	local form
	names 2
	put "$(raw 1721180500)"
	s3ls | jq -r .last_modified >usual
	for form in offset zone fraction http; do
		odd "list-times,form=$form"
		s3ls | jq -r .last_modified | diff usual -
		[ "$(s3ls --settle 1h | wc -l)" = 0 ]
		[ "$(s3ls --settle 0s | wc -l)" = 3 ]
	done
}

@test "a LastModified that cannot be read is unknown: absent from the record, and not settled" {
	names 3
	local form
	for form in words epoch; do
		odd "list-times,form=$form"
		s3ls >records
		[ "$(jq -c 'has("last_modified")' records | sort | uniq -c | tr -s ' ')" = ' 3 false' ]
		s3cat <records | grep -c '"@":"end"' | grep -qx 3
		run --separate-stderr -0 s3ls --settle 1h
		[ -z "$output" ]
		[[ $stderr == *"without a readable LastModified"* ]]
	done
}

@test "a name with NUL is left out with a warning; the others come, and move the cursor" {
	put "job-postings-raw/1721183934%00.jsonl" "$(raw 1721183935)"
	run --separate-stderr -0 s3ls
	[ "$(jq -r .key <<<"$output")" = "$(raw 1721183935)" ]
	[[ $stderr == *"1 name skipped (NUL in the name: 1)"* ]]
}

@test "a name later than the store's clock moves neither upto nor highest" {
	local now future
	now=$(date +%s)
	future=$((now + 30 * 86400))
	put "$(raw $((now - 60)))" "$(raw "$future")"
	s3ls --stats stats >records
	[ "$(jq -s -c "[.[].list.upto - $now]" records)" = '[-60,-60]' ]
	[ "$(jq -r .highest stats)" = $((now - 60)) ]
	put "job-postings-mod/$now.jsonl" "job-postings-mod/$future.jsonl"
	# it is stored: the look-back leaves it out, and the listing goes on from where it was
	s3ls --after $((now - 100)) --missing-from job-postings-mod/ --stats stats >records
	[ "$(jq -c .list records)" = "{\"after\":$((now - 100)),\"seq\":1,\"upto\":$((now - 60)),\"last\":true}" ]
}

@test "a lost tail of a listing is noticed by cursor set" {
	names 5
	receipts() {
		jq -c '{source: .key, key: .key, bytes: 1, lines: 1, rejected: 0, list: .list}'
	}
	s3ls | receipts >all
	run --separate-stderr -75 cursor set < <(head -n 3 all)
	[[ $stderr == *"the rest is missing, the cursor stops at 1721180120"* ]]
	[ "$(cursor get)" = 1721180120 ]
	cursor set --force 0
	cursor set <all
	[ "$(cursor get)" = 1721180240 ]
	# of an older version
	cursor set --force 0
	run --separate-stderr -0 cursor set < <(jq -c 'del(.list.last)' all | head -n 3)
	[[ $stderr == *"does not mark the end"* ]]
	# a listing that was asked to end is whole
	cursor set --force 0
	s3ls --max-keys 2 | receipts | cursor set
	cursor set --force 0
	s3ls --before 1721180100 | receipts | cursor set
	[ "$(cursor get)" = 1721180060 ]
}

# enriched COUNT: so many raw objects with their counterparts; the raw ones' records as they are then are in the file records.
enriched() {
	names "$1"
	sleep 1.1 # within one second the times do not tell which was first
	s3ls >records
	s3cat <records | s3put >/dev/null
}

rewritten() {
	s3ls --missing-from job-postings-mod/ --rewritten --stats stats | jq -r 'select(.rewritten) | .key' | sort
}

@test "objects that were written again after they were enriched are listed, by the source's ETag of their counterparts" {
	enriched 150
	[ -z "$(rewritten)" ]
	# by time it may have been written again, by its ETag it was not: so many that they are asked for at the same time
	sleep 1.1
	put "${keys[@]:10:100}"
	requests head >/dev/null
	[ -z "$(rewritten)" ]
	[ "$(requests head)" = 100 ]
	# by both; the positions go through what is between them, and the order stays
	title="Head of Something Else" put "${keys[@]:100:20}"
	curl -sSf -X DELETE "$S3_ENDPOINT/$BUCKET/job-postings-mod/${keys[105]#*/}"
	curl -sSf -X DELETE "$S3_ENDPOINT/$BUCKET/job-postings-mod/${keys[130]#*/}"
	printf '%s\n' "${keys[@]:100:20}" | grep -vxF "${keys[105]}" | diff - <(rewritten)
	tail -n 1 stats | jq -e '.rewritten == 19 and .listed == 21 and .present == 129'
	s3ls --missing-from job-postings-mod/ --rewritten >records
	diff <(printf '%s\n' "${keys[@]:100:20}" "${keys[130]}") <(listed records)
	jq -se 'map(.list.seq) == [range(1; 22)] and (last.list.last)' records
	# in the look-back it goes without saying; elsewhere it does not
	s3ls --missing-from job-postings-mod/ --after 1721190000 --lookback 1d >found
	[ "$(jq -s 'map(select(.rewritten)) | length' found)" = 19 ]
	[ "$(s3ls --missing-from job-postings-mod/ | wc -l)" = 2 ]
	run -2 s3ls --rewritten
	# done again, nothing is left of it
	s3cat <records | s3put >/dev/null
	[ -z "$(rewritten)" ]
}

@test "metadata that may not be read, is missing, or cannot be read now: the times decide, or an error" {
	enriched 5
	sleep 1.1
	put "${keys[1]}" "${keys[3]}"
	# the same bytes, and the metadata would say so
	odd answer,on=head,status=403,code=AccessDenied
	run --separate-stderr -0 s3ls --missing-from job-postings-mod/ --rewritten
	[ "$(jq -r .key <<<"$output")" = "${keys[1]}"$'\n'"${keys[3]}" ]
	[ "$(grep -c 'the times of both' <<<"$stderr")" = 1 ]
	# what an older version stored
	odd
	for key in "${keys[@]}"; do put "job-postings-mod/${key#*/}"; done
	[ -z "$(s3ls --missing-from job-postings-mod/ --rewritten)" ]
	sleep 1.1
	put "${keys[2]}"
	[ "$(rewritten)" = "${keys[2]}" ]
	# nobody's fault: the listing ends, and passes nothing
	odd answer,on=head,status=500
	AWS_MAX_ATTEMPTS=2 run --separate-stderr -75 s3ls --missing-from job-postings-mod/ --rewritten
	[[ $output != *'"last":true'* ]]
	[[ $stderr == *"HEAD: 500"* ]]
	# times that cannot be read leave it to the metadata
	odd list-times,form=words
	s3cat <records | s3put >/dev/null
	s3ls >records
	s3cat <records | s3put >/dev/null
	[ -z "$(rewritten)" ]
	title=Clerk put "${keys[4]}"
	[ "$(rewritten)" = "${keys[4]}" ]
}
