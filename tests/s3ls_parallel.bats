#!/usr/bin/env bats
# Listings in several parts at once: whatever the names are like, and whatever the server does, the same records come as from one
# list, or the same error. The server (servers/odd.py) gives pages of ten names, so that some hundred names are many pages.

load helper

setup_file() {
	odd_start
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	bucket "bucket-$BATS_TEST_NUMBER"
	odd list-short
}

bucket() {
	BUCKET=$1
	cat >config.yaml <<-END
		endpoint_url: $S3_ENDPOINT
		input_bucket: $BUCKET
		output_bucket: $BUCKET
		no_sign_request: true
	END
}

# keys [PREFIX]: objects of these names (stdin), an hour old
keys() {
	sed "s|^|$BUCKET/${1-job-postings-raw/}|; s|\$|\t$(($(date +%s) - 3600))|" |
		curl -sSf --data-binary @- "$S3_ENDPOINT/.keys"
}

# every STEP COUNT [FROM]: names, so many seconds from each other
every() {
	seq "${3:-1700000000}" "$1" "$((${3:-1700000000} + $1 * ($2 - 1)))" | sed 's/$/.jsonl/'
}

# Listings of all densities.
uniform() { every 1 300; }
minutes() { every 60 300; }
uneven() { awk 'BEGIN { for (t = 1700000000; n < 300; n++) { x = (x + 7) * 16807 % 2147483647; printf "%d.jsonl\n", t += 1 + int(100 * (x / 2147483647) ^ 3) } }'; }
bursts() { for ((day = 0; day < 12; day++)); do every 1 25 $((1700000000 + day * 86400)); done; }
denser() { every 86400 60 && every 600 60 1706000000 && every 1 200 1707000000; }
sparser() { every 1 200 && every 600 60 1700001000 && every 86400 60 1706000000; }
gap() { every 1 95 1500000000 && every 1 95 1700000000; }
alike() { # several pages of one number, also across the border of a page
	every 1 37
	for number in 1700000040 1700000044; do
		for ((i = 0; i < 35; i++)); do echo "$number-$i.jsonl"; done
	done
	every 1 60 1700000045
}
bare() { every 1 200 | sed 's/\.jsonl//'; } # what a range begins with is the name of an object
widths() {
	every 1 80 && every 1 80 999999960 && every 7 60 1
	printf '%s\n' 17.jsonl 170000.jsonl 1700000050 x.jsonl 01.jsonl 1700000060/folder 17000000701.jsonl zzz
}
future() { every 1 60 && every 3600 60 $(($(date +%s) - 40 * 3600)) && every 86400 60 4000000000; }
ten() { every 1 10; }
eleven() { every 1 11; }
none() { :; }

SHAPES=(uniform minutes uneven bursts denser sparser gap alike bare widths future ten eleven none)

# same OPTION...: the records are those of one list, however many are listed at once (MANY)
same() {
	local many
	s3ls -q --parallel 1 "$@" >one
	for many in ${MANY:-16}; do
		s3ls -q --parallel "$many" "$@" | cmp one - || {
			echo "$shape: --parallel $many $*"
			return 1
		}
	done
}

requests() {
	odd_happened '.calls.list // 0'
}

@test "the same records as from one list, for any density of names" {
	local shape count
	for shape in "${SHAPES[@]}"; do
		bucket "$shape"
		$shape >names
		keys <names
		MANY='2 5 16' same
		# what has no number, or one too far away, is skipped
		count=$(grep -Evc '^(x|01|zzz|17000000701|4[0-9]{9})|/' names || true)
		echo "$shape: $(wc -l <one) of $count"
		[ "$(wc -l <one)" = "$count" ]
		# answers that come in any order
		odd list-short,slow=15
		s3ls -q --parallel 16 | cmp one -
		odd list-short
		same --after 1700000020
	done
}

@test "the same records with the options that end a listing, or begin it elsewhere" {
	local shape
	for shape in uneven alike widths; do
		bucket "options-$shape"
		$shape | keys
		same --after 1699999999 --before 1700000030
		same --max-keys 37 --after 999999970
		same --after 1700000040 --lookback 15s
		echo job-postings-raw/1700000010.jsonl >failed
		same --exclude failed
		same --settle 1m
		echo 1700000030-new.jsonl | keys
		curl -sSf --data-binary @- "$S3_ENDPOINT/.keys" <<<"$BUCKET/job-postings-raw/1700000030-new.jsonl"
		same --settle 1m --after 1600000000
		[ "$(tail -n 1 one | jq -r .key)" \< job-postings-raw/1700000030-new.jsonl ]
	done
}

@test "--missing-from lists both sides in parts" {
	local shape
	for shape in uniform uneven gap alike widths; do
		bucket "missing-$shape"
		$shape >names
		keys <names
		# holes at every seventh, and a burst; .gz now and then; others that no raw object has
		awk 'NR % 7 && (NR < 60 || NR > 85) { print (NR % 3 ? $0 : $0 ".gz") } NR % 5 == 0 { print $0 "-other" }' names |
			keys job-postings-mod/
		MANY='2 16' same --missing-from job-postings-mod/
		[ -s one ]
		same --missing-from job-postings-mod/ --after 1700000003
	done
}

