# shellcheck shell=bash
# common.sh SCRIPT: functions and variables that pipeline.sh, its subcommands and populate.sh share. Source it once, with the
# name of the script.
set -euo pipefail
export LC_NUMERIC=C

home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
bin=${SENIORITY_BIN:-$home/bin} # another build, for its tests
called=$1                       # the name in messages and help texts
[[ $home != */lib/seniority || $called != pipeline.sh ]] || called=seniority # installed: what is in the PATH then
program=$called                # a subcommand appends its name
log_format=${LOG_FORMAT:-text} # until the settings are read
common=()                      # options for all programs

# say TEXT...: prints a message on stderr as the programs do (src/lib/base/log.h), as text or, if log_format is json, as JSON.
# TEXT may begin with "warning: " or "error: "; without either it is an error.
say() {
	local text=$* level=error clear='' run=''
	[ -z "${SENIORITY_LIVE:-}" ] || [ ! -t 2 ] || clear=$'\r\e[K'
	if [ "$log_format" != json ]; then
		printf '%s%s: %s\n' "$clear" "$program" "$text" >&2
		return
	fi
	case $text in
	"warning: "*) level=warning text=${text#warning: } ;;
	"error: "*) text=${text#error: } ;;
	esac
	[ -z "${SENIORITY_RUN_ID:-}" ] || run="\"run\":$(quoted "$SENIORITY_RUN_ID"),"
	printf '%s{"time":"%s",%s"program":%s,"pid":%d,"level":"%s","message":%s}\n' "$clear" "$(iso_time)" \
		"$run" "$(quoted "$program")" "$BASHPID" "$level" "$(quoted "$text")" >&2
}

iso_time() {
	local now=$EPOCHREALTIME
	TZ=UTC printf '%(%Y-%m-%dT%H:%M:%S)T.%sZ' "${now%[.,]*}" "${now: -6:3}"
}

# quoted TEXT: prints it as a JSON string, which is valid for any bytes.
quoted() {
	if [[ $1 =~ ^[[:alnum:]\ ._:/-]*$ ]]; then # most texts need no escapes, and so no process
		printf '"%s"' "$1"
		return
	fi
	printf '%s' "$1" | iconv -c -f UTF-8 -t UTF-8 | LC_ALL=C awk '
		BEGIN {
			for (i = 1; i < 32; i++) code[sprintf("%c", i)] = sprintf("\\u%04x", i)
			code["\""] = "\\\""
			code["\\"] = "\\\\"
			printf "\""
		}
		NR > 1 { printf "\\n" }
		{ for (i = 1; i <= length($0); i++) { c = substr($0, i, 1); printf "%s", c in code ? code[c] : c } }
		END { printf "\"" }' || true
}

# usage_error TEXT...: ends the script.
usage_error() {
	say "$* (try '$program --help')"
	exit 2
}

# need_programs NAME...: ends the script if one is not built.
need_programs() {
	local name
	for name in "$@"; do
		[ -x "$bin/$name" ] || {
			say "error: $bin/$name is not there: build the programs with \`make\`, or try \`$called --demo\`"
			exit 2
		}
	done
}

# did_you_mean WORD NAME...: " (did you mean NAME?)", or nothing if none is near.
did_you_mean() {
	local dashes='' near word=$1
	shift
	[[ $word != --* ]] || dashes=--
	[ ! -x "$bin/s3ls" ] || near=$("$bin/s3ls" --print-nearest "${word#--}" "${@#--}")
	[ -z "${near:-}" ] || printf ' (did you mean %s?)' "$dashes$near"
}

# options_in: prints the long options in the help text on stdin, one per line.
options_in() {
	sed -nE 's/^ +(-[A-Za-z], )?(--[a-z0-9-]+).*/\2/p'
}

# unknown_option OPTION HELP: ends the script; HELP is the help text, which names the options.
unknown_option() {
	local names
	mapfile -t names < <(options_in <<<"$2")
	[[ " ${names[*]} " != *" $1 "* ]] || usage_error "$1 takes no value"
	usage_error "unknown option: $1$(did_you_mean "$1" "${names[@]}")"
}

# help_text: prints the help text on stdin with the name that the script was called by.
help_text() {
	sed "s/pipeline\.sh/$called/g"
}

# read_settings NAME...: reads these settings into `settings`, all at the same moment.
declare -A settings=()
read_settings() {
	local text values name i=0
	text=$("$bin/s3ls" "${common[@]}" "${@/#/--print-setting=}" && echo end) || return
	mapfile -t values <<<"$text"
	for name in "$@"; do
		settings[$name]=${values[i++]}
	done
}

# pin_settings: fixes the settings that name the work for all programs of this run, so that an edit of config.yaml meanwhile
# does not reach half of them. Also reads log_format.
pin_settings() {
	local name pinned=(endpoint_url input_bucket output_bucket raw_prefix mod_prefix reject_prefix cursor_store)
	read_settings log_format "${pinned[@]}" || return
	log_format=${settings[log_format]}
	for name in "${pinned[@]}"; do
		[ -z "${settings[$name]}" ] || export "${name^^}=${settings[$name]}"
	done
}

# new_run_id: prints a unique name for the run, by which a log search finds all its messages: "20240717T023854Z-5f3a9c01".
new_run_id() {
	TZ=UTC printf '%(%Y%m%dT%H%M%SZ)T-%08x' -1 "$SRANDOM"
}

tmp='' # a folder that is removed when the script ends, see make_room
job='' # the process group that in_group started
job_status=0

clean_up() {
	rm -rf "$tmp"
}

# stop SIGNAL: ends the job by this signal, then this script.
stop() {
	trap '' INT TERM HUP
	[ -n "$job" ] || job=$(jobs -p) # it may have started a moment ago
	if [ -n "$job" ]; then
		kill "-$1" -- "-$job" 2>/dev/null || true
		wait "$job" 2>/dev/null || true
	fi
	clean_up
	trap - EXIT "$1"
	kill "-$1" $$
}

make_room() {
	tmp=$(mktemp -d)
	trap clean_up EXIT
	trap 'stop INT' INT
	trap 'stop TERM' TERM
	trap 'stop HUP' HUP
}

# in_group COMMAND...: runs it in the background, in its own process group, so that a signal reaches all of it, while this
# shell only waits and can be interrupted at any time. Sets job_status. (If it returned the status, callers would write
# `in_group … ||`, and that would turn off `set -e` inside the command.)
# shellcheck disable=SC2034 # job_status is for those who source this
in_group() {
	job_status=0
	set -m
	"$@" </dev/null &
	job=$!
	set +m
	wait "$job" || job_status=$?
	job=
}
