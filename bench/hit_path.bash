# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and lib.bash, or used through namerefs
# senenrich with a warm memo beside jq, which does nothing but set the member, on the same file.
# A memo is warm only in a process that has seen the pairs: the file goes in once and five times over, and what four
# of the five rounds took is the difference.

hit_jq() {
	jq -c '.seniority=3' "$work/some.ndjson"
}

hit_once() {
	"$bin/senenrich" <"$work/some.ndjson"
}

hit_five() {
	"$bin/senenrich" <"$work/some5.ndjson"
}

bench_hit_path() {
	local five=() five_cpus ratio rate
	local count=$((some_files * PER_FILE))
	for _ in 1 2 3 4 5; do cat "$work/some.ndjson"; done >"$work/some5.ndjson"
	hit_once >/dev/null # Redis is warm, too
	in_turn hit_once hit_five hit_jq
	rm "$work/some5.ndjson"
	each five "(b - a) / 4" hit_once_walls hit_five_walls
	each five_cpus "(b - a) / 4" hit_once_cpus hit_five_cpus

	each rate "$count / a" hit_jq_walls
	record "Hit path" "jq -c .seniority=3" postings/s - "${rate[@]}"
	each rate "$count / a" five
	record "Hit path" "senenrich, warm memo" postings/s - "${rate[@]}"
	printf 'jq %s\nsenenrich %s\n' "$(median "${hit_jq_walls[@]}")" "$(median "${five[@]}")" |
		awk -v n=$count '{ print "\"" $1 "\"", n / $2 }' >"$work/compare.dat"
	each rate "a / $count * 1e6" five_cpus
	record "Hit path" "senenrich, warm memo: CPU" "µs/posting" - "${rate[@]}"
	each ratio "a / b" hit_jq_walls five
	record "Hit path" "times as fast as jq" times ">=10" "${ratio[@]}"
	each ratio "a / b" hit_jq_cpus five_cpus
	record "Hit path" "times less CPU than jq" times - "${ratio[@]}"
}
