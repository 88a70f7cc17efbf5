# shellcheck shell=bash disable=SC2154
# say.sh: what the scripts say on stderr, as the programs do (src/lib/base/log.h): text, or JSON where log_format is
# json. To be sourced by bash; uses the script's $program.

log_format=${LOG_FORMAT:-text}

# say TEXT...: with "warning: " or "error: " in front, or nothing, which is an error too.
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

# A name for this run that no other has, by which a log search finds all of it: "20240717T023854Z-5f3a9c01".
new_run_id() {
	TZ=UTC printf '%(%Y%m%dT%H%M%SZ)T-%08x' -1 "$SRANDOM"
}
