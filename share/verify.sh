# shellcheck shell=bash
# verify.sh: `pipeline.sh verify` reads the raw and the enriched objects of a time range and reports, for each raw object, whether
# all of it is there. It changes nothing. Sourced by pipeline.sh.

# shellcheck source=share/common.sh
[ "${home:-}" ] || . "${BASH_SOURCE[0]%/*}/common.sh" pipeline.sh

verify_usage() {
	help_text <<'END'
Usage: pipeline.sh verify FROM TO [OPTION]...
Read the raw, enriched and rejected objects of a time range and check, for each
raw object, that its lines = postings + rejects, and that the enriched object
was made from the raw object as it is now. Nothing is changed.

FROM and TO (exclusive) are unix seconds, or what `date -d` takes, in UTC.
Print one line of JSON per object (key, state, ok, lines, postings, rejected,
provenance), and the sums on standard error.

  -P, --parallel N             read N objects at once (16)
      --config FILE            read the settings from FILE (config.yaml)
  -q, --quiet                  print no sums
  -h, --help                   print this

Exit status: 0 everything up to the cursor is there; 1 something is not;
2 usage or configuration; 75 a service could not be reached.

Examples:
  pipeline.sh verify 2024-07-17 2024-07-18 | jq 'select(.ok | not)'
  pipeline.sh verify 1721174400 now >/dev/null
END
}

verify_main() {
	local from='' to='' parallel=16 quiet=''
	while (($# > 0)); do
		case $1 in
		--*=*)
			set -- "${1%%=*}" "${1#*=}" "${@:2}"
			continue
			;;
		-P | --parallel | --config) [ -n "${2:-}" ] || usage_error "$1 needs a value" ;;
		esac
		case $1 in
		-P | --parallel) parallel=$2 && shift ;;
		--config) common+=(--config "$2") && shift ;;
		-q | --quiet) quiet=1 common+=(--quiet) ;;
		-h | --help) verify_usage && exit ;;
		-*) usage_error "unknown option: $1" ;;
		*)
			if [ -z "$from" ]; then
				from=$1
			elif [ -z "$to" ]; then
				to=$1
			else
				usage_error "FROM and TO, and nothing else: $1"
			fi
			;;
		esac
		shift
	done
	[ -n "$to" ] || usage_error "from when to when?"
	from=$(verify_time "$from") && to=$(verify_time "$to") || exit
	((from < to)) || usage_error "FROM must be before TO"
	in_group verify_range "$from" "$to" "$parallel" "$quiet"
	exit "$job_status"
}

# verify_time TEXT: prints the time as unix seconds.
verify_time() {
	local seconds=$1
	[[ $1 =~ ^[0-9]{1,18}$ ]] || seconds=$(date -ud "$1" +%s 2>/dev/null) || usage_error "not a time: '$1'"
	[[ $seconds =~ ^[0-9]+$ ]] || usage_error "not a time after 1970: '$1'"
	echo "$seconds"
}

# verify_range FROM TO PARALLEL QUIET: runs in its own process, which exits with the status.
verify_range() {
	local after
	pin_settings || exit
	after=$("$bin/cursor" "${common[@]}" get) || exit
	"$bin/cursor" "${common[@]}" failed >"$tmp/failed" || exit
	verify_count raw "$1" "$2" "$3" "${settings[input_bucket]}" "${settings[raw_prefix]}"
	verify_count mod "$1" "$2" "$3" "${settings[output_bucket]}" "${settings[mod_prefix]}"
	verify_count rejected "$1" "$2" "$3" "${settings[output_bucket]}" "${settings[reject_prefix]}"
	verify_join "$after"
	[ -n "$4" ] || cat "$tmp/sums" >&2
	exit "$(<"$tmp/status")"
}

# verify_count NAME FROM TO PARALLEL BUCKET PREFIX: writes the number of lines of each object into $tmp/NAME. Any prefix is listed
# like the raw one, by the numbers in the names.
verify_count() {
	local status=0 listing=(--before "$3")
	(($2 <= 1)) || listing+=(--after $(($2 - 1)))
	INPUT_BUCKET=$5 RAW_PREFIX=$6 OUTPUT_BUCKET=none MOD_PREFIX=none/ REJECT_PREFIX=nothing/ \
		"$bin/s3ls" "${common[@]}" "${listing[@]}" >"$tmp/objects" || exit
	# An object that cannot be read has an error in its record.
	"$bin/s3cat" "${common[@]}" --count -P "$4" <"$tmp/objects" >"$tmp/$1" || status=$?
	((status == 0 || status == 1 || status == 75)) || exit "$status"
}

