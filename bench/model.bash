# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and lib.bash, or used through namerefs
# A cold run over N pairs, of a model that answers 1,000 pairs a second: it may take what the calls take, and no more calls
# than are needed. Then four processes on the same cold data at once, with and without their claims: what is asked more than once.

model_cold() {
	"$bin/senenrich" --stats "$work/stats" <"$work/cold.ndjson"
}

model_four() {
	local i pids=()
	for i in 1 2 3 4; do
		"$bin/senenrich" <"$work/cold4.ndjson" >/dev/null &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
}

model_keep() {
	local pairs
	pairs=$(stat_of senenrich pairs_asked)
	times+=("$(calc "${walls[-1]} / ($pairs / 1000)")")
	calls+=("$(stat_of senenrich calls)")
	allowed=$(calc "int(int(($pairs + 999) / 1000) * 1.05 + 3)")
}

bench_model() {
	local times=() calls=() allowed pairs claims
	"$bin/sengen" --count "$cold_pairs" --seed 4 --pairs 20000000 >"$work/cold.ndjson"
	model_start --rate 1000
	repeat flush model_cold model_keep
	pairs=$(stat_of senenrich pairs_asked)
	record "The model" "cold run over $pairs pairs at 1,000 a second" s - "${walls[@]}"
	record "The model" "time / (pairs / 1,000 a second)" times "<=1.1" "${times[@]}"
	record "The model" "calls" calls "<=$allowed" "${calls[@]}"

	head -n "$((cold_pairs / 4))" "$work/cold.ndjson" >"$work/cold4.ndjson"
	runs=1
	for claims in true false; do
		model_start --rate 1000
		export CACHE_CLAIMS=$claims
		repeat flush model_four
		pairs=$(redis-cli -s "$REDIS_SOCKET" --raw EVAL 'local n = 0 for _, k in ipairs(redis.call("KEYS", "seniority:1:*")) do n = n + redis.call("HLEN", k) end return n' 0)
		record "The model" "4 processes on the same cold data, claims $claims: time" s - "${walls[@]}"
		record "The model" "4 processes on the same cold data, claims $claims: pairs asked / distinct pairs" times - \
			"$(calc "$(model_count pairs) / $pairs")"
	done
	unset CACHE_CLAIMS
	runs=$all_runs
	model_start --rate 0
}
