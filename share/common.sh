# shellcheck shell=bash
# common.sh SCRIPT: what pipeline.sh, its subcommands and populate.sh have in common. To be sourced by bash, once, with the name
# of the script; it sets the variables that are the same for all of them.
set -euo pipefail
export LC_NUMERIC=C

home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
bin=${SENIORITY_BIN:-$home/bin} # another build, for its tests
called=$1                       # in messages and help texts
[[ $home != */lib/seniority || $called != pipeline.sh ]] || called=seniority # installed: what is in the PATH then
program=$called                # a subcommand puts its name behind it
log_format=${LOG_FORMAT:-text} # then that of the settings
common=()                      # options that all programs get

# say TEXT...: on stderr, as the programs do (src/lib/base/log.h): as text, or JSON if log_format is json. TEXT begins with
# "warning: ", "error: ", or with nothing, which is an error too.
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

# quoted TEXT: as a JSON string, valid whatever the bytes.
quoted() {
	if [[ $1 =~ ^[[:alnum:]\ ._:/-]*$ ]]; then # most are so simple that no process is needed
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

# options_in: the long options that the help on stdin has rows for, a line each.
options_in() {
	sed -nE 's/^ +(-[A-Za-z], )?(--[a-z0-9-]+).*/\2/p'
}

# unknown_option OPTION HELP: ends the script; HELP is the text that names the options.
unknown_option() {
	local names
	mapfile -t names < <(options_in <<<"$2")
	[[ " ${names[*]} " != *" $1 "* ]] || usage_error "$1 takes no value"
	usage_error "unknown option: $1$(did_you_mean "$1" "${names[@]}")"
}

# help_text: of the script, on stdin as pipeline.sh's own, by the name that it was called.
help_text() {
	sed "s/pipeline\.sh/$called/g"
}

# read_settings NAME...: their values into `settings`, all of one moment.
declare -A settings=()
read_settings() {
	local text values name i=0
	text=$("$bin/s3ls" "${common[@]}" "${@/#/--print-setting=}" && echo end) || return
	mapfile -t values <<<"$text"
	for name in "$@"; do
		settings[$name]=${values[i++]}
	done
}

# pin_settings: what says where the work is, as it is now, holds for all programs of this run: config.yaml may be edited while
# it is under way, and half of them must not see what the other half does not. Reads log_format, too.
pin_settings() {
	local name pinned=(endpoint_url input_bucket output_bucket raw_prefix mod_prefix reject_prefix cursor_store)
	read_settings log_format "${pinned[@]}" || return
	log_format=${settings[log_format]}
	for name in "${pinned[@]}"; do
		[ -z "${settings[$name]}" ] || export "${name^^}=${settings[$name]}"
	done
}

# A name for this run that no other has, by which a log search finds all of it: "20240717T023854Z-5f3a9c01".
new_run_id() {
	TZ=UTC printf '%(%Y%m%dT%H%M%SZ)T-%08x' -1 "$SRANDOM"
}

tmp='' # a folder that goes with this script, however that ends: make_room
job='' # what runs in a process group of its own: in_group
job_status=0

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

make_room() {
	tmp=$(mktemp -d)
	trap clean_up EXIT
	trap 'stop INT' INT
	trap 'stop TERM' TERM
	trap 'stop HUP' HUP
}

# in_group COMMAND...: in the background, in a process group of its own, so that a signal reaches all of it; and this
# shell does nothing but wait, so that it can be interrupted at any time. Sets job_status to the command's; to return it
# would take `set -e` from the command.
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
