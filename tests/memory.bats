# What the stages hold in memory does not depend on how much goes through them.
# slow: the sanitizers' own memory says nothing about ours

load helper

# peak PROGRAM: the largest peak of its runs in the stats file, in KiB.
peak() {
	jq -s "map(select(.program == \"$1\").peak_kib) | max" "$2"
}

@test "ten times the input, the same memory: one object after another, and one large object" {
	sandbox
	redis_start
	senserve_start
	sengen --count 20000 --pairs 3000 --seed 1 >part
	cp part "$RAW/1721183934.jsonl"
	s3ls | s3cat --stats small | senenrich --window 4M --stats small | s3put --stats small >receipts
	[ "$(jq .lines receipts)" = 20000 ]
	rm -r "$RAW" "$MOD"
	mkdir "$RAW"
	for i in {1..10}; do cp part "$RAW/172118394$((i % 10)).jsonl"; done
	for i in {1..10}; do cat part; done >"$RAW/1721183990.jsonl"
	s3ls | s3cat --stats large | senenrich --window 4M --stats large | s3put --stats large >receipts
	[ "$(jq -s 'map(.lines) | add' receipts)" = 400000 ]
	for program in s3cat senenrich s3put; do
		(($(peak $program large) < $(peak $program small) + 16384))
	done
}
