# shellcheck shell=bash
# check.sh: `pipeline.sh --check` checks everything that a run needs and prints one line per check: ok, warning or failure, and
# what to do about it. Sourced by pipeline.sh.

# shellcheck source=share/common.sh
[ "${home:-}" ] || . "${BASH_SOURCE[0]%/*}/common.sh" pipeline.sh

check_seconds=30                    # the longest wait for one answer: somebody sits at a terminal
bold='' red='' yellow='' plain=''   # escape sequences, on a terminal
check_status=0 failures=0 failed='' warned='' # of all rows so far; what failed
clock_checked=''                    # by the first thing that was written
said='' why='' code=0               # what the last try() printed, its last message, and its status

check_main() {
	set +e # failures are what it looks for
	if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
		bold=$'\e[1m' red=$'\e[31m' yellow=$'\e[33m' plain=$'\e[0m'
	fi
	# without the settings nothing else can be checked
	if check_settings; then
		check_disk && check_credentials && check_store
		check_redis
		check_cursor
		check_lock
		check_model
	fi
	if ((failures)); then
		echo "${bold}$failures of these must be seen to before a run${plain}"
	elif [ "$warned" ]; then
		echo "${bold}a run can start; look at the warnings${plain}"
	else
		echo "${bold}a run can start${plain}"
	fi
	exit "$check_status"
}

# row ok|warning|failure WHAT TEXT [WHAT TO DO]
row() {
	local colour=''
	case $1 in
	warning) colour=$yellow warned=1 ;;
	failure) colour=$red failures=$((failures + 1)) failed+=" $2" ;;
	esac
	printf '%s%-8s%s %-12s %s%s\n' "$colour" "$1" "$plain" "$2" "$3" "${4:+: $4}"
}

# fails STATUS: notes the status of a failure; of several, 2 outweighs 1, and 1 outweighs 75.
fails() {
	case $1,$check_status in
	2,* | *,0 | 1,75) check_status=$1 ;;
	esac
}

# try PROGRAM ARG...: runs it and sets said (the beginning of its output), why (its last message) and code. It is stopped when
# enough output is read: a listing may be long.
try() {
	local name=$1
	shift
	said=$(
		set +o pipefail
		timeout "$check_seconds" "$bin/$name" "${common[@]}" --log-format text "$@" 2>"$tmp/why" | head -c 16384 | tr -d '\0'
		exit "${PIPESTATUS[0]}"
	)
	code=$?
	why=$(sed -n '$p' "$tmp/why" | sed "s/^$name: //; s/^warning: //")
	case $code in
	0 | 141) code=0 ;;
	1 | 2 | 75) ;;
	124) code=75 why="no answer in $check_seconds s${why:+ ($why)}" ;;
	*) why="$name ended with $code${why:+ ($why)}" code=1 ;;
	esac
	return "$code"
}

# failure NAME ADVICE: prints the row of a check whose last try failed.
failure() {
	fails "$code"
	row failure "$1" "${why:-ended with $code}" "$2"
}

