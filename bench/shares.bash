# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and lib.bash, or used through namerefs
# Question 3: what share reading the cache, writing it and the model have of a day: senenrich alone over the day's file, with
# all pairs in Redis, and with none. What the time goes to, it says itself (--stats: ms_own, ms_reading, ...).

SHARES_TEXT="Shares by the clock are of senenrich alone over the day's file, by its own stopwatch, which is on one thing at a time: reading
is looking pairs up (memo and Redis), writing is claims and write-backs, the model is calls and waiting for them; what Redis or the model do
meanwhile costs nothing there. CPU is that of each process. The model here answers at once: at 1,000 pairs a second all else is hidden behind it."

shares_run() {
	"$bin/senenrich" --stats "$work/stats" <"$work/day.ndjson"
}

shares_keep() {
	local name all
	all=$(stat_of senenrich seconds)
	for name in own input reading writing model; do
		share[$name]+=" $(calc "100 * $(stat_of senenrich ms_$name) / 1000 / $all")"
	done
}

shares_record() { # LABEL
	local -A what=([own]="own work" [reading]="reading the cache" [writing]="writing the cache" [model]="the model")
	local name values all
	record "3. Shares" "$1: senenrich alone" s - "${walls[@]}"
	for name in own reading writing model; do
		read -ra values <<<"${share[$name]}"
		record "3. Shares" "$1, by the clock: ${what[$name]}" % - "${values[@]}"
	done
	each all "a + b" cpus redis_cpus
	each all "a + b" all model_cpus
	each values "100 * a / b" cpus all
	record "3. Shares" "$1, by CPU: senenrich" % - "${values[@]}"
	each values "100 * a / b" redis_cpus all
	record "3. Shares" "$1, by CPU: Redis" % - "${values[@]}"
	each values "100 * a / b" model_cpus all
	record "3. Shares" "$1, by CPU: the model" % - "${values[@]}"
}

bench_shares() {
	local -A share=()
	repeat flush shares_run shares_keep
	shares_record "cold day"
	share=()
	repeat : shares_run shares_keep
	shares_record "warm day"
	notes+=("$SHARES_TEXT")
}
