# shellcheck shell=bash disable=SC2034,SC2154
# options.sh: the options of pipeline.sh. To be sourced by it; uses its $program, $called and $bin, sets the variables below for it.

usage() {
	sed "s/pipeline\.sh/$called/g" <<'END'
Usage: pipeline.sh [OPTION]...
       pipeline.sh report [OPTION]...      a page on the runs so far
       pipeline.sh rejects [OPTION]...     rejected postings, to run them again
       pipeline.sh verify FROM TO [OPTION]...      is all of a time range there?
       pipeline.sh --demo [--s3] [--no-install]
Enriches every raw posting that is not enriched yet.

  -P, --parallel N             download N objects at once (16)
      --batch N                most postings in one batch (5000)
      --lookback TIME          find late files so long before the cursor (1d)
      --settle TIME            leave out what is younger than that
      --sweep                  find and fill every hole there is
      --retry-failed           take just what failed for good, once more
      --check                  look at all that a run needs, and say what to do
      --dry-run                print what would be done; do nothing
      --watch SECONDS          go round for ever, SECONDS behind each round
      --summary text|json      how the summary is written (text)
      --log-format text|json   how messages are written (text)
      --config FILE            settings from FILE instead of config.yaml
  -q, --quiet                  no summary, and no warnings
  -v, --verbose                say more
  -h, --help                   this
      --version                the version

      --demo                   show it all, on store, Redis and model of its own
      --s3                     with --demo: on a real local S3 server
      --no-install             with --demo: install no package

Exit status: 0 all done; 1 something failed for good; 2 usage or configuration;
75 a service could not be reached, or another run is under way: try again later.

Examples:
  pipeline.sh --dry-run
  pipeline.sh --lookback 2h --summary json
END
}

usage_error() {
	say "$* (try '$program --help')"
	exit 2
}

parallel=16 batch=5000 lookback=1d summary=text watch='' demo='' demo_options=()
retry_failed='' sweep='' check='' dry_run='' quiet=''
take='' # a file of keys or object records that are run instead of a listing
list_options=() put_options=() cursor_options=() common=()

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
			--parallel | --batch | --lookback | --settle | --watch | --summary | --log-format | --config) set -- "$value" "$@" ;;
			*) unknown_option "$option" ;;
			esac
			;;
		-P?*)
			set -- "${option#-P}" "$@"
			option=-P
			;;
		esac
		case $option in
		-P | --parallel | --batch | --lookback | --settle | --watch | --summary | --log-format | --config)
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
		--log-format)
			[[ $value == text || $value == json ]] || usage_error "--log-format is text or json, not '$value'"
			log_format=$value common+=(--log-format "$value")
			;;
		--config) common+=(--config "$value") ;;
		--retry-failed) retry_failed=1 ;;
		--sweep) sweep=1 ;;
		--check) check=1 ;;
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
	[ -z "$sweep" ] || [ -z "$watch$retry_failed" ] || usage_error "--sweep goes with neither --watch nor --retry-failed"
	[ -n "$demo" ] || ((${#demo_options[@]} == 0)) || usage_error "${demo_options[0]} goes with --demo alone"
}

need_time() {
	[[ $2 =~ ^[0-9]+(\.[0-9]+)?(s|m|h|d)?$ ]] || usage_error "$1: not a time (30, 30s, 5m, 2h, 1d): '$2'"
}
