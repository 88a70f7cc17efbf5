# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and lib.bash, or used through namerefs
# Many cold processes and one model, ten times as fast as life: calls of 100 pairs, 1,000 pairs a second, so that a call takes
# 0.1 s and its deadline is 30 s, not 5 minutes. Each process has pairs of its own.

admission_process() { # I
	local begun=${EPOCHREALTIME/[.,]/}
	"$bin/senenrich" <"$work/admission.$1" >/dev/null || return
	echo $((${EPOCHREALTIME/[.,]/} - begun)) >"$work/admission.$1.time"
}

admission_run() { # as many as processes says
	local i pids=()
	for ((i = 0; i < processes; i++)); do
		admission_process "$i" &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
}

admission_of() { # PROCESSES PAIRS MOST: each process has so many pairs; MOST: times the least time
	local i processes=$1 what="$1 cold processes, $2 pairs each"
	for ((i = 0; i < $1; i++)); do
		awk -v i="$i" -v pairs="$2" 'BEGIN {
			for (k = 0; k < pairs; k++) printf "{\"company\":\"company %d\",\"title\":\"Manager %d\"}\n", i, k
		}' >"$work/admission.$i"
	done
	rm -f "$work"/admission.*.time
	flush
	model_start --rate 1000
	measure admission_run
	record "Many processes" "$what: time / least time" times "<=$3" "$(calc "$wall / ($1 * $2 / 1000)")"
	record "Many processes" "$what: pairs asked twice" pairs "<=0" "$(model_count repeated)"
	record "Many processes" "$what: calls cancelled" calls "<=0" "$(model_count cancelled)"
	record "Many processes" "$what: longest / mean time of a process" times "<=2" \
		"$(cat "$work"/admission.*.time | awk '{ sum += $1; if ($1 > most) most = $1 } END { print most * NR / sum }')"
	rm -f "$work"/admission.*
}

bench_admission() {
	export RPC_BATCH=100 RPC_TIMEOUT=30s RPC_PATIENCE=6s RPC_DEADLINE_MAX=60s
	admission_of 1 10000 1.1
	admission_of 4 2500 1.1
	admission_of 20 1000 1.1
	admission_of 100 1000 1.25
	unset RPC_BATCH RPC_TIMEOUT RPC_PATIENCE RPC_DEADLINE_MAX
}
