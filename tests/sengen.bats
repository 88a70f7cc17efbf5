# sengen: random postings.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

@test "ten postings by default, each with all its members" {
	run -0 --separate-stderr sengen
	[ "${#lines[@]}" = 10 ]
	[ -z "$stderr" ]
	jq -es 'all((.url | startswith("https://jobs.example.com/")) and (.company | length > 0) and (.title | length > 0)
		and (.location | length > 0) and .scraped_on == 1756741199 and length == 5)' <<<"$output"
	[ "$(jq -s 'map(.url) | unique | length' <<<"$output")" = 10 ]
}

@test "the same seed gives the same bytes, another seed or none others" {
	sengen --seed 7 --count 5000 --zipf --messy 30 --bad 10 >a
	sengen --seed 7 --count 5000 --zipf --messy 30 --bad 10 >b
	cmp a b
	sengen --seed 8 --count 5000 --zipf --messy 30 --bad 10 >c
	run ! cmp -s a c
	sengen --count 100 >d
	sengen --count 100 >e
	run ! cmp -s d e
	# and whatever the program becomes: tests and benchmarks are compared over time
	[ "$(sengen --seed 1 --count 1)" = "$(cat "$ROOT/tests/data/sengen.ndjson")" ]
}

@test "-v says the seed of a run that had none" {
	run -0 --separate-stderr sengen -v --count 3
	[[ $stderr =~ --seed\ ([0-9]+) ]]
	[ "$(sengen --count 3 --seed "${BASH_REMATCH[1]}")" = "$output" ]
}

@test "--count 0 is nothing" {
	run -0 --separate-stderr sengen --count 0
	[ -z "$output" ]
}

@test "--pairs bounds the number of distinct pairs, and zipf prefers some" {
	sengen --seed 1 --count 20000 --pairs 50 | jq -c '[.company, .title]' | sort | uniq -c | sort -rn >even
	[ "$(wc -l <even)" = 50 ]
	sengen --seed 1 --count 20000 --pairs 50 --zipf | jq -c '[.company, .title]' | sort | uniq -c | sort -rn >zipf
	[ "$(wc -l <zipf)" = 50 ]
	read -r most _ <even
	((most < 600)) # 400 each
	{ read -r first _ && read -r second _; } <zipf
	((first > 4000 && second > first * 2 / 5 && second < first * 3 / 5)) # 4445 and 2223
	# the pairs are the same: pair number k is a matter of k alone
	diff <(sed 's/^ *[0-9]* //' even | sort) <(sed 's/^ *[0-9]* //' zipf | sort)
}

@test "pairs hardly ever come twice if there are many" {
	[ "$(sengen --seed 3 --count 50000 | jq -c '[.company, .title]' | sort -u | wc -l)" -gt 49900 ]
}

@test "every level has its share" {
	sengen --seed 4 --count 20000 | jq -r .title | senserve --explain | jq .seniority | sort | uniq -c >levels
	[ "$(wc -l <levels)" = 7 ]
	while read -r count level; do
		((count > 200 && count < 10000)) || {
			echo "level $level: $count of 20000"
			return 1
		}
	done <levels
}

@test "--messy lines are JSON and hold what hurts" {
	sengen --seed 5 --count 500 --messy 100 >messy
	jq -es 'length == 500 and all(.title | type == "string" and length > 0)' messy
	for what in '\\ud83d\\ude80' 'company":".*: Sons' '\\t' '\\r\\n' '"seniority":99' '"":""' ',{20000}' \
		$'\xe2\x80\xa8' $'\xf0\x9f\x9a\x80' $'\r$' 't\\u0069tle|u0074itle'; do
		grep -qP -- "$what" messy
	done
}

@test "--bad lines are counted, and no reader of JSON finds a title in most" {
	sengen --seed 6 --count 10000 --bad 10 --stats stats >out
	[ "$(wc -l <out)" = 10000 ]
	bad=$(jq .bad stats)
	((bad > 800 && bad < 1200))
	[ "$(jq '.postings + .bad' stats)" = 10000 ]
	run ! jq -e . out
}

@test "--scraped-on sets the time" {
	[ "$(sengen --count 1 --scraped-on 5 | jq .scraped_on)" = 5 ]
}

@test "a reader that leaves ends it quietly, a full disk is an error" {
	sengen --count 1000000 2>stderr | head -n 1 >/dev/null
	[ "${PIPESTATUS[0]}" = 141 ] || [ "${PIPESTATUS[0]}" = 0 ]
	[ ! -s stderr ]
	run -1 --separate-stderr bash -c 'sengen --count 100000 >/dev/full'
	[[ $stderr == 'sengen: cannot write to standard output: '* ]]
}

@test "bad options: exit 2" {
	run -2 sengen --count -1
	run -2 sengen --count x
	run -2 sengen --pairs 0
	run -2 sengen --pairs 99999999999
	run -2 sengen --messy 60 --bad 50
	run -2 sengen 10
	run -0 sengen --help
	[[ $output == *--zipf* ]]
}
