# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and lib.bash, or used through namerefs
# Question 5: how time and memory grow with the number of postings (the whole pipe, warm Redis) and with the number
# of pairs in the cache (senenrich without a memo, each pair asked of Redis).

growth_postings() {
	local files rate count
	for files in "${growth_files[@]}"; do
		count=$((files * PER_FILE)) peaks=()
		bucket_of_files "growth$files" "$files"
		use_store "growth$files" file
		((files <= day_files)) || "$bin/senenrich" < <(cat "$work/raw"/*) >/dev/null
		repeat fresh pipe growth_keep
		rm -rf "$work/store/growth$files"
		record "5. Growth, postings" "$count postings" s - "${walls[@]}"
		record "5. Growth, postings" "$count postings: peak memory of all programs" MB - "${peaks[@]}"
		each rate "$count / a" walls
		record "5. Growth, postings" "$count postings: speed" postings/s - "${rate[@]}"
		echo "$count $(median "${walls[@]}") $(median "${peaks[@]}")" >>"$work/growth-postings.dat"
	done
}

growth_keep() {
	peaks+=("$(peak_of_all)")
}

# Postings of pairs that fill has made, each once before any comes again.
growth_ask() {
	"$bin/senenrich" --memo 0 <"$work/known.ndjson"
}

growth_pairs() {
	local pairs filled=0 used rate count=$hgets each_one target
	server_stop redis
	redis_start redis
	for pairs in "${growth_pairs[@]}"; do
		"$tools/fill" "$filled" "$pairs"
		filled=$pairs
		((pairs > count)) || count=$pairs
		((pairs < hgets)) || count=$hgets
		"$tools/fill" --postings "$count" "$pairs" >"$work/known.ndjson"
		used=$(redis_do INFO memory | tr -d '\r' | awk -F: '$1 == "used_memory" { print $2 / 1048576 }')
		each_one=$(calc "$used * 1048576 / $pairs")
		repeat : growth_ask
		target=-
		((pairs != 20000000)) || target="<=360"
		record "5. Growth, pairs" "$pairs pairs: used_memory, as Redis itself puts it" MiB "$target" "$used"
		record "5. Growth, pairs" "$pairs pairs: used_memory each" B - "$each_one"
		each rate "$count / a" walls
		record "5. Growth, pairs" "$pairs pairs: looked up by senenrich" pairs/s - "${rate[@]}"
		echo "$pairs $used $(median "${rate[@]}")" >>"$work/growth-pairs.dat"
	done
}

bench_growth() {
	local peaks
	# what the day has in it is known to Redis, as when all but the day's news were seen before
	"$bin/senenrich" <"$work/day.ndjson" >/dev/null
	growth_postings
	growth_pairs
	flush
}
