# shellcheck shell=bash
# history.sh: keeps a line about each run in the history, for `pipeline.sh report`, and metrics for Prometheus. Sourced by
# pipeline.sh; needs the settings history_file and metrics_file. An error here never fails a run.

# shellcheck source=share/common.sh
[ "${home:-}" ] || . "${BASH_SOURCE[0]%/*}/common.sh" pipeline.sh

history_most=10000 # runs that are kept

short_hash() {
	sha256sum | head -c 8
}

# history_path IDENTITY: prints the history file of the work with this identity (cursor identity); nothing if none is wanted.
history_path() {
	local path=${settings[history_file]} state older
	[ "$path" != none ] || return 0
	if [ -z "$path" ]; then
		state=${STATE_DIRECTORY:-}
		[ -n "$state" ] || state=${XDG_STATE_HOME:-${HOME:-/nonexistent}/.local/state}/seniority
		state=${state%%:*}
		path=$state/history-$(short_hash <<<"$1").ndjson
		# Older versions named it by the cursor's key, which was the same for all servers. Copied, as they may run again.
		older=$("$bin/cursor" "${common[@]}" key --older)
		older=$state/history-$(short_hash <<<"$older").ndjson
		if [ ! -e "$path" ] && [ -f "$older" ]; then
			cp "$older" "$path.new" && mv "$path.new" "$path"
		fi
	fi
	echo "$path"
}

# keep_statistics IDENTITY FILE...: in the history and the metrics; the FILEs are those of --stats.
keep_statistics() {
	keep_history "$@" 2>"$tmp/why" || say "warning: no line of history is kept: $(tail -n 1 "$tmp/why")"
	[ -z "${settings[metrics_file]}" ] || keep_metrics "${settings[metrics_file]}" "${@:2}" 2>"$tmp/why" ||
		say "warning: ${settings[metrics_file]}: the metrics are not written: $(tail -n 1 "$tmp/why")"
}

keep_history() {
	local path line
	path=$(history_path "$1")
	[ -n "$path" ] || return 0
	line=$(add_up history "${@:2}") || return
	[[ $path != ?*/* ]] || mkdir -p "${path%/*}" || return
	printf '%s\n' "$line" >>"$path" || return
	# trimmed now and then; the lock keeps other runs away
	if (($(wc -l <"$path") > history_most + history_most / 10)); then
		tail -n "$history_most" "$path" >"$path.new" && mv "$path.new" "$path"
	fi
}

# keep_metrics PATH FILE...: the counters continue those in the file.
keep_metrics() {
	add_up prometheus --counters "$1" "${@:2}" >"$1.$$" && mv "$1.$$" "$1" && return
	rm -f "$1.$$"
	return 1
}

# add_up FORMAT [OPTION...] FILE...: runs senstat, without config.yaml: an edit meanwhile must not fail it.
add_up() {
	"$bin/senstat" --config /dev/null --format "$@"
}
