#!/bin/bash
# pipeline.sh: the whole run, from the raw bucket to the mod bucket:
#
#   s3ls … | s3cat -P 16 | senenrich --batch 5000 | s3put | cursor set
#
# Settings come from the caller's folder (config.yaml, .env), programs from bin/ beside this file.
# Exit status: that of the stage that failed first, not the SIGPIPE of those in front of it; 2 for usage,
# 75 where Redis is down at the start or another run holds the lock.
set -euo pipefail
export LC_NUMERIC=C

program=pipeline.sh
home=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
bin=${SENIORITY_BIN:-$home/bin} # another build, for its tests
stages=(s3ls s3cat senenrich s3put cursor)
# shellcheck source=share/summary.sh
. "$home/share/summary.sh"

usage() {
	cat <<'END'
Usage: pipeline.sh [OPTION]...
       pipeline.sh --demo [--s3] [--no-install]
Enriches every raw posting that is not enriched yet.

  -P, --parallel N       download N objects at once (16)
      --batch N          most postings in one batch (5000)
      --lookback TIME    look for late files this long before the cursor (1d)
      --settle TIME      leave out what was modified more recently than that
      --retry-failed     take exactly the objects that failed for good, once more
      --dry-run          print what would be done; do nothing
      --watch SECONDS    go round for ever, SECONDS after the end of each round
      --summary FORMAT   text or json (text)
      --config FILE      settings from FILE instead of config.yaml
  -q, --quiet            no summary, and no warnings
  -v, --verbose          say more
  -h, --help             this
      --version          the version

      --demo             show it all, on a store, a Redis and a model of its own
      --s3               with --demo: on a real local S3 server
      --no-install       with --demo: install no package

Exit status: 0 all done; 1 something failed for good; 2 usage or configuration;
75 a service could not be reached, or another run is under way: try again later.
END
}

say() {
	echo "$program: $*" >&2
}

usage_error() {
	say "$*"
	echo "Try '$program --help'." >&2
	exit 2
}

parallel=16 batch=5000 lookback=1d summary=text watch='' demo='' demo_options=()
retry_failed='' dry_run='' quiet=''
list_options=() common=()

