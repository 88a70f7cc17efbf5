#!/bin/bash
# pipeline.sh: the whole run, from the raw bucket to the mod bucket:
#
#   s3ls … | s3cat -P 16 | senenrich --batch 5000 | s3put | cursor set
#
# Settings come from the caller's folder (config.yaml, .env), programs from bin/ beside this file.
# The exit status is that of the first stage that failed, not the SIGPIPE of the stages before it; 2 for usage; 75 if Redis is
# down at the start or another run holds the lock.
set -euo pipefail
share=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/share
# shellcheck source=share/common.sh
. "$share/common.sh" pipeline.sh
# shellcheck source=share/options.sh
. "$share/options.sh"
# shellcheck source=share/history.sh
. "$share/history.sh"

stages=(s3ls s3cat senenrich s3put cursor)

# Only one run at a time for one piece of work (servers, buckets, prefixes) of this user on this machine. The stages inherit the
# lock: it is released when the last of them has ended, even if this script was killed. Only this user can reach the file (see
# `cursor lock`), so nobody can replace it before it is opened.
lock() {
	local file fd
	file=$("$bin/cursor" "${common[@]}" lock) || return
	exec {fd}<>"$file"
	flock -n "$fd" || {
		say "another run is under way (it holds $file)"
		return 75
	}
}

# read_cursor: prints it.
read_cursor() {
	local after
	after=$("$bin/cursor" "${common[@]}" get) || return
	[[ $after =~ ^[0-9]+$ ]] || {
		say "error: cursor get: not a number: '$after'"
		return 1
	}
	((after <= EPOCHSECONDS + 60)) ||
		say "warning: the stored cursor $after is in the future ($(date -ud "@$after" +%FT%TZ)): no new file is found until then." \
			"Set it back: cursor set --force $EPOCHSECONDS"
	echo "$after"
}

# The current run.
after=''    # the cursor before it; '' until it is known
taken=''    # a file of keys or object records to run instead of a listing
started=0   # in microseconds
statuses=() # of the stages
stderr=2    # where the stages write messages

# Does everything that comes before the listing. If it fails, the run has changed nothing.
prepare() {
	read_settings history_file metrics_file && pin_settings || return
	"$bin/cursor" "${common[@]}" identity >"$tmp/identity" || return
	given dry-run || lock || return
	after=$(read_cursor) || return
	"$bin/cursor" "${common[@]}" failed >"$tmp/failed" || return
	! given retry-failed || taken=$tmp/failed
}

# stage PROGRAM ARG...: runs it in place of this shell.
stage() {
	local progress=()
	[ -z "${SENIORITY_LIVE:-}" ] || progress=(--progress "$tmp/$1.progress")
	exec "$bin/$1" --stats "$tmp/$1.json" "${progress[@]}" "${common[@]}" "${@:2}" 2>&"$stderr"
}

objects() {
	# Without a cursor, and within the look-back, the enriched objects show what is done.
	local listing=(--missing-from "${settings[mod_prefix]}" --exclude "$tmp/failed")
	if [ -n "$taken" ]; then
		cat "$taken"
		return
	fi
	! given settle || listing+=(--settle "${options[settle]}")
	if given sweep; then
		listing+=(--rewritten)
	elif ((after > 0)); then
		listing+=(--after "$after" --lookback "${options[lookback]}")
	fi
	stage s3ls "${listing[@]}"
}

# Sets statuses.
run_stages() {
	local stopped='' put_options=() cursor_options=()
	# Objects taken by name are done a second time and do not move the cursor, which is no reason for a warning.
	[ -z "$taken" ] || put_options=(--replace-rejects) cursor_options=(--quiet)
	# A signal reaches the stages too; this shell must outlive them.
	trap 'stopped=1' TERM INT HUP
	live_start
	# Hides bash's own message about a stage that was killed; blame prints a better one.
	exec {stderr}>&2 2>/dev/null
	objects |
		stage s3cat -P "${options[parallel]}" |
		stage senenrich --batch "${options[batch]}" |
		stage s3put "${put_options[@]}" |
		stage cursor set "${cursor_options[@]}" &&
		statuses=(0 0 0 0 0) || statuses=("${PIPESTATUS[@]}")
	live_end
	exec 2>&"$stderr" {stderr}>&-
	trap - TERM INT HUP
	[ -z "$stopped" ] || exit 143
}

live_pid=''

# live_start: shows a progress line on stderr until live_end, if stderr is a terminal. SENIORITY_LIVE tells the programs
# (src/lib/base/log.c) and say() to clear the line before a message.
live_start() {
	local left=0
	! given quiet && [ "$log_format" = text ] && [ -t 2 ] && [ "${TERM:-dumb}" != dumb ] || return 0
	[ -z "$taken" ] || left=$(grep -c . "$taken" || true)
	export SENIORITY_LIVE=1
	"$bin/senstat" --config /dev/null --format live --objects "$left" "$tmp"/{s3ls,senenrich,s3put}.progress "$tmp/s3ls.json" &
	live_pid=$!
}

live_end() {
	[ -n "$live_pid" ] || return 0
	kill "$live_pid" 2>/dev/null || true
	wait "$live_pid" 2>/dev/null || true
	live_pid=
	unset SENIORITY_LIVE
}