@test "one page is one request; more pages cost little more than one list" {
	ten | keys
	requests >/dev/null
	odd list-short
	s3ls --after 1699999999 >/dev/null
	[ "$(requests)" = 1 ]
	local shape one many
	for shape in uniform minutes uneven gap; do
		bucket "requests-$shape"
		$shape | keys
		odd list-short
		s3ls --parallel 1 >/dev/null
		one=$(requests)
		odd list-short
		s3ls --parallel 16 >/dev/null
		many=$(requests)
		echo "$shape: $many requests, or $one"
		((many < one * 2 + 20))
	done
}

@test "years without a name cost no requests" {
	bucket years
	for year in {0..20}; do every 1 3 $((1100000000 + year * 31536000)); done | keys
	odd list-short
	s3ls | wc -l | grep -qx 63
	(($(requests) < 40))
	# also if what is behind the gap has no number of ten digits
	bucket years-widths
	every 1 95 1000000000 | keys
	printf '%s\n' {150..189}.jsonl | keys
	odd list-short
	s3ls | wc -l | grep -qx 135
	(($(requests) < 60))
}

@test "a server that ignores start-after is listed as one, from the beginning, and nothing comes twice" {
	uniform | keys
	s3ls --parallel 1 >one
	odd list-deaf
	s3ls 2>log | cmp one -
	[ ! -s log ]
	odd list-deaf
	s3ls --after 1700000100 | cmp <(s3ls --parallel 1 --after 1700000100) -
	# 30 pages, the first of which came three times
	odd list-deaf
	s3ls >/dev/null
	(($(requests) < 36))
}

@test "a server that left out names is found out when it is listed as one" {
	uniform | keys
	s3ls --parallel 1 >one
	odd list-deaf,hears=2
	run --separate-stderr -1 s3ls
	[[ $stderr == *"the server lists names that it left out before: set list_parallel: 1"* ]]
	[[ $output != *'"last":true'* ]]
	odd list-deaf
	LIST_PARALLEL=1 s3ls | cmp one -
}

@test "a server without an order is noticed in parts, too" {
	uniform | keys
	s3ls --parallel 1 | jq -r .key >names
	local rule
	for rule in list-order,limit=10 list-order,by=halves,limit=10 list-order,by=late,limit=10 list-overlapping,limit=10; do
		odd "$rule"
		if s3ls --parallel 1 >one 2>one.log; then
			s3ls 2>log | cmp one -
			jq -r .key one | cmp names -
		else
			run --separate-stderr -1 s3ls
			[[ $stderr == *"does not list names in order: set sort_listing: true"* ]]
			[[ $output != *'"last":true'* ]]
		fi
		odd "$rule"
		SORT_LISTING=true s3ls | jq -r .key | cmp names -
	done
}

@test "answers of 500 and 503 in between are asked for again, with the same records" {
	uneven | keys
	s3ls --parallel 1 >one
	local rule
	for rule in answer,on=list,status=500,code=InternalError,skip=5,next=4 answer,on=list,status=500,code=InternalError,every=5 \
		drop,on=list,every=7; do
		odd "$rule" list-short
		s3ls -q | cmp one -
	done
	# a server with too much to do
	odd answer,on=list,skip=8,next=1 list-short
	s3ls -q | cmp one -
}

@test "a server that goes down in the middle: 75, and the output so far is right" {
	uniform | keys
	s3ls --parallel 1 --after 1699999999 >one
	odd answer,on=list,status=500,code=InternalError,skip=9 list-short
	s3ls -q --after 1699999999 >part 2>log || [ $? = 75 ]
	[[ $(<log) == *"500 InternalError"* ]]
	[ -s part ]
	run ! grep -q '"last":true' part
	# but for its end, the last record is that of a whole listing
	head -n "$(($(wc -l <part) - 1))" part | cmp - <(head -n "$(($(wc -l <part) - 1))" one)
}

@test "access refused in the middle: 1, and the output so far is right" {
	uniform | keys
	s3ls --parallel 1 --after 1699999999 >one
	odd answer,on=list,status=403,code=AccessDenied,skip=7 list-short
	run --separate-stderr -1 s3ls --after 1699999999
	[[ $stderr == *"403 AccessDenied"* ]]
	[[ $output != *'"last":true'* ]]
	head -n "$((${#lines[@]} - 1))" <<<"$output" | cmp - <(head -n "$((${#lines[@]} - 1))" one)
}

@test "SIGINT ends it by the signal; the output so far is right" {
	uniform | keys
	s3ls --parallel 1 --after 1699999999 >one
	odd stall,on=list,skip=12,seconds=30 list-short
	env --default-signal=INT "$BIN/s3ls" --after 1699999999 >part 2>log 3>&- &
	local pid=$! status=0
	wait_until 10 eval '(($(requests) > 12))'
	kill -INT "$pid"
	wait "$pid" || status=$?
	[ "$status" = 130 ]
	run ! grep -q '"last":true' part
	[ ! -s part ] || head -n "$(($(wc -l <part) - 1))" part | cmp - <(head -n "$(($(wc -l <part) - 1))" one)
}

@test "--parallel and list_parallel are checked" {
	local value
	for value in 0 257 x ''; do
		run -2 s3ls --parallel "$value"
		LIST_PARALLEL=${value:-y} run -2 s3ls
	done
}
