# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and lib.bash, or used through namerefs
# Question 1: one file through the whole pipe, warm and cold, process starts included; by the five programs and by
# pipeline.sh, which also looks for late files, checks, locks and sums up.

whole() {
	"$home/pipeline.sh"
}

one_file() { # STORE
	use_store one "$1"
	repeat fresh_cold pipe
	record "1. One file" "$1 store, cold (a model that answers at once)" s - "${walls[@]}"
	repeat fresh pipe
	record "1. One file" "$1 store, warm" s "<=0.15" "${walls[@]}"
	repeat fresh whole
	record "1. One file" "$1 store, warm, by pipeline.sh" s "<=0.15" "${walls[@]}"
}

bench_one_file() {
	one_file file
}
