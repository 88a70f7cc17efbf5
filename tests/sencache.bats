# sencache: the cache looked into, filled and cleaned by hand; and senenrich with cache_legacy.

load helper

setup() {
	sandbox
	redis_start
}

# bucket_of COMPANY TITLE, field_of COMPANY TITLE: where a pair is kept, worked out without our code.
bucket_of() {
	local h
	h=$(printf '%s\0%s' "$1" "$2" | xxh128sum | cut -d' ' -f1)
	echo "seniority:1:${h:0:5}"
}

field_of() {
	local h
	h=$(printf '%s\0%s' "$1" "$2" | xxh128sum | cut -d' ' -f1)
	echo $((0x${h:16:16}))
}

# pair COMPANY TITLE SENIORITY: a line to import.
pair() {
	jq -cn --arg company "$1" --arg title "$2" --argjson seniority "$3" \
		'{url: "https://jobs.example/1", company: $company, title: $title, seniority: $seniority}'
}

# many N: that many distinct pairs with a seniority.
many() {
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "{\"company\":\"Company %d\",\"title\":\"Clerk %d\",\"seniority\":%d}\n", i % 977, i, 1 + i % 7
	}'
}

# legacy_keys < PAIRS: what the predecessor would have stored for them.
legacy_keys() {
	jq -rj '"\(.company):\(.title)" as $key | "\(.seniority)" as $value
		| "*3\r\n$3\r\nSET\r\n$\($key | utf8bytelength)\r\n\($key)\r\n$\($value | length)\r\n\($value)\r\n"' |
		redis_do --pipe >/dev/null
}

# count NAME: a number of the JSON report in $output.
count() {
	jq ".$1" <<<"$output"
}

holds_something() {
	[ "$(redis_do DBSIZE)" -gt 0 ]
}

odd_pairs() {
	printf '%s\t%s\n' 'Oakleaf Soft' 'Senior Data Analyst' 'a:b' c a b:c '' CFO 'Café ☕' 'Ingénieur 😀' \
		' a ' 'b	c' -x --json '"' '\' A%sB '%d%n' "$(head -c 5000 /dev/zero | tr '\0' x)" y
}

@test "get, set, forget" {
	run -1 --separate-stderr sencache get Acme CFO
	[ -z "$output$stderr" ]
	run -0 --separate-stderr sencache set Acme CFO 7
	[ -z "$output$stderr" ]
	run -0 sencache get Acme CFO
	[ "$output" = 7 ]
	sencache set Acme CFO 6
	[ "$(sencache get Acme CFO)" = 6 ]
	run -1 sencache get ACME CFO
	run -0 --separate-stderr sencache forget Acme CFO
	[ -z "$output$stderr" ]
	run -1 sencache get Acme CFO
	run -1 --separate-stderr sencache forget Acme CFO
	[[ $stderr == *'does not know this pair'* ]]
	[ "$(redis_do DBSIZE)" = 0 ]
}

@test "each pair is where a person finds it with xxh128sum and redis-cli" {
	n=0
	while IFS=$'\t' read -r company title; do
		seniority=$((n++ % 7 + 1))
		sencache set -- "$company" "$title" $seniority
		[ "$(redis_do HGET "$(bucket_of "$company" "$title")" "$(field_of "$company" "$title")")" = $seniority ]
	done < <(odd_pairs | grep -v '^	')
	sencache set '' CFO 5
	[ "$(redis_do HGET "$(bucket_of '' CFO)" "$(field_of '' CFO)")" = 5 ]
	redis_do HSET "$(bucket_of x $'two\nlines')" "$(field_of x $'two\nlines')" 3
	[ "$(sencache get x $'two\nlines')" = 3 ]
	[ "$(sencache get a:b c)$(sencache get a b:c)" = 23 ]
}

