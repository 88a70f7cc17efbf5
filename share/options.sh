# shellcheck shell=bash
# options.sh: the options of pipeline.sh. To be sourced by it.

# shellcheck source=share/common.sh
[ "${home:-}" ] || . "${BASH_SOURCE[0]%/*}/common.sh" pipeline.sh

usage() {
	help_text <<'END_OF_HELP'
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
END_OF_HELP
}

# By name: a value, or 1 if it was given and has none.
declare -A options=([parallel]=16 [batch]=5000 [lookback]=1d [summary]=text)
demo_options=()

# parse ARG...: into options, demo_options and common.
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
			*) unknown_option "$option" "$(usage)" ;;
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
		-P | --parallel) options[parallel]=$value ;;
		--batch | --summary) options[${option#--}]=$value ;;
		--lookback | --settle | --watch) need_time "$option" "$value" && options[${option#--}]=$value ;;
		--log-format)
			[[ $value == text || $value == json ]] || usage_error "--log-format is text or json, not '$value'"
			log_format=$value common+=(--log-format "$value")
			;;
		--config) common+=(--config "$value") ;;
		--retry-failed | --sweep | --check | --dry-run | --demo) options[${option#--}]=1 ;;
		-q | --quiet) options[quiet]=1 common+=(--quiet) ;;
		-v | --verbose) common+=(--verbose) ;;
		--s3 | --no-install) demo_options+=("$option") ;;
		-h | --help)
			usage
			exit 0
			;;
		--version)
			need_programs s3ls
			"$bin/s3ls" --version | sed "s/^s3ls/$program/"
			exit 0
			;;
		-*) unknown_option "$option" "$(usage)" ;;
		*) usage_error "no operands are taken: $option" ;;
		esac
	done
	check_options
}

# given NAME...: whether one of these options is.
given() {
	local name
	for name in "$@"; do
		[ -z "${options[$name]:-}" ] || return 0
	done
	return 1
}

check_options() {
	[[ ${options[summary]} == text || ${options[summary]} == json ]] || usage_error "--summary is text or json, not '${options[summary]}'"
	! given watch || ! given dry-run retry-failed || usage_error "--watch goes with neither --dry-run nor --retry-failed"
	! given sweep || ! given watch retry-failed || usage_error "--sweep goes with neither --watch nor --retry-failed"
	given demo || ((${#demo_options[@]} == 0)) || usage_error "${demo_options[0]} goes with --demo alone"
}

# need_time OPTION VALUE
need_time() {
	[[ $2 =~ ^[0-9]+(\.[0-9]+)?(s|m|h|d)?$ ]] || usage_error "$1: not a time (30, 30s, 5m, 2h, 1d): '$2'"
}
