# shellcheck shell=bash
# report.sh: `pipeline.sh report` writes a self-contained HTML page about the runs so far. Sourced by pipeline.sh.

# shellcheck source=share/history.sh
[ "${home:-}" ] || . "${BASH_SOURCE[0]%/*}/history.sh"

report_usage() {
	help_text <<'END'
Usage: pipeline.sh report [OPTION]...
Write an HTML page about the runs: postings, answers, calls, rejects, levels.

      --output FILE            write to FILE; -: stdout (seniority-report.html)
      --history FILE           read FILE instead of history_file
      --config FILE            read the settings from FILE (config.yaml)
  -h, --help                   print this

It needs gnuplot (Debian: gnuplot-nox).

Examples:
  pipeline.sh report
  pipeline.sh report --output - | gzip > report.html.gz
END
}

report_main() {
	local output=seniority-report.html history=
	while (($# > 0)); do
		case $1 in
		--*=*)
			set -- "${1%%=*}" "${1#*=}" "${@:2}"
			continue
			;;
		--output | --history | --config) [ -n "${2:-}" ] || usage_error "$1 needs a value" ;;
		esac
		case $1 in
		--output) output=$2 && shift ;;
		--history) history=$2 && shift ;;
		--config) common+=(--config "$2") && shift ;;
		-h | --help) report_usage && exit ;;
		*) usage_error "unknown option: $1" ;;
		esac
		shift
	done
	command -v gnuplot >/dev/null || {
		say "error: gnuplot is not installed: apt-get install gnuplot-nox"
		exit 2
	}
	read_settings history_file output_bucket mod_prefix || exit
	[ -n "$history" ] || history=$(history_path "$("$bin/cursor" "${common[@]}" identity)") || exit
	[ -r "$history" ] || {
		say "error: there is no history of runs yet${history:+ ($history)}: each run keeps a line, see history_file"
		exit 2
	}
	report_page "$history" "s3://${settings[output_bucket]}/${settings[mod_prefix]}" >"$tmp/page" || exit
	report_write "$output" "$history"
	exit 0
}

# report_page HISTORY TITLE: prints it.
report_page() {
	add_up gnuplot "$1" >"$tmp/figures" || return
	(cd "$tmp" && gnuplot figures 2>why) || {
		say "error: gnuplot: $(tail -n 1 "$tmp/why")"
		return 1
	}
	add_up html --figures "$tmp" --title "$2" "$1" 2>/dev/null
}

# report_write FILE HISTORY
report_write() {
	if [ "$1" = - ]; then
		cat "$tmp/page"
		return
	fi
	(cat "$tmp/page" >"$1") 2>"$tmp/why" || {
		say "error: $1 cannot be written: $(sed 's/.*: //' "$tmp/why") (--output FILE says where it is to go)"
		exit 1
	}
	echo "$1: $(wc -l <"$2") runs"
}