@test "senenrich finds what sencache has set, and the reverse" {
	senserve_start
	sencache set 'Café' 'Paralegal: 2' 7
	run -0 senenrich <<-'END'
		{"company":"Caf\u00e9","title":"Paralegal: 2"}
		{"company":"b","title":"CFO"}
	END
	[ "${lines[0]}" = '{"company":"Caf\u00e9","title":"Paralegal: 2","seniority":7}' ]
	[ "$(sencache get b CFO)" = 7 ]
	sencache forget b CFO
	senenrich --memo 0 --stats stats <<<'{"company":"b","title":"CFO"}'
	[ "$(jq .pairs_asked stats)" = 1 ]
}

@test "what senenrich writes can be imported, and then the model is not needed" {
	senserve_start
	postings 3000 >in
	senenrich <in >out
	senserve_stop
	redis_do FLUSHALL
	run -0 --separate-stderr sencache import --json <out
	[ "$(count pairs)" = 3000 ]
	[ "$(count new)" = "$(jq -c '[.company, .title]' in | sort -u | wc -l)" ]
	senenrich --rpc-patience 1ms <in | cmp out
	run -0 sencache import --json <out
	[ "$(count new)" = 0 ]
}

@test "import: many pairs, each of them right" {
	many 23456 >pairs
	run -0 sencache import --stats numbers <pairs
	[ "$output" = $'lines: 23456\npairs: 23456\nnew: 23456\nbad: 0' ]
	[ "$(jq -c '[.program, .pairs, .new]' numbers)" = '["sencache",23456,23456]' ]
	senenrich --rpc-patience 1ms <pairs | cmp pairs
	run -0 sencache stats --json
	[ "$(count pairs)" = 23456 ]
	[ "$(count buckets)" = "$(redis_do DBSIZE)" ]
}

@test "import: bad lines are reported with their numbers, the good ones are stored" {
	{
		pair a CFO 7
		echo
		echo 'not json'
		echo '["a"]'
		echo '{"company":"a","seniority":3}'
		echo '{"company":"a","title":"b"}'
		pair a b 0
		pair a b 8
		pair a b 2.5
		pair a b '"3"'
		pair a '' 3
		echo '{"company":null,"title":"b","seniority":3}'
		echo '{"company":"a","title":"b\u0000","seniority":3}'
		printf '{"company":"a\xff","title":"b","seniority":3}\n'
		echo '{"company":"a","title":"b","seniority":3,"x":"'"$(head -c 5000 /dev/zero | tr '\0' x)"'"}'
		echo '{"title":"x","title":"\u0043FO","company":"z","seniority":9,"seniority":4}'
		printf '{"company":"last","title":"line","seniority":5}'
	} >in
	run -1 --separate-stderr sencache import --json --max-line 4K <in
	[ "$(jq -c . <<<"$output")" = '{"lines":17,"pairs":3,"new":3,"bad":13}' ]
	[ "$(grep -oE 'line [0-9]+' <<<"$stderr" | cut -c6- | paste -sd,)" = 3,4,5,6,7,8,9,10,11,12,13,14,15 ]
	[[ $stderr == *'line 8: seniority: not a number from 1 to 7'* ]]
	[[ $stderr == *'line 15: longer than max_line'* ]]
	[ "$(sencache get a CFO)$(sencache get z CFO)$(sencache get last line)" = 745 ]
}

@test "import: frames are read; one that is cut off, or an object that could not be read, is an error" {
	begin='{"@":"begin","bucket":"rl-data","key":"job-postings-mod/7.jsonl"}'
	reject='{"@":"reject","key":"job-postings-mod/7.jsonl","line":2,"reason":"forged","raw":"{\"@\":"}'
	end='{"@":"end","key":"job-postings-mod/7.jsonl","lines":2}'
	run -0 --separate-stderr sencache import --json < <(echo "$begin"; pair a CFO 7; echo "$reject"; echo "$end")
	[ "$(count pairs)" = 1 ]
	run -1 --separate-stderr sencache import < <(echo "$begin"; pair a CFO 7)
	[[ $stderr == *'ended inside job-postings-mod/7.jsonl'* ]]
	run -1 --separate-stderr sencache import < <(echo "$begin"; pair a CFO 7; printf '{"@":"end","ke')
	[[ $stderr == *'died'* ]]
	error='{"@":"error","key":"k","stage":"s3cat","reason":"GET: 503","temporary":true}'
	run -75 --separate-stderr sencache import --json < <(echo "$error"; pair b CFO 7)
	[[ $stderr == *'k: GET: 503'* ]]
	[ "$(sencache get b CFO)" = 7 ]
	run -1 sencache import <<<"${error/true/false}"
}

