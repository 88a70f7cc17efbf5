# common.bash: what the server scripts share. Sourced; NAME and PARTS are the script's.
#
# A server lives in one folder: pid/PART for each process, log/PART for what it says, env for how to reach it.

die() {
	echo "$NAME: $*" >&2
	exit 1
}

# A process that has ended but that nobody has reaped yet (a slow init) counts as gone.
alive() {
	local stat
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
	stat=${stat##*) }
	[ "${stat%% *}" != Z ]
}

# wait_up_to SECONDS COMMAND...: false where it did not come true in time.
wait_up_to() {
	local tries=$(($1 * 20))
	shift
	until "$@"; do
		((tries-- > 0)) || return 1
		sleep 0.05
	done
}

# spawn PART COMMAND...: in the background, in a session of its own, so that a ^C at the tests does not reach it first.
spawn() {
	local part=$1
	shift
	setsid "$@" </dev/null >"$dir/log/$part" 2>&1 &
	echo $! >"$dir/pid/$part"
}

# stop_parts PART...: these at once; kills what does not end.
stop_parts() {
	local part pid pids=()
	for part; do
		[ -f "$dir/pid/$part" ] || continue
		pid=$(<"$dir/pid/$part")
		rm -f "$dir/pid/$part"
		kill -TERM "$pid" 2>/dev/null && pids+=("$pid")
	done
	for pid in ${pids[@]+"${pids[@]}"}; do
		wait_up_to 10 gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
	done
}

gone() {
	! alive "$1"
}

# All processes run; else says what the one that ended has said last, and gives up.
require_alive() {
	local file
	for file in "$dir"/pid/*; do
		alive "$(<"$file")" && continue
		tail -n 5 "$dir/log/${file##*/}" >&2
		cmd_stop
		die "${file##*/} ended, see $dir/log"
	done
}

port_open() {
	(exec 7<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# print_env SCHEME PORT ACCESS_KEY SECRET_KEY: for `eval`, and kept in the folder.
print_env() {
	printf 'S3_ENDPOINT=%s://127.0.0.1:%s\nS3_ACCESS_KEY=%s\nS3_SECRET_KEY=%s\nS3_REGION=us-east-1\n' "$@" |
		tee "$dir/env"
}

# main start DIR PORT | stop DIR | run DIR PORT COMMAND...
main() {
	local command=${1:-} status=0
	dir=${2:-} port=${3:-}
	case $command:$# in
	start:3 | run:[4-9] | run:[1-9][0-9])
		mkdir -p "$dir/pid" "$dir/log"
		dir=$(cd "$dir" && pwd)
		;;
	stop:2)
		[ -d "$dir/pid" ] || return 0
		;;
	*)
		sed -n '/^# Use/,/^$/s/^# \{0,1\}//p' "$0"
		exit 2
		;;
	esac
	case $command in
	start) cmd_start ;;
	stop) cmd_stop ;;
	run)
		shift 3
		trap cmd_stop EXIT
		cmd_start >/dev/null
		set -a
		# shellcheck source=/dev/null
		. "$dir/env"
		set +a
		"$@" || status=$?
		exit "$status"
		;;
	esac
}
