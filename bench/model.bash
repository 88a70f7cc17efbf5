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

model_shared() { # CLAIMS LABEL
	local what="4 processes on the same cold data, $2, claims $1" asked pairs
	export CACHE_CLAIMS=$1
	asked=$(model_count pairs)
	repeat flush model_four
	pairs=$(redis_do --raw EVAL 'local n = 0 for _, k in ipairs(redis.call("KEYS", "seniority:1:*")) do n = n + redis.call("HLEN", k) end return n' 0)
	record "The model" "$what: time" s - "${walls[@]}"
	record "The model" "$what: Redis's CPU" s - "${redis_cpus[@]}"
	record "The model" "$what: pairs asked / distinct pairs" times - "$(calc "($(model_count pairs) - $asked) / ${#walls[@]} / $pairs")"
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

	head -n "$((cold_pairs / 10))" "$work/cold.ndjson" >"$work/cold4.ndjson"
	for claims in true false; do
		model_start --rate 1000
		model_shared "$claims" "at 1,000 a second"
	done
	# what claims cost where the model costs nothing
	"$bin/sengen" --count "$((cold_pairs * 5))" --seed 5 --pairs 20000000 >"$work/cold4.ndjson"
	model_start --rate 0
	for claims in true false; do
		model_shared "$claims" "answered at once"
	done
	unset CACHE_CLAIMS
}