@test "import --dry-run writes nothing" {
	run -0 sencache import --dry-run --json < <(many 12000)
	[ "$(jq -c . <<<"$output")" = '{"lines":12000,"pairs":12000,"bad":0}' ]
	[ "$(redis_do DBSIZE)" = 0 ]
}

@test "stats: pairs, buckets and bytes of one version" {
	run -0 sencache stats --json
	[ "$(jq -c '[.cache_version, .pairs, .buckets, .bytes]' <<<"$output")" = '[1,0,0,0]' ]
	many 50000 | sencache import
	sencache set --cache-version 2 a b 3
	cursor set 1721183934
	redis_do SET seniority:1:abcde 'no hash' SET x:y 3
	run -0 sencache stats --json --stats numbers
	[ "$(jq -c '[.cache_version, .pairs]' <<<"$output")" = '[1,50000]' ]
	[ "$(jq '.bytes_per_pair > 50 and .bytes_per_pair < 130' <<<"$output")" = true ]
	[ "$(jq .pairs numbers)" = 50000 ]
	run -0 sencache stats --cache-version 2
	[[ $output == *$'\npairs: 1\n'* ]]
	redis_do ACL SETUSER default -memory
	run -0 --separate-stderr sencache stats
	[[ $output == *$'\npairs: 50000\n'* && $output != *bytes* ]]
	[[ $stderr == *'does not report how much memory'* ]]
}

@test "a lifetime, a version and a database are taken from the settings" {
	CACHE_TTL_DAYS=2 sencache set a b 3
	ttl=$(redis_do TTL "$(bucket_of a b)")
	((ttl > 172700 && ttl <= 172800 + 17280))
	run -1 sencache get --cache-version 2 a b
	run -1 sencache get --redis-db 1 a b
	sencache set --redis-db 1 a b 4
	[ "$(sencache get a b)$(sencache get --redis-db 1 a b)" = 34 ]
}

@test "import --legacy: what the predecessor knew, and nothing else" {
	many 5000 | sed 's/Clerk/Old clerk/' >old
	legacy_keys <old
	redis_do SET ':CFO' 7
	redis_do SET 'Café:Ingénieur' 4
	redis_do SET $'tab\there:two\nlines' 2
	redis_do SET 'seniority:CFO' 6   # a company of that name
	redis_do SET 'kept:title' 5
	sencache set kept title 1
	cursor set 1721183934
	# none of these is a pair
	redis_do SET last_key job-postings-raw/1721183934.jsonl
	redis_do SET 'session:eight' 8
	redis_do SET 'session:zero' 0
	redis_do SET 'session:ten' 10
	redis_do SET 'session:float' 3.0
	redis_do SET 'session:empty' ''
	redis_do SET 'a:' 3
	redis_do SET nothing 3
	redis_do SET "$(printf 'broken\xff:title')" 3
	redis_do RPUSH list:key 1
	redis_do HSET hash:key f 1
	redis_do SADD set:key 1
	redis_do ZADD zset:key 1 m
	redis_do XADD stream:key 1-1 f 1
	redis_do SETRANGE big:key 100000000 3
	redis_do SET foreign:name:x text
	# these may be two pairs each
	redis_do SET a:b:c 3
	redis_do SET 'Acme: Sons:CFO' 7
	before=$(redis_do DBSIZE)
	redis_do --scan | grep -v '^seniority:1:' | sort >names.before

	run -0 --separate-stderr sencache import --legacy --dry-run --json
	[ "$(jq -c '[.pairs, .ambiguous]' <<<"$output")" = '[5005,2]' ]
	[ "$(redis_do DBSIZE)" = "$before" ]

	run -0 --separate-stderr sencache import --legacy --json
	[ "$(jq -c '[.pairs, .new, .already_there, .ambiguous, .other]' <<<"$output")" = '[5005,5004,1,2,16]' ]
	[[ $stderr == *"more than one ':'"*': 2 ('* ]]
	[ "$(sencache get '' CFO)$(sencache get Café Ingénieur)$(sencache get seniority CFO)" = 746 ]
	[ "$(sencache get $'tab\there' $'two\nlines')" = 2 ]
	[ "$(sencache get kept title)" = 1 ] # what was there is newer
	run -1 sencache get a b:c
	run -1 sencache get a:b c
	senenrich --rpc-patience 1ms <old | cmp old
	redis_do --scan | grep -v '^seniority:1:' | sort | cmp names.before
	[ "$(redis_do GET 'kept:title')" = 5 ]
	[ "$(cursor get)" = 1721183934 ]

	run -0 sencache import --legacy --json --quiet
	[ "$(jq -c '[.pairs, .new]' <<<"$output")" = '[5005,0]' ]
}

