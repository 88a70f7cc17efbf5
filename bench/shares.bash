# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and lib.bash, or used through namerefs
# Question 3: what share reading the cache, writing it and the model have. senenrich alone, over the day, in four ways:
#   warm      an empty memo, every pair in Redis         own work + reading
#   twice     the day two times over, so that all of the second is in the memo:  own work = twice - warm
#   without   no Redis, the model answers                own work + model
#   cold      an empty Redis, the model answers          own work + reading (nothing found) + model + writing
# Once by the clock, where what is done at the same time counts once, and once by CPU of all processes.

SHARES_TEXT="Shares are differences of runs of senenrich alone over the day's file: warm (Redis knows all), twice (the day two
times over: the second time all is in the memo), without (no Redis, the model answers) and cold (Redis empty).
Own work = twice - warm; reading = warm - own work; model = without - own work; writing = cold - own work - reading - model.
By the clock, what is done at the same time counts once, so a share may be near or below nothing; CPU is that of senenrich, Redis
and the model together. The model here answers at once: at 1,000 pairs a second all else is hidden behind it."

shares_warm() {
	"$bin/senenrich" <"$work/day.ndjson"
}

shares_twice() {
	cat "$work/day.ndjson" "$work/day.ndjson" | "$bin/senenrich"
}

shares_without() {
	REDIS_SOCKET=$work/nobody.sock "$bin/senenrich" <"$work/day.ndjson"
}

shares_run() { # NAME PREPARE: sets clock[NAME] and cpu[NAME]
	local all
	repeat "$2" "shares_${3:-$1}"
	each all "a + b" cpus redis_cpus
	each all "a + b" all model_cpus
	clock[$1]=$(median "${walls[@]}")
	cpu[$1]=$(median "${all[@]}")
	record "3. Shares" "senenrich alone over the day, $1" s - "${walls[@]}"
}

shares_of() { # LABEL: of the array `of`
	local own reading model writing
	own=$(calc "${of[twice]} - ${of[warm]}")
	reading=$(calc "${of[warm]} - $own")
	model=$(calc "${of[without]} - $own")
	writing=$(calc "${of[cold]} - $own - $reading - $model")
	record "3. Shares" "warm day, $1: reading the cache" % - "$(calc "100 * $reading / ${of[warm]}")"
	record "3. Shares" "cold day, $1: own work" % - "$(calc "100 * $own / ${of[cold]}")"
	record "3. Shares" "cold day, $1: reading the cache" % - "$(calc "100 * $reading / ${of[cold]}")"
	record "3. Shares" "cold day, $1: writing the cache" % - "$(calc "100 * $writing / ${of[cold]}")"
	record "3. Shares" "cold day, $1: the model" % - "$(calc "100 * $model / ${of[cold]}")"
}

bench_shares() {
	local -A clock=() cpu=()
	local -n of=clock
	shares_run cold flush warm
	shares_run warm :
	shares_run twice :
	shares_run without :
	shares_of "by the clock"
	local -n of=cpu
	shares_of "by CPU"
	notes+=("$SHARES_TEXT")
}
