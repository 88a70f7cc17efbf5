# shellcheck shell=bash
# demo.sh: `pipeline.sh --demo` runs everything with its own store, Redis and model, in a temporary folder that it removes at
# the end. Sourced by pipeline.sh.

# shellcheck source=share/common.sh
[ "${home:-}" ] || . "${BASH_SOURCE[0]%/*}/common.sh" pipeline.sh

# shellcheck source=packaging/debian.sh
. "$home/packaging/debian.sh"

demo_files=300
demo_postings=50 # a file
demo_folder=''

demo_main() {
	local s3='' option packages=("${PACKAGES_DEMO[@]}") started
	# An installed copy has nothing to build.
	[ ! -f "$home/Makefile" ] || packages+=("${PACKAGES_BUILD[@]}")
	for option in "$@"; do
		case $option in
		--s3) s3=1 packages+=("${PACKAGES_S3[@]}") ;;
		--no-install) NO_INSTALL=1 ;;
		esac
	done
	if [ "$s3" ] && [ ! -d "$home/tests" ]; then
		say "error: --demo --s3 takes its S3 server from the source tree, and this is an installed one"
		exit 2
	fi
	packages_install "$program" "${packages[@]}"
	if [ -f "$home/Makefile" ]; then
		demo_step "building the programs"
		make -s -C "$home" -j "$(nproc)"
	fi
	started=$SECONDS
	demo_folder=$(mktemp -d "${TMPDIR:-/tmp}/seniority-demo.XXXXXX")
	trap demo_stop EXIT
	trap 'demo_signal INT' INT
	trap 'demo_signal TERM' TERM
	trap 'demo_signal HUP' HUP
	mkdir "$demo_folder/work"
	cd "$demo_folder/work" || exit
	demo_environment
	demo_servers
	if [ "$s3" ]; then demo_s3; else demo_store; fi

	demo_step "making $demo_files raw files of $demo_postings postings: populate.sh $demo_files --postings $demo_postings -- --pairs 100000 --zipf"
	"$home/populate.sh" "$demo_files" --postings "$demo_postings" -- --pairs 100000 --zipf >/dev/null
	"$bin/s3ls" >"$demo_folder/raw"
	demo_step "running the pipeline: s3ls | s3cat -P 16 | senenrich --batch 5000 | s3put | cursor set"
	"$home/pipeline.sh"
	demo_show
	demo_step "running it once more"
	"$home/pipeline.sh"
	demo_step "stopping what was started; it took $((SECONDS - started)) s"
	exit
}

demo_step() {
	local bold='' plain=''
	if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

# Keeps the caller's settings out of the demo, and the demo out of the caller's Redis.
demo_environment() {
	local name
	for name in $(compgen -e); do
		case $name in AWS_* | REDIS_* | GRPC_* | SENIORITY_CONFIG | *_BUCKET | *_PREFIX | ENDPOINT_URL | CURSOR_STORE) unset "$name" ;; esac
	done
	export AWS_EC2_METADATA_DISABLED=true
	cat >config.yaml <<-END
		input_bucket: demo
		output_bucket: demo
		raw_prefix: job-postings-raw/
		mod_prefix: job-postings-mod/
	END
	cat >.env <<-END
		REDIS_SOCKET=$demo_folder/redis.sock
		GRPC_SERVER_ADDRESS=unix:$demo_folder/model.sock
	END
}

demo_servers() {
	local redis model
	demo_step "starting a private Redis and a dummy model, in $demo_folder"
	redis_program "$demo_folder/bin"
	redis-server --port 0 --unixsocket "$demo_folder/redis.sock" --save '' --appendonly no --dir "$demo_folder" \
		>"$demo_folder/redis.log" 2>&1 </dev/null &
	redis=$!
	"$bin/senserve" >"$demo_folder/senserve.json" 2>"$demo_folder/senserve.log" </dev/null &
	model=$!
	demo_wait "$demo_folder/redis.sock" "$demo_folder/redis.log" "$redis"
	demo_wait "$demo_folder/model.sock" "$demo_folder/senserve.log" "$model"
}

# demo_wait SOCKET LOG PID: waits until a server listens there, 10 s at most.
demo_wait() {
	local try
	for ((try = 0; try < 200; try++)); do
		awk -v path="$1" '$4 == "00010000" && $8 == path { found = 1 } END { exit !found }' /proc/net/unix && return
		kill -0 "$3" 2>/dev/null || break
		sleep 0.05
	done
	say "error: $1: no server came up; its last words:"
	tail -n 5 "$2" >&2
	exit 1
}

demo_store() {
	mkdir -p "$demo_folder/store/demo"
	echo "endpoint_url: file://$demo_folder/store" >>config.yaml
}

demo_s3() {
	local port=$((27000 + RANDOM % 5000)) # below what the kernel gives away, above what the tests take
	while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((27000 + RANDOM % 5000)); done
	demo_step "starting an S3 server (Ceph's gateway) on port $port"
	"$home/tests/servers/radosgw.sh" start "$demo_folder/s3" "$port" >"$demo_folder/s3.env"
	echo "endpoint_url: http://127.0.0.1:$port" >>config.yaml
	cat >>.env <<-END
		AWS_ACCESS_KEY_ID=testkey
		AWS_SECRET_ACCESS_KEY=testsecret
		AWS_REGION=us-east-1
	END
	# The pipeline never creates a bucket.
	curl -sSf -X PUT --user testkey:testsecret --aws-sigv4 aws:amz:us-east-1:s3 \
		-H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "http://127.0.0.1:$port/demo"
}

demo_show() {
	local keys=$demo_folder/mod
	sed -nE 's/.*"key":"job-postings-raw\/([^"]*)".*/job-postings-mod\/\1/p' "$demo_folder/raw" >"$keys"
	demo_step "some enriched lines: s3cat $(head -n 1 "$keys")"
	"$bin/s3cat" "$(head -n 1 "$keys")" | awk 'NR <= 3'
	demo_step "the levels of all of them"
	"$bin/s3cat" --plain <"$keys" | demo_chart
}

# Prints a bar for each level of the postings on stdin.
demo_chart() {
	local colour=''
	if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then colour=1; fi
	awk -v colour="$colour" '
		match($0, /"seniority":[1-7]}[ \t\r]*$/) { count[substr($0, RSTART + 12, 1)]++; total++ }
		END {
			split("Entry|Junior|Associate|Manager|Director|Executive|Senior Executive", names, "|")
			for (i = 1; i <= 7; i++) if (count[i] > most) most = count[i]
			for (i = 1; i <= 7; i++) {
				bar = ""
				for (width = most ? int(count[i] * 50 / most + 0.5) : 0; width > 0; width--) bar = bar "#"
				if (colour) bar = "\033[" (30 + i) "m" bar "\033[0m"
				printf "%d %-16s %6d %5.1f%% %s\n", i, names[i], count[i], total ? 100 * count[i] / total : 0, bar
			}
		}'
}

demo_signal() {
	demo_stop
	trap - EXIT "$1"
	kill "-$1" $$
}

demo_stop() {
	local servers
	trap '' INT TERM HUP
	servers=$(jobs -p) # also one that was begun in this very moment
	# shellcheck disable=SC2086
	[ -z "$servers" ] || kill $servers 2>/dev/null || true
	[ ! -d "$demo_folder/s3" ] || "$home/tests/servers/radosgw.sh" stop "$demo_folder/s3" || true
	wait 2>/dev/null || true
	[ ! -s "$demo_folder/senserve.json" ] || echo "the model's own count: $(<"$demo_folder/senserve.json")"
	rm -rf "$demo_folder"
}