parse() {
	local option value
	while (($# > 0)); do
		option=$1
		shift
		case $option in
		--*=*)
			value=${option#*=}
			option=${option%%=*}
			case $option in
			--parallel | --batch | --lookback | --settle | --watch | --summary | --config) set -- "$value" "$@" ;;
			*) usage_error "unknown option or one without a value: $option=" ;;
			esac
			;;
		-P?*)
			set -- "${option#-P}" "$@"
			option=-P
			;;
		esac
		case $option in
		-P | --parallel | --batch | --lookback | --settle | --watch | --summary | --config)
			value=${1:-}
			[ -n "$value" ] || usage_error "$option needs a value"
			shift
			;;
		esac
		case $option in
		-P | --parallel) parallel=$value ;;
		--batch) batch=$value ;;
		--lookback) need_time "$option" "$value" && lookback=$value ;;
		--settle) need_time "$option" "$value" && list_options+=(--settle "$value") ;;
		--watch) need_time "$option" "$value" && watch=$value ;;
		--summary) summary=$value ;;
		--config) common+=(--config "$value") ;;
		--retry-failed) retry_failed=1 ;;
		--dry-run) dry_run=1 ;;
		-q | --quiet) quiet=1 common+=(--quiet) ;;
		-v | --verbose) common+=(--verbose) ;;
		--demo) demo=1 ;;
		--s3 | --no-install) demo_options+=("$option") ;;
		-h | --help)
			usage
			exit 0
			;;
		--version)
			need_programs
			"$bin/s3ls" --version | sed "s/^s3ls/$program/"
			exit 0
			;;
		-*) usage_error "unknown option: $option" ;;
		*) usage_error "no operands are taken: $option" ;;
		esac
	done
	[[ $summary == text || $summary == json ]] || usage_error "--summary is text or json, not '$summary'"
	[ -z "$watch" ] || [ -z "$dry_run$retry_failed" ] || usage_error "--watch goes with neither --dry-run nor --retry-failed"
	[ -n "$demo" ] || ((${#demo_options[@]} == 0)) || usage_error "${demo_options[0]} goes with --demo alone"
}

need_time() {
	[[ $2 =~ ^[0-9]+(\.[0-9]+)?(s|m|h|d)?$ ]] || usage_error "$1: not a time (30, 30s, 5m, 2h, 1d): '$2'"
}

need_programs() {
	local name
	for name in "${stages[@]}"; do
		[ -x "$bin/$name" ] || {
			say "error: $bin/$name is not there: build the programs with \`make\`, or try \`$program --demo\`"
			exit 2
		}
	done
}

# setting NAME: its value, as all programs see it.
setting() {
	sed -nE "s/^$1: \"(.*)\" # .*/\1/p" "$tmp/settings" | sed 's/\\\(["\\]\)/\1/g'
}

# One run for one piece of work (store, buckets, prefixes) on this machine, whoever starts it. The stages inherit
# the lock: where this script alone is killed, it is held until the last of them has ended.
lock() {
	local folder=/tmp file
	[ ! -k /run/lock ] || folder=/run/lock
	file=$folder/seniority-$( (setting endpoint_url && cat "$tmp/key") | sha256sum | cut -c1-32).lock
	# Made with O_EXCL and then only read: nothing happens through somebody's link.
	(umask 022 && set -C && : >"$file") 2>/dev/null || true
	if [ ! -f "$file" ] || [ -L "$file" ] || [ ! -r "$file" ]; then
		say "error: $file cannot be used as a lock"
		return 1
	fi
	exec {lock_fd}<"$file"
	flock -n "$lock_fd" || {
		say "another run is under way (it holds $file)"
		unlock
		return 75
	}
}

unlock() {
	[ -z "${lock_fd:-}" ] || exec {lock_fd}<&-
	lock_fd=
}

# Everything that is known before the first object is listed; on any failure nothing has been done.
prepare() {
	rm -f "$tmp"/*
	"$bin/s3ls" "${common[@]}" --print-config >"$tmp/settings" || return
	"$bin/cursor" "${common[@]}" key >"$tmp/key" || return
	[ -n "$dry_run" ] || lock || return
	after=$("$bin/cursor" "${common[@]}" get) || return
	[[ $after =~ ^[0-9]+$ ]] || {
		say "error: cursor get: not a number: '$after'"
		return 1
	}
	"$bin/cursor" "${common[@]}" failed >"$tmp/failed" || return
	# Where no cursor is stored, and where late files are looked for, what is there already says what to leave out.
	listing=("${common[@]}" --missing-from "$(setting mod_prefix)" --exclude "$tmp/failed" "${list_options[@]}")
	((after == 0)) || listing+=(--after "$after" --lookback "$lookback")
}

objects() {
	if [ -n "$retry_failed" ]; then
		cat "$tmp/failed"
	else
		"$bin/s3ls" --stats "$tmp/s3ls.json" "${listing[@]}"
	fi
}

run_stages() {
	# A signal goes to the stages as well; this shell outlives them to say how each ended.
	trap : TERM INT HUP
	set +e
	objects |
		"$bin/s3cat" --stats "$tmp/s3cat.json" "${common[@]}" -P "$parallel" |
		"$bin/senenrich" --stats "$tmp/senenrich.json" "${common[@]}" --batch "$batch" |
		"$bin/s3put" --stats "$tmp/s3put.json" "${common[@]}" |
		"$bin/cursor" --stats "$tmp/cursor.json" "${common[@]}" set
	echo "${PIPESTATUS[*]}" >"$tmp/statuses"
}

# The status of the run, from those of its stages: the leftmost that is no consequence (141: its reader had gone);
# something that failed for good is more than something that may go through later.
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

blame() {
	local i s
	for i in "${!stages[@]}"; do
		s=${1:-0}
		shift || true
		((s <= 128 || s == 141)) || say "error: ${stages[i]} was killed by SIG$(kill -l "$s")"
	done
}

run_round() {
	local statuses status=0 started=${EPOCHREALTIME/[.,]/}
	prepare || {
		status=$?
		unlock
		return "$status"
	}
	if [ -n "$dry_run" ]; then
		objects
		return
	fi
	set -m # a process group of their own, so that a signal reaches all of them
	run_stages </dev/null &
	job=$!
	set +m
	wait "$job" || true
	job=
	read -ra statuses <"$tmp/statuses" || statuses=(137 137 137 137 137)
	status=$(overall "${statuses[@]}")
	blame "${statuses[@]}"
	settle_cursor "$status" || status=$?
	[ -n "$quiet" ] || summarise "$summary" "$status" $((${EPOCHREALTIME/[.,]/} - started))
	unlock
	return "$status"
}

# A listing that found nothing left to do says that all is done up to the highest number that it saw: the next run
# need not look at all that again.
settle_cursor() {
	local upto
	(($1 == 0)) && [ -z "$retry_failed" ] && [ "$(number s3ls listed)" = 0 ] || return 0
	upto=$(number s3ls upto)
	((${upto:-0} > after)) || return 0
	"$bin/cursor" "${common[@]}" set "$upto"
}

clean_up() {
	[ -z "${tmp:-}" ] || rm -rf "$tmp"
}

# stop SIGNAL: the stages end by it, then this script does.
stop() {
	trap '' INT TERM HUP
	if [ -n "${job:-}" ]; then
		kill "-$1" -- "-$job" 2>/dev/null || true
		wait "$job" 2>/dev/null || true
	fi
	clean_up
	trap - EXIT "$1"
	kill "-$1" $$
}

main() {
	local status
	parse "$@"
	if [ -n "$demo" ]; then
		# shellcheck source=share/demo.sh
		. "$home/share/demo.sh"
		demo_main "${demo_options[@]}"
		exit
	fi
	need_programs
	tmp=$(mktemp -d)
	trap clean_up EXIT
	trap 'stop INT' INT
	trap 'stop TERM' TERM
	trap 'stop HUP' HUP
	while :; do
		status=0
		run_round || status=$?
		[ -n "$watch" ] && ((status != 2)) || exit "$status"
		set -m
		sleep "$watch" &
		job=$!
		set +m
		wait "$job" || true
		job=
	done
}

main "$@"