# overall STATUS...: the run's status, from those of its stages: the leftmost failure that does not follow from another one (141:
# its reader had left). 1 (failed for good) outweighs 75 (try again later).
overall() {
	local s first=0
	for s in "$@"; do
		((first == 0 && s != 0 && s != 141)) && first=$s
	done
	if ((first == 75)) && [[ " $* " == *" 1 "* ]]; then
		first=1
	elif ((first == 0)) && [[ " $* " == *" 141 "* ]]; then
		first=141
	fi
	echo "$first"
}

# blame STATUS...: prints which stages were killed.
blame() {
	local i s
	for i in "${!stages[@]}"; do
		s=${1:-0}
		shift || true
		((s <= 128 || s == 141)) || say "error: ${stages[i]} was killed by SIG$(kill -l "$s")"
	done
}

# run_round [FILE]: one run, in its own process, which exits with the run's status. FILE holds keys or object records to run
# instead of a listing.
run_round() {
	local status=0
	taken=${1:-} started=${EPOCHREALTIME/[.,]/}
	export SENIORITY_RUN_ID=${SENIORITY_RUN_ID:-$(new_run_id)}
	prepare || {
		status=$?
		given dry-run || [ ! -s "$tmp/identity" ] || ((status == 2)) || keep_run "$status"
		exit "$status"
	}
	if given dry-run; then
		objects
		exit
	fi
	run_stages
	status=$(overall "${statuses[@]}")
	blame "${statuses[@]}"
	((status != 0)) || settle_cursor || status=$?
	keep_run "$status"
	given quiet || add_up "${options[summary]/text/table}" "$tmp"/*.json || true
	exit "$status"
}

# keep_run STATUS: adds the run to the history and the metrics.
keep_run() {
	local failures=0
	# Counted only if it will be shown: Redis may be down.
	if [ -n "$after" ] && { [ -n "${settings[metrics_file]}" ] || (($1 != 0 && $1 != 75)); }; then
		failures=$("$bin/cursor" "${common[@]}" failed 2>/dev/null | wc -l) || failures=0
	fi
	note_run "$1" "$failures"
	keep_statistics "$(<"$tmp/identity")" "$tmp"/*.json
}

# note_run STATUS FAILURES: writes what senstat needs to know about the run besides the stages' statistics.
note_run() {
	local name
	{
		printf '{"program":"pipeline.sh","run":%s,"command":%s,"tools":%s,"arguments":%s,' "$(quoted "$SENIORITY_RUN_ID")" \
			"$(quoted "$(own_command)")" "$(quoted "$(tool_prefix)")" "$(quoted "$(config_argument)")"
		[ -z "$after" ] || printf '"after":%d,' "$after"
		[ -z "$taken" ] || printf '"named":1,'
		for name in sweep watch; do
			! given "$name" || printf '"%s":1,' "$name"
		done
		printf '"failures":%d,"ended":%d,"microseconds":%d,"status":%d}\n' \
			"$2" "$EPOCHSECONDS" $((${EPOCHREALTIME/[.,]/} - started)) "$1"
	} >"$tmp/pipeline.json"
}

# own_command: what the user types to run this script; tool_prefix: what goes before a program's name; config_argument: what
# goes after either.
own_command() {
	if [[ $home == */lib/seniority ]]; then echo seniority; else printf '%q' "$0"; fi
}

tool_prefix() {
	if [[ $home == */lib/seniority ]]; then
		echo 'seniority '
	elif [ "$(command -v cursor)" != "$bin/cursor" ]; then
		printf '%q/' "$bin"
	fi
}

config_argument() {
	local i config=''
	for ((i = 0; i + 1 < ${#common[@]}; i++)); do
		[ "${common[i]}" != --config ] || config=" --config $(printf '%q' "${common[i + 1]}")"
	done
	printf '%s' "$config"
}

# If all objects of a complete listing are stored, everything up to the highest number in it is done, even beyond the last
# object that was processed. Moving the cursor there saves the next run from checking them again.
settle_cursor() {
	local settled value
	note_run 0 0
	settled=$(add_up settled "$tmp"/*.json) || return 0
	[ -n "$settled" ] || return 0
	# If the settings were edited meanwhile, they may name another cursor.
	value=$("$bin/cursor" "${common[@]}" identity) && [ "$value" = "$(<"$tmp/identity")" ] || return 0
	# If Redis lost the cursor and the failed objects meanwhile, those objects must be found again.
	value=$("$bin/cursor" "${common[@]}" get) || return
	((value >= after)) || return 0
	"$bin/cursor" "${common[@]}" set "$settled" && after=$settled
}

# run_script NAME ARG...: calls NAME_main of share/NAME.sh, which ends the script.
run_script() {
	# shellcheck source=/dev/null
	. "$home/share/$1.sh"
	"${1}_main" "${@:2}"
}

main() {
	case ${1:-} in
	report | rejects | verify)
		need_programs "${stages[@]}" senstat
		make_room
		program="$program $1"
		run_script "$@"
		;;
	esac
	parse "$@"
	if given demo; then
		run_script demo "${demo_options[@]}"
	fi
	need_programs "${stages[@]}" senstat
	make_room
	! given check || run_script check </dev/null
	while :; do
		rm -f "$tmp"/*
		in_group run_round
		given watch && ((job_status != 2)) || exit "$job_status"
		in_group sleep "${options[watch]}"
	done
}

main "$@"
