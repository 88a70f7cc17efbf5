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
	local jq_walls jq_cpus once once_cpus five=() five_cpus ratio rate
	local count=$((some_files * PER_FILE))
	for _ in 1 2 3 4 5; do cat "$work/some.ndjson"; done >"$work/some5.ndjson"
	hit_once >/dev/null # Redis is warm, too
	repeat : hit_once
	once=("${walls[@]}") once_cpus=("${cpus[@]}")
	repeat : hit_five
	each five "(b - a) / 4" once walls
	each five_cpus "(b - a) / 4" once_cpus cpus
	repeat : hit_jq
	jq_walls=("${walls[@]}") jq_cpus=("${cpus[@]}")
	rm "$work/some5.ndjson"

	each rate "$count / a" jq_walls
	record "Hit path" "jq -c .seniority=3" postings/s - "${rate[@]}"
	each rate "$count / a" five
	record "Hit path" "senenrich, warm memo" postings/s - "${rate[@]}"
	printf 'jq %s\nsenenrich %s\n' "$(median "${jq_walls[@]}")" "$(median "${five[@]}")" |
		awk -v n=$count '{ print "\"" $1 "\"", n / $2 }' >"$work/compare.dat"
	each rate "a / $count * 1e6" five_cpus
	record "Hit path" "senenrich, warm memo: CPU" "µs/posting" - "${rate[@]}"
	each ratio "a / b" jq_walls five
	record "Hit path" "times as fast as jq" times ">=10" "${ratio[@]}"
}
