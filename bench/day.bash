# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and lib.bash, or used through namerefs
# Questions 2 and 4: a day of files through the whole pipe on the embedded store; CPU and memory of each stage and of Redis.

day_keep() {
	local stage
	peaks+=("$(peak_of_all)")
	redis_peaks+=("$(awk '/^VmHWM/ { print $2 / 1000 }' "/proc/${server[redis]}/status")")
	for stage in s3ls s3cat senenrich s3put cursor; do
		printf '%s %s %s\n' "$stage" "$(stat_of $stage cpu_seconds)" "$(calc "$(stat_of $stage peak_kib) * 1024 / 1e6")" >>"$work/stages"
	done
}

day_stages() { # LABEL DATA: figures, and DATA for a plot
	local stage values
	: >"$2"
	for stage in s3ls s3cat senenrich s3put cursor; do
		mapfile -t values < <(awk -v s=$stage '$1 == s { print $2 }' "$work/stages")
		record "4. Stages, $1" "$stage: CPU" s - "${values[@]}"
		printf '"%s" %s' "$stage" "$(median "${values[@]}")" >>"$2"
		mapfile -t values < <(awk -v s=$stage '$1 == s { print $3 }' "$work/stages")
		record "4. Stages, $1" "$stage: peak memory" MB - "${values[@]}"
		printf ' %s\n' "$(median "${values[@]}")" >>"$2"
	done
	record "4. Stages, $1" "Redis: CPU" s - "${redis_cpus[@]}"
	record "4. Stages, $1" "Redis: peak memory" MB - "${redis_peaks[@]}"
	printf '"Redis" %s %s\n' "$(median "${redis_cpus[@]}")" "$(median "${redis_peaks[@]}")" >>"$2"
}

bench_day() {
	local peaks=() redis_peaks=() rates cold count=$((day_files * PER_FILE)) limit=-
	use_store day file
	repeat fresh_cold pipe
	cold=$(stat_of senenrich pairs_asked)
	record "2. A day" "$day_files files, $count postings, cold (a model that answers at once)" s - "${walls[@]}"
	record "2. A day" "pairs asked of the model, cold" pairs - "$cold"
	: >"$work/stages"
	repeat fresh pipe day_keep
	((day_files < 1440)) || limit="<=20"
	record "2. A day" "$day_files files, $count postings, warm Redis" s "$limit" "${walls[@]}"
	each rates "$count / a" walls
	record "2. A day" "the same" postings/s - "${rates[@]}"
	record "2. A day" "peak memory of all programs together" MB "<=300" "${peaks[@]}"
	day_stages "warm day" "$work/stages.dat"
	fresh
}
