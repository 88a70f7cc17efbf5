# shellcheck shell=bash disable=SC2154
# progress.sh: the live line of a run, on a terminal alone. To be sourced by pipeline.sh; uses its $tmp, $take, $quiet and
# $log_format. The programs (src/lib/base/log.c) and say() clear the line in front of a message, by SENIORITY_LIVE.

live_pid=''

# thousands NUMBER: sets grouped to it as people write it: 1,234,567.
thousands() {
	local rest=$1
	grouped=
	while ((${#rest} > 3)); do
		grouped=,${rest: -3}$grouped
		rest=${rest:0:-3}
	done
	grouped=$rest$grouped
}

live_wanted() {
	[ -z "$quiet" ] && [ "$log_format" = text ] && [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]
}

# live_start: from here to live_end the line is on stderr, twice a second a new one.
live_start() {
	live_wanted || return 0
	export SENIORITY_LIVE=1
	live_loop &
	live_pid=$!
}

live_end() {
	[ -n "$live_pid" ] || return 0
	kill "$live_pid" 2>/dev/null || true
	wait "$live_pid" 2>/dev/null || true
	live_pid=
	unset SENIORITY_LIVE
}

live_loop() {
	local columns idle line bold='' plain='' begun=$EPOCHSECONDS left=''
	trap 'printf "\r\e[K" >&2; exit 0' TERM INT HUP
	if [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
	[ -z "$take" ] || left=$(grep -c . "$take" || true)
	# Reading what nobody writes to is a sleep without a process.
	exec {idle}<> <(:)
	while :; do
		columns=$(stty size <&2 2>/dev/null) || columns=
		columns=${columns#* }
		((${columns:-0} > 1)) || columns=80
		live_text
		line=${line:0:columns-1}
		printf '\r\e[K%s%s%s%s' "$bold" "${line%%  *}" "$plain" "${line#"${line%%  *}"}" >&2
		read -rt 0.5 -u "$idle" _ || true
	done
}

# live_number PROGRAM MEMBER: sets value; 0 where it is not known.
live_number() {
	local text=''
	value=0
	{ read -r text <"$tmp/$1.progress"; } 2>/dev/null || true
	[[ $text =~ \"$2\":([0-9]+) ]] || return 0
	value=${BASH_REMATCH[1]}
}

# Sets line; left is how many there are where that is known from the start.
live_text() {
	local value grouped objects failed listed postings rejected memo redis model known seconds eta=''
	live_number s3put objects && objects=$value
	live_number s3put failed && failed=$value
	live_number s3ls listed && listed=$value
	live_number senenrich postings && postings=$value
	live_number senenrich rejected && rejected=$value
	live_number senenrich memo && memo=$value
	live_number senenrich redis && redis=$value
	live_number senenrich model && model=$value
	seconds=$((EPOCHSECONDS - begun))
	((objects += failed)) || true
	thousands "$objects"
	line="$grouped of "
	thousands "${left:-$listed}"
	line+=$grouped
	# what s3ls counts is whole once it has ended
	if [ -n "$left" ] || [ -s "$tmp/s3ls.json" ]; then
		((objects == 0 || seconds == 0)) || eta=$(((${left:-$listed} - objects) * seconds / objects))
	else
		line+=+
	fi
	line+=" objects"
	[ -z "$eta" ] || line+="  $(live_time "$eta") left"
	thousands "$postings"
	line+="  $grouped postings"
	thousands $((postings / (seconds > 0 ? seconds : 1)))
	line+="  $grouped/s"
	known=$((memo + redis + model))
	((known == 0)) || line+="  memo $((memo * 100 / known))% Redis $((redis * 100 / known))% model $((model * 100 / known))%"
	thousands "$rejected"
	line+="  $grouped rejected"
}

live_time() {
	if (($1 >= 3600)); then
		printf '%d:%02d:%02d' $(($1 / 3600)) $(($1 / 60 % 60)) $(($1 % 60))
	else
		printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
	fi
}