@test "import --legacy --split: names with several colons, parted as one says" {
	redis_do SET 'Acme: Sons:CFO' 7
	redis_do SET 'plain:title' 2
	redis_do SET 'seniority:1:CFO' 3 # looks like ours
	run -0 --separate-stderr sencache import --legacy --split last --json
	[ "$(jq -c '[.new, .ambiguous, .own]' <<<"$output")" = '[2,0,1]' ]
	[ -z "$stderr" ]
	[ "$(sencache get 'Acme: Sons' CFO)$(sencache get plain title)" = 72 ]
	run -1 sencache get Acme ' Sons:CFO'
	sencache import --legacy --split first
	[ "$(sencache get Acme ' Sons:CFO')" = 7 ]
}

@test "import --legacy: tens of thousands of keys" {
	many 60000 >pairs
	legacy_keys <pairs
	run -0 sencache import --legacy --json
	[ "$(count new)" = 60000 ]
	redis_do EVAL "for _, k in ipairs(redis.call('KEYS', 'Company *')) do redis.call('DEL', k) end" 0
	senenrich --rpc-patience 1ms <pairs | cmp pairs
}

@test "cache_legacy: senenrich reads the predecessor's keys through, once" {
	senserve_start
	postings 3000 | sed 's/: Sons//' >in
	senenrich <in >out
	jq -c . out | legacy_keys
	redis_do --scan --pattern 'seniority:1:*' | xargs redis-cli -s "$REDIS_SOCKET" DEL >/dev/null
	senserve_stop
	senserve_start
	CACHE_LEGACY=true senenrich --batch 100 --stats stats <in | cmp out
	[ "$(jq -c '[.redis + .memo, .model, .pairs_asked]' stats)" = '[3000,0,0]' ]
	redis_do --scan --pattern 'Company *' | tr '\n' '\0' | xargs -0 redis-cli -s "$REDIS_SOCKET" DEL >/dev/null
	senenrich --memo 0 --stats stats <in | cmp out
	[ "$(jq -s -c '.[1] | [.redis, .pairs_asked]' stats)" = '[3000,0]' ]
	[ "$(jq .calls <<<"$(senserve_stop)")" = 0 ]
}

@test "cache_legacy: what a legacy key cannot tell for sure, the model is asked for" {
	senserve_start
	redis_do MSET a:b:CFO 1 x:CFO 9 y:CFO '' z:CFO 1 >/dev/null
	redis_do LPUSH w:CFO 1
	posting z CFO >known
	{ posting a:b CFO; posting a b:CFO; posting x CFO; posting y CFO; posting w CFO; posting '' CFO; } >unknown
	# the default is off
	[ "$(senenrich <known | jq .seniority)" = 7 ]
	sencache forget z CFO
	export CACHE_LEGACY=true
	[ "$(senenrich <known | jq .seniority)" = 1 ]
	[ "$(sencache get z CFO)" = 1 ]
	senenrich --quiet --stats stats <unknown >out
	[ "$(jq -c .seniority out | sort -u)" = 7 ]
	[ "$(jq .pairs_asked stats)" = 6 ]
	[ "$(redis_do GET a:b:CFO)" = 1 ]
}