# verify_join CURSOR: prints one line per object with its state; writes the sums into $tmp/sums and the exit status into
# $tmp/status. The states:
#
#   done       it is enriched, complete, and made from the raw object as it is now (as far as that is known)
#   waiting    it is not enriched yet, and the cursor is before it
#   failed     it failed for good, and is recorded (cursor failed)
#   missing    it is not enriched, though the cursor has passed it
#   differs    it does not have as many lines as there are postings and rejects
#   rewritten  it was written again after it was enriched
#   unreadable it, or what was made from it, could not be read
verify_join() {
	LC_ALL=C awk -v raw="$(quoted "${settings[raw_prefix]}")" -v mod="$(quoted "${settings[mod_prefix]}")" \
		-v rejected="$(quoted "${settings[reject_prefix]}")" -v cursor="$1" -v sums="$tmp/sums" -v status="$tmp/status" '
		# 1,234,567
		function grouped(n,   behind, rest) {
			rest = sprintf("%.0f", n)
			for (; length(rest) > 3; rest = substr(rest, 1, length(rest) - 3))
				behind = "," substr(rest, length(rest) - 2) behind
			return rest behind
		}
		function row(title, n, note) { printf "%-9s%12s %s\n", title, grouped(n), note >sums }
		function text(name) {
			if (!match($0, "\"" name "\":\"([^\"\\\\]|\\\\.)*\"")) return ""
			return substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 5)
		}
		function number(name) {
			return match($0, "\"" name "\":[0-9]+") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0 : 0
		}
		# Finds what was made from the source `name`: sets got to its key, or "" if there is none.
		function find(kind, name,   i, key) {
			got = ""
			for (i = 1; i <= 3; i++) {
				key = kind SUBSEP name ending[i]
				if (key in lines) { got = key; used[key] }
			}
			return got != ""
		}
		function judge(   state, ok, provenance, postings, rejects, why) {
			postings = rejects = 0
			provenance = why = ""
			if (key in trouble) why = trouble[key]
			if (find("mod", name)) {
				postings = lines[got]
				provenance = source[got] == "" || etag == "" ? "unknown" : source[got] == etag ? "same" : "other"
				if (got in trouble) why = trouble[got]
			}
			state = got == "" ? "waiting" : "done"
			if (find("rejected", name)) {
				rejects = lines[got]
				if (got in trouble) why = trouble[got]
			}
			if (state == "waiting" && key in failed) state = "failed"
			else if (state == "waiting" && seconds + 0 <= cursor + 0) state = "missing"
			else if (why != "" && state == "done") state = "unreadable"
			else if (provenance == "other") state = "rewritten"
			else if (state == "done" && count != postings + rejects) state = "differs"
			ok = state == "done" || state == "waiting"
			total[state]++
			objects++
			all_lines += count; all_postings += postings; all_rejects += rejects
			if (state == "unreadable" && passing[why]) temporary++
			else if (!ok) wrong++
			printf "{\"key\":\"%s\",\"state\":\"%s\",\"ok\":%s,\"lines\":%.0f", key, state, ok ? "true" : "false", count
			if (state != "waiting" && state != "missing" && state != "failed")
				printf ",\"postings\":%.0f,\"rejected\":%.0f,\"provenance\":\"%s\"", postings, rejects, provenance
			if (why != "") printf ",\"reason\":\"%s\"", why
			print "}"
		}
		BEGIN {
			raw = substr(raw, 2, length(raw) - 2); mod = substr(mod, 2, length(mod) - 2)
			rejected = substr(rejected, 2, length(rejected) - 2)
			ending[1] = ""; ending[2] = ".gz"; ending[3] = ".zst"
		}
		FILENAME == ARGV[1] { failed[text("key")]; next }
		{ key = text("key"); why = text("reason") }
		FILENAME == ARGV[2] { at = "mod" SUBSEP substr(key, length(mod) + 1) }
		FILENAME == ARGV[3] { at = "rejected" SUBSEP substr(key, length(rejected) + 1) }
		FILENAME != ARGV[4] {
			lines[at] = number("lines"); source[at] = text("source_etag")
			if (why != "") { trouble[at] = why; passing[why] = /"temporary":true/ }
			if (at ~ /^mod/) enriched[at] = key
			next
		}
		{
			if (why != "") { trouble[key] = why; passing[why] = /"temporary":true/ }
			name = substr(key, length(raw) + 1); seconds = name; sub(/[^0-9].*/, "", seconds)
			count = number("lines"); etag = text("etag")
			judge()
		}
		END {
			for (at in enriched)
				if (!(at in used)) orphans++
			count = split("waiting failed missing differs rewritten unreadable", states, " ")
			for (i = 1; i <= count; i++)
				if (total[states[i]] > 0) text_of_states = text_of_states " + " grouped(total[states[i]]) " " states[i]
			row("objects", objects, "= " grouped(total["done"]) " done" text_of_states)
			row("lines", all_lines, "raw; " grouped(all_postings) " postings + " grouped(all_rejects) " rejected")
			if (orphans > 0) row("others", orphans, "enriched, of which the raw object has gone")
			print (wrong > 0 ? 1 : temporary > 0 ? 75 : 0) >status
		}' "$tmp/failed" "$tmp/mod" "$tmp/rejected" "$tmp/raw"
}
