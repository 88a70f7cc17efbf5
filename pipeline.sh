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
# shellcheck source=share/nearest.sh
. "$home/share/nearest.sh"

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

Examples:
  pipeline.sh --dry-run
  pipeline.sh --lookback 2h --summary json
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
			*) unknown_option "$option" ;;
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
		-*) unknown_option "$option" ;;
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
# the lock: it is free when the last of them has ended, whatever became of this script.
lock() {
	local folder=/tmp file fd
	[ ! -k /run/lock ] || folder=/run/lock
	file=$folder/seniority-$( (setting endpoint_url && cat "$tmp/key") | sha256sum | cut -c1-32).lock
	# Made with O_EXCL and then only read: nothing happens through somebody's link.
	(umask 022 && set -C && : >"$file") 2>/dev/null || true
	if [ ! -f "$file" ] || [ -L "$file" ] || [ ! -r "$file" ]; then
		say "error: $file cannot be used as a lock"
		return 1
	fi
	exec {fd}<"$file"
	flock -n "$fd" || {
		say "another run is under way (it holds $file)"
		return 75
	}
}

# Everything that is known before the first object is listed; on any failure nothing has been done.
prepare() {
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
	listing=(--missing-from "$(setting mod_prefix)" --exclude "$tmp/failed" "${list_options[@]}")
	((after == 0)) || listing+=(--after "$after" --lookback "$lookback")
}

# stage PROGRAM ARG...: becomes that program.
stage() {
	exec "$bin/$1" --stats "$tmp/$1.json" "${common[@]}" "${@:2}" 2>&"$stderr"
}

objects() {
	if [ -n "$retry_failed" ]; then
		cat "$tmp/failed"
	else
		stage s3ls "${listing[@]}"
	fi
}

# Sets statuses, those of the stages.
run_stages() {
	local stopped='' stderr
	# A signal goes to the stages as well; this shell outlives them.
	trap 'stopped=1' TERM INT HUP
	# bash's own words about a stage that was killed are of no use; blame has better ones.
	exec {stderr}>&2 2>/dev/null
	objects |
		stage s3cat -P "$parallel" |
		stage senenrich --batch "$batch" |
		stage s3put |
		stage cursor set &&
		statuses=(0 0 0 0 0) || statuses=("${PIPESTATUS[@]}")
	exec 2>&"$stderr" {stderr}>&-
	trap - TERM INT HUP
	[ -z "$stopped" ] || exit 143
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

# In a process of its own, which ends with the run's status.
run_round() {
	local statuses status=0 after listing stderr started=${EPOCHREALTIME/[.,]/}
	prepare || exit
	if [ -n "$dry_run" ]; then
		stderr=2
		objects
		exit
	fi
	run_stages
	status=$(overall "${statuses[@]}")
	blame "${statuses[@]}"
	settle_cursor "$status" || status=$?
	[ -n "$quiet" ] || summarise "$summary" "$status" $((${EPOCHREALTIME/[.,]/} - started))
	exit "$status"
}

# Where all of a whole listing is stored now, everything is done up to the highest number that it saw, also behind the
# last object that was to do; after a first run without one, the next need not look at all that again.
settle_cursor() {
	local highest
	(($1 == 0)) && [ -z "$retry_failed" ] && [ "$(number s3ls unsettled)" = 0 ] || return 0
	highest=$(number s3ls highest)
	((${highest:-0} > after && ${highest:-0} > $(number cursor moved_to))) || return 0
	"$bin/cursor" "${common[@]}" set "$highest" && after=$highest
}

clean_up() {
	rm -rf "$tmp"
}

# stop SIGNAL: what runs ends by it, then this script does.
stop() {
	trap '' INT TERM HUP
	if [ -n "$job" ]; then
		kill "-$1" -- "-$job" 2>/dev/null || true
		wait "$job" 2>/dev/null || true
	fi
	clean_up
	trap - EXIT "$1"
	kill "-$1" $$
}

# in_group COMMAND...: in the background, in a process group of its own, so that a signal reaches all of it; and this
# shell does nothing but wait, so that it can be interrupted at any time. Sets status.
in_group() {
	status=0
	set -m
	"$@" </dev/null &
	job=$!
	set +m
	wait "$job" || status=$?
	job=
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
	job=
	trap clean_up EXIT
	trap 'stop INT' INT
	trap 'stop TERM' TERM
	trap 'stop HUP' HUP
	while :; do
		rm -f "$tmp"/*
		in_group run_round
		[ -n "$watch" ] && ((status != 2)) || exit "$status"
		in_group sleep "$watch"
	done
}

main "$@"
