# shellcheck shell=bash
# rejects.sh: `pipeline.sh rejects` lists the rejected lines by reason, and the objects that failed for good; or retries them.
# Sourced by pipeline.sh.

# shellcheck source=share/common.sh
[ "${home:-}" ] || . "${BASH_SOURCE[0]%/*}/common.sh" pipeline.sh

rejects_usage() {
	help_text <<'END'
Usage: pipeline.sh rejects [OPTION]...
       pipeline.sh rejects --retry [OPTION]...
List the rejected postings by reason, and the objects that failed for good.

      --retry                  run all of their sources again; new rejects replace
                               the old ones
      --examples N             show N examples for each reason (3)
      --after N                only of sources with a number above N
      --config FILE            read the settings from FILE (config.yaml)
  -h, --help                   print this

Exit status: 0 shown, or all done; 1 something failed for good; 2 usage or
configuration; 75 a service could not be reached, or another run is under way.

Examples:
  pipeline.sh rejects --examples 1
  pipeline.sh rejects --retry
END
}

rejects_main() {
	local retry='' examples=3 after=0
	while (($# > 0)); do
		case $1 in
		--*=*)
			set -- "${1%%=*}" "${1#*=}" "${@:2}"
			continue
			;;
		--examples | --after | --config) [ -n "${2:-}" ] || usage_error "$1 needs a value" ;;
		esac
		case $1 in
		--retry) retry=1 ;;
		--examples) examples=$2 && shift ;;
		--after) after=$2 && shift ;;
		--config) common+=(--config "$2") && shift ;;
		-h | --help) rejects_usage && exit ;;
		*) usage_error "unknown option: $1" ;;
		esac
		shift
	done
	[[ $examples =~ ^[0-9]+$ && $after =~ ^[0-9]+$ ]] || usage_error "--examples and --after are numbers"
	rejects_collect "$after"
	if [ "$retry" ]; then rejects_retry; else rejects_show "$examples"; fi
}

# rejects_collect AFTER: writes the records of sources with a number above AFTER into $tmp/rejects and $tmp/failed, one per line.
rejects_collect() {
	local prefix
	read_settings output_bucket reject_prefix || exit
	"$bin/cursor" "${common[@]}" failed >"$tmp/failed" || exit
	prefix=${settings[reject_prefix]}
	# A prefix by name is listed completely, whatever the numbers.
	"$bin/s3ls" "${common[@]}" "s3://${settings[output_bucket]}/$prefix" >"$tmp/objects" || exit
	# Other lines under that prefix are not ours.
	rejects_after "$prefix" "$1" <"$tmp/objects" | "$bin/s3cat" "${common[@]}" --rejects |
		LC_ALL=C sed -n '/^{"@":"reject",/p' | rejects_once >"$tmp/rejects" || exit
}

# If a retry was killed, one object holds the rejects of two runs: each line of a source counts once.
rejects_once() {
	LC_ALL=C awk '
		{
			key = match($0, /"key":"([^"\\]|\\.)*"/) ? substr($0, RSTART, RLENGTH) : ""
			if (key != last) delete seen
			last = key
			place = substr($0, 1, index($0, ",\"reason\":"))
			if (place == "" || !(place in seen)) print
			seen[place]
		}'
}

# rejects_after PREFIX AFTER
rejects_after() {
	awk -v prefix="$1" -v after="$2" '
		match($0, /"key":"([^"\\]|\\.)*"/) {
			name = substr($0, RSTART + 7, RLENGTH - 8)
			number = substr(name, length(prefix) + 1)
			if (number + 0 > after || after == 0) print
		}'
}

# rejects_table EXAMPLES: prints counts and examples of the records on stdin, the most frequent first. Control characters of ASCII
# and Latin-1 become question marks, so that no record can control the terminal, whoever wrote it.
rejects_table() {
	awk -v examples="$1" '
		function text(name) {
			if (!match($0, "\"" name "\":\"([^\"\\\\]|\\\\.)*\"")) return ""
			return substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 5)
		}
		{
			reason = text("reason")
			if (!(reason in count)) order[++reasons] = reason
			if (count[reason]++ >= examples) next
			key = text("key")
			line = match($0, /"line":[0-9]+/) ? ", line " substr($0, RSTART + 7, RLENGTH - 7) : ""
			raw = match($0, /"raw(_base64)?":"/) ? substr($0, RSTART + RLENGTH, 100) : ""
			sub(/"}?$/, "", raw)
			shown[reason] = shown[reason] "            " key line (raw == "" ? "" : ": " raw) "\n"
		}
		END {
			for (i = 1; i <= reasons; i++) {
				most = 0
				for (reason in count) if (count[reason] > most || (count[reason] == most && reason < best)) { most = count[reason]; best = reason }
				printf "%10d  %s\n%s", most, best, shown[best]
				delete count[best]
			}
		}' | LC_ALL=C sed 's/\xc2[\x80-\x9f]/?/g; s/[[:cntrl:]]/?/g'
}

# rejects_show EXAMPLES
rejects_show() {
	local rejected failed
	rejected=$(wc -l <"$tmp/rejects") failed=$(wc -l <"$tmp/failed")
	if ((rejected + failed == 0)); then
		echo "nothing is rejected, and nothing failed for good"
		exit 0
	fi
	if ((rejected > 0)); then
		echo "$rejected rejected postings, under s3://${settings[output_bucket]}/${settings[reject_prefix]}"
		rejects_table "$1" <"$tmp/rejects"
	fi
	if ((failed > 0)); then
		echo "$failed objects that failed for good"
		rejects_table "$1" <"$tmp/failed"
	fi
	echo "to take them again, once the cause is mended: $(own_command) rejects --retry$(config_argument)"
	exit 0
}

# Prints the sources of all rejects and failures, each once, as records, which s3cat reads: their keys stay as JSON wrote them.
rejects_sources() {
	{
		grep -oE '^\{"@":"reject","key":"([^"\\]|\\.)*"' "$tmp/rejects" | sed 's/^{"@":"reject",/{/; s/$/}/'
		grep -oE '"key":"([^"\\]|\\.)*"' "$tmp/failed" | sed 's/^/{/; s/$/}/'
	} | sort -u
}

rejects_retry() {
	rejects_sources >"$tmp/sources" || true
	if [ ! -s "$tmp/sources" ]; then
		echo "nothing is rejected, and nothing failed for good"
		exit 0
	fi
	in_group run_round "$tmp/sources"
	exit "$job_status"
}
