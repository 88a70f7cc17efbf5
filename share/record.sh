# shellcheck shell=bash disable=SC2154
# record.sh: what is kept of each run: a line of the history (for `pipeline.sh report`) and metrics for Prometheus. To be
# sourced by pipeline.sh; uses its $bin, $tmp, $common and $after, setting(), number() and summarise(). Neither ever fails a run.

history_most=10000 # runs that are kept

short_hash() {
	sha256sum | head -c 8
}

# Where the history is; nothing where none is to be kept.
history_path() {
	local path state older
	path=$(setting history_file)
	[ "$path" != none ] || return 0
	if [ -z "$path" ]; then
		state=${STATE_DIRECTORY:-}
		[ -n "$state" ] || state=${XDG_STATE_HOME:-${HOME:-/nonexistent}/.local/state}/seniority
		state=${state%%:*}
		path=$state/history-$(short_hash <"$tmp/identity").ndjson
		# Older versions named it by the cursor's key, which did not tell servers apart. Theirs is kept: they may run again.
		older=$("$bin/cursor" "${common[@]}" key --older)
		older=$state/history-$(short_hash <<<"$older").ndjson
		if [ ! -e "$path" ] && [ -f "$older" ]; then
			cp "$older" "$path.new" && mv "$path.new" "$path"
		fi
	fi
	echo "$path"
}

# record_run STATUS MICROSECONDS
record_run() {
	local name line value summed ended=$EPOCHSECONDS
	line="{\"run\":\"${SENIORITY_RUN_ID//[![:alnum:]._:-]/}\",\"ended\":$ended,"
	if [ -n "${after:-}" ]; then
		for name in level_{1..7} rejected_{line,company,title,model,forged}; do
			number senenrich "$name"
			line+="\"$name\":${value:-0},"
		done
		summed=$(summarise json "$1" "$2")
		line+=${summed:1}
	else
		line+="\"seconds\":$(printf '%d.%02d' $(($2 / 1000000)) $(($2 / 10000 % 100))),\"status\":$1}"
	fi
	record_history "$line" 2>"$tmp/why" || say "warning: no line of history is kept: $(tail -n 1 "$tmp/why")"
	name=$(setting metrics_file)
	[ -z "$name" ] || record_metrics "$name" "$line" 2>"$tmp/why" ||
		say "warning: $name: the metrics are not written: $(tail -n 1 "$tmp/why")"
}

record_history() {
	local path
	path=$(history_path)
	[ -n "$path" ] || return 0
	[[ $path != ?*/* ]] || mkdir -p "${path%/*}" || return
	printf '%s\n' "$1" >>"$path" || return
	# now and then; the lock keeps other runs away
	if (($(wc -l <"$path") > history_most + history_most / 10)); then
		tail -n "$history_most" "$path" >"$path.new" && mv "$path.new" "$path"
	fi
}

# member LINE NAME: 0 where it is not there, or null.
member() {
	[[ $1 =~ \"$2\":(-?[0-9.]+) ]] && echo "${BASH_REMATCH[1]}" || echo 0
}

# The counters go on from those in the file, so that a rate can be made of them.
record_metrics() {
	local path=$1 line=$2 name value status
	local -A old=() new=()
	if [ -f "$path" ]; then
		while read -r name value; do
			[[ $name == seniority_* && $value =~ ^[0-9.]+$ ]] && old[$name]=$value
		done <"$path"
	fi
	status=$(member "$line" status)
	for name in 0 1 75 other; do new["seniority_runs_total{status=\"$name\"}"]=0; done
	case $status in
	0 | 1 | 75) name=$status ;;
	*) name=other ;;
	esac
	new["seniority_runs_total{status=\"$name\"}"]=1
	for name in stored failed; do new["seniority_objects_total{result=\"$name\"}"]=$(member "$line" "$name"); done
	for name in object everybody nobody; do new["seniority_failures_total{fault=\"$name\"}"]=$(member "$line" "failed_$name"); done
	for name in written rejected; do new["seniority_postings_total{result=\"$name\"}"]=$(member "$line" "$name"); done
	for name in memo redis model; do new["seniority_answers_total{by=\"$name\"}"]=$(member "$line" "$name"); done
	for name in line company title model forged; do
		new["seniority_rejected_total{reason=\"$name\"}"]=$(member "$line" "rejected_$name")
	done
	for name in {1..7}; do new["seniority_level_total{level=\"$name\"}"]=$(member "$line" "level_$name"); done
	new[seniority_model_calls_total]=$(member "$line" calls)
	new[seniority_model_pairs_total]=$(member "$line" pairs)
	metrics_text >"$path.$$" && mv "$path.$$" "$path" && return
	rm -f "$path.$$"
	return 1
}

# metrics_counter NAME HELP: all of that name, in order.
metrics_counter() {
	local name
	printf '# HELP %s %s\n# TYPE %s counter\n' "$1" "$2" "$1"
	for name in "${!new[@]}"; do
		[[ $name != "$1" && $name != "$1{"* ]] || echo "$name $((${old[$name]:-0} + new[$name]))"
	done | sort
}

# metrics_gauge NAME HELP VALUE
metrics_gauge() {
	printf '# HELP %s %s\n# TYPE %s gauge\n%s %s\n' "$1" "$2" "$1" "$1" "$3"
}

metrics_text() {
	local ended cursor success failed
	ended=$(member "$line" ended)
	success=${old[seniority_last_success_timestamp_seconds]:-0}
	[ "$status" != 0 ] || success=$ended
	metrics_counter seniority_runs_total "Runs of the pipeline, by exit status."
	metrics_counter seniority_objects_total "Raw objects, by what became of them."
	metrics_counter seniority_failures_total "Raw objects that failed, by whose fault it was: the object's own, everybody's (it stopped the run), nobody's (it may pass)."
	metrics_counter seniority_postings_total "Postings, by what became of them."
	metrics_counter seniority_answers_total "Postings, by what gave their seniority."
	metrics_counter seniority_rejected_total "Rejected postings, by what was wrong with them."
	metrics_counter seniority_level_total "Postings, by seniority."
	metrics_counter seniority_model_calls_total "Calls to the model."
	metrics_counter seniority_model_pairs_total "Pairs asked of the model."
	metrics_gauge seniority_last_run_timestamp_seconds "When the last run ended." "$ended"
	metrics_gauge seniority_last_run_status "Exit status of the last run." "$status"
	metrics_gauge seniority_last_run_duration_seconds "How long the last run took." "$(member "$line" seconds)"
	metrics_gauge seniority_last_success_timestamp_seconds "When the last run ended that went well; 0: none did." "$success"
	[ -n "${after:-}" ] || return 0
	cursor=$(member "$line" cursor)
	failed=$("$bin/cursor" "${common[@]}" failed 2>/dev/null | wc -l) || failed=0
	metrics_gauge seniority_cursor_timestamp_seconds "Up to which time everything is done." "$cursor"
	metrics_gauge seniority_lag_seconds "How far the cursor is behind the end of the run." $((ended - cursor))
	metrics_gauge seniority_failed_objects "Objects that failed for good and were not taken again." "$failed"
}