check_settings() {
	local name missing='' file=${SENIORITY_CONFIG:-config.yaml} i
	if ! try s3ls --print-setting input_bucket; then
		failure settings "see config.yaml.example"
		return 1
	fi
	read_settings endpoint_url input_bucket output_bucket raw_prefix mod_prefix reject_prefix cursor_store
	for ((i = 0; i + 1 < ${#common[@]}; i++)); do
		[ "${common[i]}" != --config ] || file=${common[i + 1]}
	done
	for name in input_bucket output_bucket; do
		[ -n "${settings[$name]}" ] || missing+="${missing:+ and }$name"
	done
	if [ -n "$missing" ]; then
		fails 2
		if [ -e "$file" ]; then why="$file has no $missing"; else why="no $file in $PWD, and no $missing elsewhere"; fi
		row failure settings "$why" "put '${missing%% *}: NAME' there"
		return 1
	fi
	if [ -e "$file" ]; then
		row ok settings "$file is valid"
	else
		row ok settings "valid, from the environment and .env (no $file)"
	fi
}

# value_of NAME: prints the value of NAME in $said, which has lines "name: value".
value_of() {
	sed -n "s/^$1: //p" <<<"$said"
}

check_credentials() {
	if ! try s3ls --whoami; then
		failure credentials "they are looked for where \`aws s3\` does: environment, .env, ~/.aws, container, instance"
		return 1
	fi
	if [ "$(value_of store)" = S3 ]; then
		row ok credentials "$(value_of access_key) from $(value_of source), for $(value_of region) at $(value_of endpoint)"
	else
		row ok credentials "none needed: ${settings[endpoint_url]}"
	fi
}

# asker: prints who needs the permission; right NAME: prints the permission, in S3's words.
asker() {
	if [[ ${settings[endpoint_url]} == file:* ]]; then id -un; else echo "these credentials"; fi
}

right() {
	[[ ${settings[endpoint_url]} == file:* ]] || echo " ($1)"
}

check_store() {
	local prefix
	check_readable "s3://${settings[input_bucket]}/${settings[raw_prefix]}"
	for prefix in mod_prefix reject_prefix; do
		check_writable "s3://${settings[output_bucket]}/${settings[$prefix]}"
	done
}

# The names begin with a unix time of ten digits, so a part of the listing is enough, and the beginning of one object.
check_readable() {
	local key
	if ! try s3ls "${1}1"; then
		failure input "is the bucket's name right, and may $(asker) list it$(right s3:ListBucket)?"
		return
	fi
	key=$(sed -nE 's/.*"key":"(([^"\\]|\\.)*)".*/\1/p;q' <<<"$said")
	if [ -z "$key" ]; then
		row warning input "$1 can be listed, but holds no raw objects (names such as ${1##*/}1721183934.jsonl)" "is raw_prefix right?"
	elif [[ $key == *\\* ]] || try s3cat "s3://${settings[input_bucket]}/$key"; then
		row ok input "$1 can be listed and read"
	else
		failure input "may $(asker) read objects$(right s3:GetObject)?"
	fi
}

# Stores an object under a unique name, reads it back and deletes it. Its name does not start with a number, so that it
# cannot be mistaken for a counterpart, even if it stays behind.
check_writable() {
	local probe before after skew removed=1
	probe=${1}seniority-check-$(new_run_id)
	before=$(date +%s)
	printf 'seniority --check\n' >"$tmp/probe"
	if ! try s3put "$probe" <"$tmp/probe"; then
		failure output "may $(asker) write there$(right s3:PutObject), and is there room?"
		return
	fi
	after=$(date +%s)
	try s3ls "$probe" || said=
	skew=$(check_skew "$before" "$after")
	try s3put --delete "$probe" || removed=
	if [ -z "$removed" ]; then
		row warning output "$1 can be written, but $probe not removed${why:+ ($why)}" "may $(asker) do that$(right s3:DeleteObject)? Else remove it yourself"
	else
		row ok output "$1 can be written"
	fi
	check_clock "$skew"
}

# check_skew BEFORE AFTER: prints how many seconds the store's clock is ahead of ours, by the date of an object that was stored
# between these times; 0 if the date lies between them.
check_skew() {
	local time
	time=$(sed -nE 's/.*"last_modified":"([^"]*)".*/\1/p' <<<"$said")
	time=$(date -ud "$time" +%s 2>/dev/null) && [ -n "$time" ] || return 0
	if ((time < $1 - 1)); then
		echo $((time - $1))
	elif ((time > $2 + 1)); then
		echo $((time - $2))
	else
		echo 0
	fi
}

# check_clock SECONDS: S3 refuses signatures that are more than 15 minutes off. The programs learn its clock, but --settle and
# the names of new files use ours.
check_clock() {
	[ -z "$clock_checked" ] || return 0
	clock_checked=1
	if [ -z "$1" ]; then
		row warning clock "the store's clock is not known" "compare it by hand with $(date -u +%FT%TZ)"
	elif ((${1#-} > 30)); then
		row warning clock "this machine's clock is ${1#-} s $( ((${1} < 0)) && echo 'ahead of' || echo 'behind') the store's" \
			"set it (timedatectl set-ntp true)"
	else
		row ok clock "as the store's"
	fi
}

# The embedded store: its folders, and the free space. Returns false if the store cannot be checked further.
check_disk() {
	local folder free bucket missing=''
	folder=${settings[endpoint_url]}
	[[ $folder == file:* ]] || return 0
	folder=/$(sed -E 's,^file:/*(localhost/)?,,' <<<"$folder")
	for bucket in "${settings[input_bucket]}" "${settings[output_bucket]}"; do
		if [ ! -d "$folder/$bucket" ] && [ "$missing" != "$folder/$bucket" ]; then
			missing=$folder/$bucket
			fails 2
			row failure disk "there is no folder $missing, the bucket $bucket" "$(printf 'mkdir -p %q' "$missing"), or set endpoint_url"
		fi
	done
	[ -z "$missing" ] || return
	free=$(df -Pk "$folder" 2>/dev/null | awk 'NR == 2 { print $4 }')
	if [ -z "$free" ]; then
		row warning disk "$folder: free space is not known" "look at df"
	elif ((free < 1048576)); then
		row warning disk "$folder has $((free / 1024)) MiB left" "make room: what is written takes as much as what is read, and a tenth more"
	else
		row ok disk "$folder has $((free / 1048576)) GiB left"
	fi
}

# Whether senenrich can look up and write there; no model is asked. `said` stays.
serves_cache() {
	local facts=$said
	GRPC_SERVER_ADDRESS=127.0.0.1:1 RPC_PATIENCE=1ms try senenrich --require-cache </dev/null
	said=$facts
	return "$code"
}

check_redis() {
	local version policy limit
	if ! try sencache server; then
		failure redis "start it, or set redis_host, redis_port, redis_socket, REDIS_PASSWORD"
		return
	fi
	version=$(value_of 'redis version') policy=$(value_of 'maxmemory policy') limit=$(value_of maxmemory)
	if [ "$(value_of role)" = slave ]; then
		fails 2
		row failure redis "$(value_of redis) is a replica, which takes no writes" "set redis_host to its primary"
	elif ! serves_cache; then
		failure redis "see redis_host, redis_port, redis_socket, redis_user"
	elif [ "${limit:-0}" -gt 0 ] && [ "${policy:-noeviction}" != noeviction ]; then
		row warning redis "$(value_of redis), $version: when its $((limit / 1048576)) MiB are full it may drop the cursor (maxmemory-policy $policy)" \
			"set it to noeviction, or cursor_store to file:PATH"
	elif [[ $version =~ ^([0-9]+)\. ]] && ((BASH_REMATCH[1] < 5)); then
		row warning redis "$(value_of redis): version $version is older than any that was tried" "take 5.0 or newer"
	else
		row ok redis "$(value_of redis), version ${version:-not told}, ${policy:-memory policy not told}"
	fi
}

check_cursor() {
	local store=${settings[cursor_store]} folder
	if ! try cursor get; then
		[[ $store == redis && $failed == *' redis'* ]] || failure cursor "see cursor_store"
		return 0
	fi
	if [[ $store == file:* ]]; then
		folder=$(dirname "${store#file:}")
		if [ ! -w "$folder" ]; then
			fails 2
			row failure cursor "$folder cannot be written" "it holds the cursor (cursor_store)"
			return
		fi
	fi
	if ((said > $(date +%s) + 60)); then
		row warning cursor "at $said ($(date -ud "@$said" +%FT%TZ)), which is in the future: no run finds anything until then" \
			"set it back: cursor set --force $(date +%s); what was passed over: s3ls --missing-from"
	elif [ "$said" = 0 ]; then
		row ok cursor "none yet: the first run looks at everything"
	else
		row ok cursor "at $said ($(date -ud "@$said" +%FT%TZ))"
	fi
}

check_lock() {
	if try cursor lock; then
		row ok lock "${said%/*} is this user's alone"
	else
		failure lock "XDG_STATE_HOME names a folder for it"
	fi
}

check_model() {
	if try senenrich --probe; then
		if [ -n "$why" ]; then
			row warning model "$why" "a run does without, but see what watches or balances it"
		else
			row ok model "$said"
		fi
	else
		failure model "start it, or set GRPC_SERVER_ADDRESS"
	fi
}