@test "cache_legacy: Redis that goes, comes back, or takes no writes" {
	export CACHE_LEGACY=true
	senserve_start
	postings 2000 | jq -c '.company = .url' | sed 's/https://g' >in
	mkfifo pipe
	senenrich --batch 50 <pipe >out 2>log 3>&- &
	pid=$!
	exec 9>pipe
	head -n 1000 in >&9
	wait_until 10 grep -q seniority out
	redis_stop -9
	redis_start 9>&-
	tail -n +1001 in >&9
	exec 9>&-
	wait $pid
	sed -E 's/,"seniority":[1-7]\}$/}/' out | cmp in
	redis_do FLUSHALL
	jq -c . out | legacy_keys
	redis_do CONFIG SET maxmemory 1
	senserve_stop
	run -0 --separate-stderr senenrich --rpc-patience 1ms <in
	cmp out <<<"$output"
	redis_stop
	senserve_start
	run -0 --separate-stderr senenrich <in
	[ "$(wc -l <<<"$output")" = 2000 ]
}

@test "get and forget take the legacy keys into account if senenrich does" {
	redis_do SET Acme:CFO 7
	redis_do SET a:b:c 7
	run -1 sencache get Acme CFO
	export CACHE_LEGACY=true
	[ "$(sencache get Acme CFO)" = 7 ]
	run -1 sencache get a b:c
	run -1 --separate-stderr sencache forget Acme CFO
	[[ $stderr == *"'Acme:CFO' still says 7"* ]]
	[ "$(redis_do GET Acme:CFO)" = 7 ]
}

@test "usage errors: 2, and nothing is done" {
	while read -r -a arguments; do
		run -2 --separate-stderr sencache "${arguments[@]}"
		[ -z "$output" ]
		[[ $stderr == sencache:* ]]
	done <<-'END'

		fetch a b
		get
		get a
		get a b c
		set a b
		set a b 0
		set a b 8
		set a b x
		forget a
		stats a
		stats --legacy
		stats --dry-run
		import file
		import --split first
		import --legacy --split middle
		get --json a b
		set --dry-run a b 3
	END
	run -2 sencache get a ''
	run -2 sencache get a $'\xff'
	[ "$(redis_do DBSIZE)" = 0 ]
}

@test "Redis that is away: 75; that is full or breaks off in the middle: 75, with the number of keys done" {
	redis_do CONFIG SET maxmemory 1
	run -75 --separate-stderr sencache set a b 3
	[[ $stderr == *OOM* ]]
	run -75 --separate-stderr sencache import < <(many 20000)
	[[ $stderr == *'stopped at line '*OOM* ]]
	redis_do CONFIG SET maxmemory 0
	mkfifo pipe
	sencache import <pipe >out 2>log 3>&- &
	pid=$!
	exec 9>pipe
	many 12000 >&9
	wait_until 10 holds_something
	redis_stop -9
	many 12000 >&9 2>/dev/null || true
	exec 9>&-
	wait $pid || status=$?
	[ "$status" = 75 ]
	grep -q 'stopped at line' log
	for command in 'get a b' 'set a b 3' 'forget a b' stats import 'import --legacy'; do
		# shellcheck disable=SC2086
		run -75 --separate-stderr sencache $command </dev/null
		[[ $stderr == *'cannot connect'* ]]
	done
}

@test "SIGTERM ends it by the signal, and the pairs read so far are stored; a full disk is an error" {
	mkfifo pipe
	sencache import <pipe >out 2>log 3>&- &
	pid=$!
	exec 9>pipe
	many 12000 >&9
	wait_until 10 holds_something
	kill -TERM $pid
	wait $pid || status=$?
	exec 9>&-
	[ "$status" = 143 ]
	[ "$(sencache get 'Company 0' 'Clerk 0')" = 1 ]
	run -1 --separate-stderr bash -c 'sencache stats >/dev/full'
	[[ $stderr == *'No space left'* ]]
}
