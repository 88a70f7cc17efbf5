# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and lib.bash, or used through namerefs
# senenrich with an empty memo and a warm Redis beside a bare hiredis loop that sends the same HGETs, 5,000 in a pipeline.

cache_enrich() {
	"$bin/senenrich" --stats "$work/stats" <"$work/pairs.ndjson"
}

cache_loop() {
	"$tools/hget_loop" "$REDIS_SOCKET" <"$work/pairs.ndjson"
}

cache_enrich_after() {
	rates+=("$(calc "$(stat_of senenrich redis) / $wall")")
}

cache_loop_after() {
	loops+=("$(<"$work/last.out")")
}

bench_cache() {
	local rates=() loops=() ratio redis
	# from so many that hardly a pair comes twice
	"$bin/sengen" --count "$hgets" --seed 3 --pairs 20000000 >"$work/pairs.ndjson"
	cache_enrich >/dev/null
	in_turn cache_loop cache_enrich
	each redis "a / $hgets * 1e6" cache_enrich_redis_cpus
	record "Reading the cache" "bare hiredis loop" pairs/s - "${loops[@]}"
	record "Reading the cache" "senenrich, empty memo, process start included" pairs/s - "${rates[@]}"
	record "Reading the cache" "Redis: CPU" "µs/pair" - "${redis[@]}"
	each ratio "a / b" rates loops
	record "Reading the cache" "senenrich / bare loop" times ">=0.7" "${ratio[@]}"
}
