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

home=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
program=pipeline.sh
[[ $home != */lib/seniority ]] || program=seniority # installed: what is in the PATH then
called=$program # also where a subcommand is added to program
bin=${SENIORITY_BIN:-$home/bin} # another build, for its tests
stages=(s3ls s3cat senenrich s3put cursor)
# shellcheck source=share/say.sh
. "$home/share/say.sh"
# shellcheck source=share/summary.sh
. "$home/share/summary.sh"
# shellcheck source=share/record.sh
. "$home/share/record.sh"
# shellcheck source=share/progress.sh
. "$home/share/progress.sh"
# shellcheck source=share/nearest.sh
. "$home/share/nearest.sh"
# shellcheck source=share/options.sh
. "$home/share/options.sh"

need_programs() {
	local name
	for name in "${stages[@]}"; do
		[ -x "$bin/$name" ] || {
			say "error: $bin/$name is not there: build the programs with \`make\`, or try \`$program --demo\`"
			exit 2
		}
	done
}

# read_setting NAME: sets value to it, as all programs see it.
read_setting() {
	local line
	value=
	while IFS= read -r line; do
		[[ $line == "$1: \""*'" # '* ]] || continue
		line=${line#*: \"}
		line=${line%'" # '*}
		printf -v value %b "${line//'\"'/'"'}" # JSON's other escapes are among bash's
		return
	done <"$tmp/settings"
}

# setting NAME: prints it.
setting() {
	local value
	read_setting "$1"
	printf '%s\n' "$value"
}

# What says where the work is, as it was at the start, holds for all programs of this run: config.yaml may be edited
# while it is under way, and half of them must not see what the other half does not.
pin_settings() {
	local name value
	for name in endpoint_url input_bucket output_bucket {raw,mod,reject}_prefix cursor_store; do
		read_setting "$name"
		[ -z "$value" ] || export "${name^^}=$value"
	done
}

# One run for one piece of work (servers, buckets, prefixes) of this user on this machine, whatever starts it. The stages
# inherit the lock: it is free when the last of them has ended, whatever became of this script. Nobody else can reach the
# file (cursor lock), so nothing can be put in its place before it is opened.
lock() {
	local file fd
	file=$("$bin/cursor" "${common[@]}" lock) || return
	exec {fd}<>"$file"
	flock -n "$fd" || {
		say "another run is under way (it holds $file)"
		return 75
	}
}

# Everything that is known before the first object is listed; on any failure nothing has been done.
prepare() {
	"$bin/s3ls" "${common[@]}" --print-config >"$tmp/settings" || return
	log_format=$(setting log_format)
	pin_settings
	"$bin/cursor" "${common[@]}" identity >"$tmp/identity" || return
	[ -n "$dry_run" ] || lock || return
	after=$("$bin/cursor" "${common[@]}" get) || return
	[[ $after =~ ^[0-9]+$ ]] || {
		say "error: cursor get: not a number: '$after'"
		return 1
	}
	((after <= EPOCHSECONDS + 60)) ||
		say "warning: the stored cursor $after is in the future ($(date -ud "@$after" +%FT%TZ)): no new file is found until then." \
			"Set it back: cursor set --force $EPOCHSECONDS"
	"$bin/cursor" "${common[@]}" failed >"$tmp/failed" || return
	[ -z "$retry_failed" ] || take=$tmp/failed
	# What is taken by name is done a second time, and moves no cursor: of that there is nothing to warn.
	[ -z "$take" ] || put_options=(--replace-rejects) cursor_options=(--quiet)
	# Where no cursor is stored, and where late files are looked for, what is there already says what to leave out.
	listing=(--missing-from "$(setting mod_prefix)" --exclude "$tmp/failed" "${list_options[@]}")
	if [ -n "$sweep" ]; then
		listing+=(--rewritten)
	elif ((after > 0)); then
		listing+=(--after "$after" --lookback "$lookback")
	fi
}

# stage PROGRAM ARG...: becomes that program.
stage() {
	exec "$bin/$1" --stats "$tmp/$1.json" ${live_pid:+--progress "$tmp/$1.progress"} "${common[@]}" "${@:2}" 2>&"$stderr"
}

objects() {
	if [ -n "$take" ]; then
		cat "$take"
	else
		stage s3ls "${listing[@]}"
	fi
}

# Sets statuses, those of the stages.
run_stages() {
	local stopped='' stderr
	# A signal goes to the stages as well; this shell outlives them.
	trap 'stopped=1' TERM INT HUP
	live_start
	# bash's own words about a stage that was killed are of no use; blame has better ones.
	exec {stderr}>&2 2>/dev/null
	objects |
		stage s3cat -P "$parallel" |
		stage senenrich --batch "$batch" |
		stage s3put "${put_options[@]}" |
		stage cursor set "${cursor_options[@]}" &&
		statuses=(0 0 0 0 0) || statuses=("${PIPESTATUS[@]}")
	exec 2>&"$stderr" {stderr}>&-
	live_end
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
	export SENIORITY_RUN_ID=${SENIORITY_RUN_ID:-$(new_run_id)}
	prepare || {
		status=$?
		[ -n "$dry_run" ] || [ ! -s "$tmp/identity" ] || ((status == 2)) || record_run "$status" $((${EPOCHREALTIME/[.,]/} - started))
		exit "$status"
	}
	if [ -n "$dry_run" ]; then
		stderr=2
		objects
		exit
	fi
	run_stages
	status=$(overall "${statuses[@]}")
	blame "${statuses[@]}"
	settle_cursor "$status" || status=$?
	record_run "$status" $((${EPOCHREALTIME/[.,]/} - started))
	[ -n "$quiet" ] || summarise "$summary" "$status" $((${EPOCHREALTIME/[.,]/} - started))
	exit "$status"
}

# Where all of a whole listing is stored now, everything is done up to the highest number that it saw, also behind the
# last object that was to do; after a first run without one, the next need not look at all that again.
settle_cursor() {
	local value highest
	number s3ls unsettled
	(($1 == 0)) && [ -z "$take" ] && [ "$value" = 0 ] || return 0
	number s3ls highest
	highest=${value:-0}
	number cursor moved_to
	((highest > after && highest > ${value:-0})) || return 0
	# The settings may have been edited meanwhile, and then mean another cursor.
	value=$("$bin/cursor" "${common[@]}" identity) && [ "$value" = "$(<"$tmp/identity")" ] || return 0
	# What was recorded as failed is behind the cursor; were both lost meanwhile, it must be found again.
	value=$("$bin/cursor" "${common[@]}" get) || return
	((value >= after)) || return 0
	"$bin/cursor" "${common[@]}" set "$highest" && after=$highest
}

clean_up() {
	rm -rf "$tmp"
}

# stop SIGNAL: what runs ends by it, then this script does.
stop() {
	trap '' INT TERM HUP
	[ -n "$job" ] || job=$(jobs -p) # begun, and not noted yet
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

# Sets tmp, a folder that goes with this script, however that ends.
make_room() {
	tmp=$(mktemp -d)
	trap clean_up EXIT
	trap 'stop INT' INT
	trap 'stop TERM' TERM
	trap 'stop HUP' HUP
}

# subcommand NAME ARG...: share/NAME.sh has a function NAME_main.
subcommand() {
	# shellcheck source=/dev/null
	. "$home/share/$1.sh"
	program="$program $1"
	"${1}_main" "${@:2}"
}

main() {
	local status
	job=
	case ${1:-} in
	report | rejects | verify)
		need_programs
		make_room
		subcommand "$@"
		exit
		;;
	esac
	parse "$@"
	if [ -n "$demo" ]; then
		# shellcheck source=share/demo.sh
		. "$home/share/demo.sh"
		demo_main "${demo_options[@]}"
		exit
	fi
	need_programs
	make_room
	if [ -n "$check" ]; then
		# shellcheck source=share/check.sh
		. "$home/share/check.sh"
		check_main </dev/null
	fi
	while :; do
		rm -f "$tmp"/*
		in_group run_round
		[ -n "$watch" ] && ((status != 2)) || exit "$status"
		in_group sleep "$watch"
	done
}

main "$@"
