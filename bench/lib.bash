# shellcheck shell=bash disable=SC2154 # what bench/run sets
# lib.bash: what the parts of the benchmark share: servers, timing, and where the figures go. Sourced by bench/run.

say() {
	echo "bench: $*" >&3
}

# ---- servers: each is started once, and stopped by its pid when the benchmark ends

declare -A server=() # name -> pid

server_start() { # NAME COMMAND...
	local name=$1
	shift
	"$@" >"$work/$name.out" 2>"$work/$name.log" </dev/null &
	server[$name]=$!
}

server_stop() { # NAME
	[ -n "${server[$1]:-}" ] || return 0
	kill "${server[$1]}" 2>/dev/null || true
	wait "${server[$1]}" 2>/dev/null || true
	unset "server[$1]"
}

wait_for() { # COMMAND...: true within 20 s
	local tries=400
	until "$@" >/dev/null 2>&1; do
		((tries-- > 0)) || {
			say "waited in vain for: $*"
			return 1
		}
		sleep 0.05
	done
}

redis_start() { # NAME: a Redis of its own at $work/NAME.sock that saves nothing
	server_start "$1" redis-server --port 0 --unixsocket "$work/$1.sock" --save '' --appendonly no --dir "$work"
	wait_for redis-cli -s "$work/$1.sock" PING
}

redis_do() {
	redis-cli -s "$REDIS_SOCKET" "$@"
}

model_start() { # [OPTION...]: the dummy model, at $GRPC_SERVER_ADDRESS
	server_stop model
	rm -f "$work/model.ready"
	server_start model "$bin/senserve" --ready-file "$work/model.ready" "$@"
	wait_for test -s "$work/model.ready"
}

model_said_more() { # LINES
	(($1 < $(wc -l <"$work/model.out")))
}

model_count() { # NAME: of the counts so far (calls, pairs, repeated)
	local lines
	lines=$(wc -l <"$work/model.out")
	kill -USR1 "${server[model]}"
	wait_for model_said_more "$lines"
	tail -n 1 "$work/model.out" | jq -r ".$1"
}

stop_all() {
	local name
	for name in "${!server[@]}"; do
		server_stop "$name"
	done
	[ ! -d "$work/radosgw/pid" ] || "$home/tests/servers/radosgw.sh" stop "$work/radosgw" || true
	rm -rf "$work" ${peers:+"$peers"}
}

# ---- a folder of settings to work in, and the buckets in it

use_store() { # BUCKET file|s3
	local endpoint=file://$work/store
	[ "$2" = file ] || endpoint=$S3_ENDPOINT
	mkdir -p "$work/settings/$2-$1"
	cd "$work/settings/$2-$1" || return
	printf '%s: %s\n' endpoint_url "$endpoint" input_bucket "$1" output_bucket "$1" raw_prefix raw/ >config.yaml
	store=$2 bucket=$1
	fresh
}

bucket_of_files() { # BUCKET COUNT: the first COUNT raw files as a bucket of the embedded store
	mkdir -p "$work/store/$1/raw"
	find "$work/raw" -name '*.jsonl' | sort | sed -n "1,$2p" | xargs cp -l -t "$work/store/$1/raw"
}

# A new prefix is an empty target and, as its name is part of the cursor's key, a cursor that stands at 0.
fresh() {
	[ "$store" != file ] || [ -z "${MOD_PREFIX:-}" ] || rm -rf "${work:?}/store/$bucket/$MOD_PREFIX"
	export MOD_PREFIX=mod-$((++targets))/
	rm -f "$work/stats"
}
targets=0

flush() {
	redis_do FLUSHALL >/dev/null
}

fresh_cold() {
	fresh
	flush
}

pipe() {
	"$bin/s3ls" --after "$("$bin/cursor" get)" --stats "$work/stats" |
		"$bin/s3cat" -P 16 --stats "$work/stats" |
		"$bin/senenrich" --batch 5000 --stats "$work/stats" |
		"$bin/s3put" --stats "$work/stats" |
		"$bin/cursor" set --stats "$work/stats"
}

stat_of() { # PROGRAM MEMBER: from the stages' own statistics
	jq -r "select(.program == \"$1\") | .$2" "$work/stats" | tail -n 1
}

# The peaks of all stages of the last pipe, in MB, as if all had been at theirs at once.
peak_of_all() {
	jq -s 'map(.peak_kib) | add * 1024 / 1000000' "$work/stats"
}

# ---- timing

