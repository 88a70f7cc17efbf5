#!/bin/bash
# populate.sh N: uploads N new raw files of made-up postings into input_bucket, under raw_prefix.
#
# Their names continue from the greatest number in the bucket, one second apart; in an empty bucket they end at the current
# time. Settings come from the caller's folder, programs from bin/ beside this file.
set -euo pipefail
share=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/share
# shellcheck source=share/common.sh
. "$share/common.sh" populate.sh

# s3ls leaves out names more than a year ahead of the clock: they could never be processed.
ahead=$((365 * 24 * 3600))

usage() {
	cat <<'END'
Usage: populate.sh [OPTION]... N [-- SENGEN OPTION...]
Upload N new raw files of random postings to input_bucket, under raw_prefix, and
print the name and the number of postings of each one when it is stored.

      --postings M       M postings in each file (otherwise 1 to 10)
      --seed S           the same S gives the same postings (otherwise random)
  -P, --parallel P       upload P files at once (8)
      --dry-run          print what would be done, do nothing
      --config FILE      read the settings from FILE (config.yaml)
  -h, --help             print this
      --version          print the version

Options after -- are passed to sengen.

Exit status: 0 all done; 1 something failed for good; 2 usage or configuration;
75 a service could not be reached: try again later.

Examples:
  populate.sh 100
  populate.sh 10 --postings 500 --seed 1 -- --messy 10 --bad 1
END
}

# number NAME TEXT LEAST MOST
number() {
	if ! [[ $2 =~ ^(0|[1-9][0-9]{0,17})$ ]] || (($2 < $3 || $2 > $4)); then
		usage_error "$1: not a number from $3 to $4: $2"
	fi
}

files='' postings='' seed='' parallel=8 dry_run='' sengen_options=()

parse() {
	local option
	while (($# > 0)); do
		option=$1
		shift
		case $option in
		--*=*)
			set -- "${option#*=}" "$@"
			option=${option%%=*}
			case $option in --postings | --seed | --parallel | --config) ;; *) unknown_option "$option" "$(usage)" ;; esac
			;;
		-P?*)
			set -- "${option#-P}" "$@"
			option=-P
			;;
		esac
		case $option in
		--postings | --seed | --parallel | -P | --config) (($# > 0)) || usage_error "$option needs a value" ;;
		esac
		case $option in
		--postings) number "$option" "$1" 0 1000000000 && postings=$1 && shift ;;
		--seed) number "$option" "$1" 0 999999999999 && seed=$1 && shift ;;
		-P | --parallel) number "$option" "$1" 1 1000 && parallel=$1 && shift ;;
		--config) common=(--config "$1") && shift ;;
		--dry-run) dry_run=1 ;;
		-h | --help) usage && exit 0 ;;
		--version) "$bin/sengen" --version | sed "s/^sengen/$program/" && exit 0 ;;
		--) sengen_options=("$@") && break ;;
		-*) unknown_option "$option" "$(usage)" ;;
		*)
			[ -z "$files" ] || usage_error "one number of files is enough: $option"
			number N "$option" 1 "$ahead"
			files=$option
			;;
		esac
	done
	[ -n "$files" ] || usage_error "how many files?"
}

# The greatest number in the bucket, or nothing: "last" in what s3ls counts. (A listing's "upto" may stay behind it.)
last_id() {
	local counts
	counts=$("$bin/s3ls" "${common[@]}" --stats /dev/fd/3 3>&1 >/dev/null) || return
	[[ $counts =~ \"last\":([0-9]+) ]] || return 0
	echo "${BASH_REMATCH[1]}"
}

# plan[i]: how many postings go into file i.
make_plan() {
	local i
	plan=()
	[ -z "$seed" ] || RANDOM=$((seed % 32768))
	for ((i = 0; i < files; i++)); do
		plan[i]=${postings:-$((RANDOM % 10 + 1))}
	done
}

# upload I: file number I.
upload() {
	local id=$((first + $1)) seeds=()
	[ -z "$seed" ] || seeds=(--seed $((seed * 1000000 + $1)))
	if [ -z "$dry_run" ]; then
		"$bin/sengen" --count "${plan[$1]}" --scraped-on "$id" "${seeds[@]}" "${sengen_options[@]}" |
			"$bin/s3put" "${common[@]}" --no-clobber "s3://$bucket/$prefix$id.jsonl" >/dev/null || return
	fi
	echo "s3://$bucket/$prefix$id.jsonl ${plan[$1]}"
}

# upload_share W: every file whose turn it is, up to the first that fails: a store that is down is not asked N times.
upload_share() {
	local i
	for ((i = $1; i < files; i += parallel)); do
		upload "$i" || exit
	done
}

stop() {
	trap - "$1"
	# shellcheck disable=SC2046 # a list of numbers
	kill $(jobs -p) 2>/dev/null || true
	wait
	kill -s "$1" $$
}

upload_all() {
	local workers=() w status=0 worst=0
	trap 'stop INT' INT
	trap 'stop TERM' TERM
	for ((w = 0; w < parallel && w < files; w++)); do
		upload_share "$w" &
		workers+=($!)
	done
	for w in "${workers[@]}"; do
		status=0
		wait "$w" || status=$?
		# 2, then 1 or what else there is, then 75, then 0.
		if ((status == 2 || worst == 2)); then
			worst=2
		elif ((status != 0 && (worst == 0 || worst == 75))); then
			worst=$status
		fi
	done
	return "$worst"
}

parse "$@"
need_programs s3ls s3put sengen
read_settings input_bucket raw_prefix
bucket=${settings[input_bucket]} prefix=${settings[raw_prefix]}
[ -n "$bucket" ] || {
	say "input_bucket is not set: see config.yaml.example"
	exit 2
}
last=$(last_id)
now=$(date +%s)
# In an empty bucket they end at now: a name from the future would move no cursor.
first=$((${last:-$((now - files))} + 1))
((first + files <= now + ahead)) || {
	say "the names would be more than a year ahead: the last in the bucket is $last"
	exit 2
}
make_plan
upload_all
