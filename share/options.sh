# shellcheck shell=bash disable=SC2034,SC2154
# options.sh: the options of pipeline.sh. To be sourced by it; uses its $program, $called and $bin, sets the variables below for it.

usage() {
	sed "s/pipeline\.sh/$called/g" <<'END'
Usage: pipeline.sh [OPTION]...
       pipeline.sh report [OPTION]...      a page about the runs so far
       pipeline.sh rejects [OPTION]...     list rejected postings, or retry them
       pipeline.sh verify FROM TO [OPTION]...      check a time range
       pipeline.sh --demo [--s3] [--no-install]
Enrich every raw posting that is not enriched yet.

  -P, --parallel N             download N objects at once (16)
      --batch N                most postings in one batch (5000)
      --lookback TIME          find files that come up to TIME late (1d)
      --settle TIME            leave out objects younger than TIME
      --sweep                  find and fill every gap
      --retry-failed           retry only what failed for good
      --check                  check everything a run needs
      --dry-run                print what would be done, do nothing
      --watch SECONDS          run again every SECONDS until stopped
      --summary text|json      format of the summary (text)
      --log-format text|json   format of messages (text)
      --config FILE            read the settings from FILE (config.yaml)
  -q, --quiet                  no summary, no warnings
  -v, --verbose                say more
  -h, --help                   print this
      --version                print the version

      --demo                   run a demo with its own store, Redis and model
      --s3                     with --demo: use a real local S3 server
      --no-install             with --demo: install no packages

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