cpu_of() { # NAME: CPU seconds of a server so far
	local fields
	[ -n "${server[$1]:-}" ] || {
		echo 0
		return
	}
	fields=$(<"/proc/${server[$1]}/stat")
	read -ra fields <<<"${fields##*) }"
	awk -v ticks=$((fields[11] + fields[12])) -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.2f\n", ticks / hz }'
}

calc() {
	awk "BEGIN { printf \"%.6g\\n\", $* }"
}

# measure COMMAND: sets wall, cpu (of the command and its children), redis_cpu and model_cpu, in seconds.
measure() {
	local redis_before model_before user system TIMEFORMAT='%3R %3U %3S'
	redis_before=$(cpu_of redis) model_before=$(cpu_of model)
	{ time "$1" >"$work/last.out" 2>>"$work/log"; } 2>"$work/time"
	read -r wall user system <"$work/time"
	cpu=$(calc "$user + $system")
	redis_cpu=$(calc "$(cpu_of redis) - $redis_before")
	model_cpu=$(calc "$(cpu_of model) - $model_before")
}

# repeat PREPARE COMMAND [AFTER]: $runs times, 3 where one takes over 10 s. Fills walls, cpus, redis_cpus and model_cpus. What
# prepares and what looks at the result is not timed.
repeat() {
	local i
	walls=() cpus=() redis_cpus=() model_cpus=()
	for ((i = 0; i < runs; i++)); do
		"$1"
		measure "$2"
		walls+=("$wall") cpus+=("$cpu") redis_cpus+=("$redis_cpu") model_cpus+=("$model_cpu")
		[ -z "${3:-}" ] || "$3"
		((i < 2)) || [ "${wall%.*}" -lt 10 ] || break
	done
}

# in_turn COMMAND...: the same for commands that are compared: each has its turn in each round, so that a change of the machine's
# mood meets them all. Fills COMMAND_walls and so on; calls COMMAND_before and COMMAND_after where there are such functions.
in_turn() {
	local i name slow
	for name; do
		declare -ga "${name}_walls=()" "${name}_cpus=()" "${name}_redis_cpus=()"
	done
	for ((i = 0; i < runs; i++)); do
		slow=
		for name; do
			local -n _walls=${name}_walls _cpus=${name}_cpus _redis_cpus=${name}_redis_cpus
			! declare -F "${name}_before" >/dev/null || "${name}_before"
			measure "$name"
			_walls+=("$wall") _cpus+=("$cpu") _redis_cpus+=("$redis_cpu")
			! declare -F "${name}_after" >/dev/null || "${name}_after"
			[ "${wall%.*}" -lt 10 ] || slow=yes
			unset -n _walls _cpus _redis_cpus
		done
		((i < 2)) || [ -z "$slow" ] || break
	done
}

# ---- figures

# each OUT EXPRESSION A [B]: OUT[i] = EXPRESSION of a and b, the i-th of the arrays A and B. (A caller's array may have any name but
# those here, as bash looks a name up where it is used.)
each() {
	local -n _out=$1 _first=$3 _second=${4:-$3}
	local _i _results=()
	for _i in "${!_first[@]}"; do
		[ -z "${_second[_i]:-}" ] ||
			_results+=("$(awk -v a="${_first[_i]}" -v b="${_second[_i]}" "BEGIN { printf \"%.6g\", $2 }")")
	done
	# shellcheck disable=SC2034 # it is the caller's
	_out=("${_results[@]}")
}

median() {
	printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# record QUESTION WHAT UNIT TARGET VALUE...: TARGET is "-", "<=X" or ">=X".
record() {
	local question=$1 what=$2 unit=$3 target=$4
	shift 4
	# shellcheck disable=SC2016 # $ is jq's
	jq -cn --arg question "$question" --arg what "$what" --arg unit "$unit" --arg target "$target" \
		--argjson median "$(median "$@")" '
		($ARGS.positional | map(tonumber)) as $values | {question: $question, what: $what, unit: $unit, median: $median,
		min: ($values | min), max: ($values | max), runs: ($values | length), values: $values} +
		if $target == "-" then {} else ($target[2:] | tonumber) as $limit | {target: $target,
		met: (if $target[:2] == "<=" then $median <= $limit else $median >= $limit end)} end' --args -- "$@" >>"$figures"
	tail -n 1 "$figures" | jq -r '"bench: \(.question): \(.what): \(.median) \(.unit) (\(.min)-\(.max))\(if .target then ", target " + .target else "" end)"' >&3
}
