# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and lib.bash, or used through namerefs
# Our pipe beside a program that does what the predecessor did (predecessor.py), on the same files and the same servers,
# both with all pairs known to Redis. Redis counts for neither: it is the same server.

predecessor() {
	/usr/bin/python3 "$home/bench/predecessor.py" --redis-socket "$REDIS_SOCKET" --redis-db 1 \
		--grpc "$GRPC_SERVER_ADDRESS" --raw raw/ --mod "$MOD_PREFIX" "${predecessor_store[@]}"
}

predecessor_before() { fresh; }
pipe_before() { fresh; }

compare() { # LABEL COUNT: of the bucket in use
	local theirs their_cpus ours our_cpus ratio
	predecessor >/dev/null # all pairs are known to both from here on
	fresh
	pipe >/dev/null
	in_turn predecessor pipe
	each theirs "$2 / a" predecessor_walls
	each their_cpus "a / $2 * 1e6" predecessor_cpus
	each ours "$2 / a" pipe_walls
	each our_cpus "a / $2 * 1e6" pipe_cpus
	record "Beside the predecessor" "$1: the predecessor" postings/s - "${theirs[@]}"
	record "Beside the predecessor" "$1: our pipe" postings/s - "${ours[@]}"
	each ratio "a / b" ours theirs
	record "Beside the predecessor" "$1: times its speed" times ">=20" "${ratio[@]}"
	record "Beside the predecessor" "$1: the predecessor's CPU" "µs/posting" - "${their_cpus[@]}"
	record "Beside the predecessor" "$1: our CPU" "µs/posting" - "${our_cpus[@]}"
	each ratio "b / a" our_cpus their_cpus
	record "Beside the predecessor" "$1: times less CPU" times ">=20" "${ratio[@]}"
	printf '"predecessor, %s" %s\n"pipe, %s" %s\n' "$1" "$(median "${theirs[@]}")" "$1" "$(median "${ours[@]}")" >>"$work/compare.dat"
}

predecessor_can() { # MODULE...
	local module
	for module; do
		/usr/bin/python3 -c "import $module" 2>/dev/null && continue
		notes+=("Beside the predecessor: left out, because Debian's python3-$module (or grpcio) is not installed.")
		say "${notes[-1]}"
		return 1
	done
}

bench_predecessor() {
	local predecessor_store=(--folder "$work/store/some")
	predecessor_can grpc redis || return 0
	bucket_of_files some "$some_files"
	use_store some file
	compare "file store" $((some_files * PER_FILE))
	rm -rf "$work/store/some"
}
