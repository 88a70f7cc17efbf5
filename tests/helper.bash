# helper.bash: what the bats files share. Use: `load helper` at the top of tests/NAME.bats.
#
# A test runs in a folder of its own (bats' temporary one), with an environment from which the
# caller's AWS, Redis and model settings are gone. SENIORITY_BIN names the programs to test (default
# bin/), so that the same files test the sanitizers' build.
#
#   sandbox               config.yaml, a file:// store and a current folder for this test; sets
#                         STORE (the bucket's folder), RAW, MOD, REJECTED (folders in it)
#   redis_start / redis_stop [-9] / redis_do ARG...      a private Redis on a unix socket
#   senserve_start [--at ADDRESS] [OPTION...]            the model; sets GRPC_SERVER_ADDRESS
#   senserve_stop [-9]    prints the counts that senserve gave at its end
#   odd_start [RULE...]   a small S3 server that behaves well or by rules; odd RULE... changes them, odd_happened FILTER tells
#   radosgw_start         a real S3 server; sets S3_ENDPOINT and AWS_*; s3_bucket NAME makes a bucket
#   server_stop NAME [SIGNAL], servers_stop              (the default teardown calls the latter)
#   free_port [COUNT]     the first of COUNT ports that nobody has; 20000 to 26999, never given twice at once
#   wait_until SECONDS COMMAND...                        true as soon as COMMAND is
#   postings N [SEED]     N made-up postings; posting COMPANY TITLE one
#   needs RIGHT           skips the test on a machine that does not grant it; see rights.bash
#
# Called in setup_file, a server belongs to the file and is stopped by teardown_file; else to the test.

bats_require_minimum_version 1.5.0

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BIN=${SENIORITY_BIN:-$ROOT/bin}
PYTHON=/usr/bin/python3 # Debian's own: it has grpcio, protobuf and botocore
export ROOT BIN PYTHON
[ -x "$BIN/cursor" ] || {
	echo "$BIN/cursor is not there: run make first" >&2
	exit 1
}

# Nothing of the caller's may leak into a test, and nothing of a test into the caller's home.
_clean_environment() {
	local name
	for name in $(compgen -e); do
		case $name in
		AWS_* | REDIS_* | GRPC_* | SENIORITY_* | S3_* | *_proxy | *_PROXY | NO_COLOR) unset "$name" ;;
		esac
	done
	export SENIORITY_BIN=$BIN LC_ALL=C.UTF-8 AWS_EC2_METADATA_DISABLED=true
	export PATH="$BIN:$ROOT:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
	export HOME=${BATS_RUN_TMPDIR:-/nonexistent}/home
	mkdir -p "$HOME"
	# gRPC and its helpers keep pools until exit; what is ours must not leak.
	export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
	[ ! -f "$ROOT/tests/lsan.supp" ] || export LSAN_OPTIONS="suppressions=$ROOT/tests/lsan.supp:print_suppressions=0"
}
# Once for each file: what its setup_file exports is meant for its tests.
if [ "${TEST_CLEANED_FOR:-}" != "${BATS_RUN_TMPDIR:-}/${BATS_TEST_FILENAME:-}" ]; then
	_clean_environment
	export TEST_CLEANED_FOR=${BATS_RUN_TMPDIR:-}/${BATS_TEST_FILENAME:-}
fi
# shellcheck source=packaging/debian.sh
. "$ROOT/packaging/debian.sh"
redis_program "$HOME/bin"

# needs RIGHT: skips the test if this machine does not grant it; see rights.bash.
needs() {
	# shellcheck source=tests/rights.bash
	. "$ROOT/tests/rights.bash"
	right_granted "$1" || skip "needs $1"
}

# The test's own folder, or the file's where we are in setup_file.
here() {
	printf '%s' "${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}"
}

wait_until() {
	local tries=$(($1 * 20 * 3)) # what is there to be waited for takes a busy machine longer
	shift
	while ! "$@" >/dev/null 2>&1; do
		((tries-- > 0)) || {
			echo "waited in vain for: $*" >&2
			return 1
		}
		sleep 0.05
	done
}

# A process that has ended but that nobody has reaped yet counts as gone.
alive() {
	local stat
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
	stat=${stat##*) }
	[ "${stat%% *}" != Z ]
}

gone() {
	! alive "$1"
}

# One counter for all tests on the machine: two that run at once never get the same port.
free_port() {
	local count=${1:-1} port i
	(
		exec 8>>"${TMPDIR:-/tmp}/seniority-test-ports.$UID"
		flock 8
		port=$(cat "${TMPDIR:-/tmp}/seniority-test-ports.$UID")
		for ((i = 0; i < 12000; i++)); do
			((port = port + 1, (port >= 20000 && port + count <= 27000) || (port = 20000)))
			_ports_closed "$port" "$count" && break
		done
		echo "$((port + count - 1))" >"${TMPDIR:-/tmp}/seniority-test-ports.$UID"
		echo "$port"
	)
}

_ports_closed() {
	local port
	for ((port = $1; port < $1 + $2; port++)); do
		! (exec 7<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 1
	done
}

port_open() {
	(exec 7<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Whether somebody listens on this unix socket (00010000 is the kernel's flag for it).
socket_open() {
	awk -v path="$1" '$4 == "00010000" && $8 == path { found = 1 } END { exit !found }' /proc/net/unix
}

# server_run NAME COMMAND...: in the background, output in NAME.out and NAME.log.
server_run() {
	local name=$1 dir
	dir=$(here)
	shift
	"$@" >"$dir/$name.out" 2>"$dir/$name.log" </dev/null 3>&- &
	server_note "$name" $!
	disown $! 2>/dev/null || true
}

# server_note NAME PID: it is stopped with the servers. In servers/NAME, with the time that it was started: once it has ended,
# its number may come to be that of a process of another test.
server_note() {
	local dir
	dir=$(here)
	mkdir -p "$dir/servers"
	echo "$2 $(_started "$2" || true)" >"$dir/servers/$1"
}

# When a process was started, in the kernel's ticks.
_started() {
	local stat fields
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
	read -ra fields <<<"${stat##*) }"
	echo "${fields[19]}"
}

server_pid() {
	local file pid
	file=$(here)/servers/$1
	[ -f "$file" ] || file=$BATS_FILE_TMPDIR/servers/$1
	read -r pid _ <"$file"
	echo "$pid"
}

_server_stop_in() {
	local dir=$1 name=$2 signal=${3:-TERM} pid started
	[ -f "$dir/servers/$name" ] || return 0
	read -r pid started <"$dir/servers/$name"
	rm -f "$dir/servers/$name"
	[ "$(_started "$pid")" = "$started" ] || return 0
	kill "-$signal" "$pid" 2>/dev/null || return 0
	kill -CONT "$pid" 2>/dev/null || true # it may be standing still
	wait_until 20 gone "$pid" || kill -KILL "$pid" 2>/dev/null || true
}

server_stop() {
	local signal=${2:-TERM}
	_server_stop_in "$(here)" "$1" "${signal#-}"
}

servers_stop() {
	local dir file
	dir=$(here)
	for file in "$dir"/servers/*; do
		[ -e "$file" ] || continue
		_server_stop_in "$dir" "${file##*/}"
	done
	[ ! -d "$dir/radosgw/pid" ] || "$ROOT/tests/servers/radosgw.sh" stop "$dir/radosgw" 3>&-
}

teardown() {
	servers_stop
}

teardown_file() {
	servers_stop
}

sandbox() {
	local dir
	dir=$(here)
	export STORE=$dir/store/rl-data
	export RAW=$STORE/job-postings-raw MOD=$STORE/job-postings-mod REJECTED=$STORE/job-postings-rejected
	mkdir -p "$dir/cwd" "$RAW"
	cat >"$dir/cwd/config.yaml" <<-END
		endpoint_url: file://$dir/store
		input_bucket: rl-data
		output_bucket: rl-data
		raw_prefix: job-postings-raw/
		mod_prefix: job-postings-mod/
	END
	cd "$dir/cwd" || return
}

# The same settings for a bucket on the S3 server that radosgw_start began.
sandbox_s3() {
	local bucket=$1
	mkdir -p "$(here)/cwd"
	s3_bucket "$bucket"
	cat >"$(here)/cwd/config.yaml" <<-END
		endpoint_url: $S3_ENDPOINT
		input_bucket: $bucket
		output_bucket: $bucket
		raw_prefix: job-postings-raw/
		mod_prefix: job-postings-mod/
	END
	cd "$(here)/cwd" || return
}

redis_start() {
	export REDIS_SOCKET
	REDIS_SOCKET=$(here)/redis.sock
	# Started by hand: a shell is not to stand between us and the server's pid.
	server_run redis redis-server --port 0 --unixsocket "$REDIS_SOCKET" --save '' --appendonly no \
		--dir "$(here)" --daemonize no "$@"
	wait_until 10 redis_do PING
}

# The Redis that runs, killed and begun anew with five minutes of loading in front of it.
redis_restart_loading() {
	redis_do DEBUG POPULATE 60000 filler 200 >/dev/null
	redis_do SAVE >/dev/null
	redis_stop -9
	rm -f "$REDIS_SOCKET"
	# 5 ms a key
	server_run redis redis-server --port 0 --unixsocket "$REDIS_SOCKET" --save '' --dir "$(here)" \
		--key-load-delay 5000 --loading-process-events-interval-bytes 1024
	wait_until 10 redis_is_loading
}

redis_is_loading() {
	redis_do PING 2>&1 | grep -q LOADING
}

redis_stop() {
	server_stop redis "${1:-TERM}"
}

redis_do() {
	redis-cli -s "$REDIS_SOCKET" "$@"
}

senserve_start() {
	local address
	address=unix:$(here)/model.sock
	if [ "${1:-}" = --at ]; then
		address=$2
		shift 2
	fi
	export GRPC_SERVER_ADDRESS=$address
	rm -f "$(here)/model.sock"
	server_run senserve "$BIN/senserve" "$@"
	if [[ $address == unix:* ]]; then
		wait_until 20 socket_open "${address#unix:}" || _server_failed senserve
	else
		wait_until 20 port_open "${address##*:}" || _server_failed senserve
	fi
}

_server_failed() {
	cat "$(here)/$1.log" >&2
	return 1
}

# Ends the model and prints its counts, e.g. {"calls":3,"pairs":2100,"repeated":0}.
senserve_stop() {
	server_stop senserve "${1:-TERM}"
	cat "$(here)/senserve.out"
}

# faulty_start OPTION...: a proxy with bad days in front of the S3 server. Sets URL.
faulty_start() {
	local port
	port=$(free_port)
	server_stop faulty
	server_run faulty "$ROOT/tests/servers/faulty.py" "$port" "${S3_ENDPOINT##*:}" "$@"
	wait_until 10 port_open "$port"
	# shellcheck disable=SC2034 # the test's
	URL=http://127.0.0.1:$port
}

# odd_start [RULE...]: a small S3 server with a table of odd behaviours (odd.py --rows). Sets S3_ENDPOINT and AWS_*.
odd_start() {
	local port
	port=$(free_port)
	server_run odd "$PYTHON" "$ROOT/tests/servers/odd.py" "$port" "$@"
	wait_until 10 port_open "$port" || _server_failed odd
	export S3_ENDPOINT=http://127.0.0.1:$port
	export AWS_ACCESS_KEY_ID=testkey AWS_SECRET_ACCESS_KEY=testsecret AWS_REGION=us-east-1
}

# odd [RULE...]: from now on it behaves by these rules (none: well), and forgets what happened before.
odd() {
	printf '%s\n' "$@" | curl -sS -f --data-binary @- "$S3_ENDPOINT/.odd" && curl -sS -f -X DELETE "$S3_ENDPOINT/.odd"
}

# odd_happened FILTER: what it has seen and done, by a jq filter over {met, calls, requests}.
odd_happened() {
	curl -sS -f "$S3_ENDPOINT/.odd" | jq -r "$1"
}

radosgw_start() {
	local port
	port=$(free_port 50)
	export S3_ACCESS_KEY=testkey S3_SECRET_KEY=testsecret
	"$ROOT/tests/servers/radosgw.sh" start "$(here)/radosgw" "$port" >"$(here)/radosgw.env" \
		2>"$(here)/radosgw.log" 3>&- || _server_failed radosgw
	export S3_ENDPOINT=http://127.0.0.1:$port
	export AWS_ACCESS_KEY_ID=$S3_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$S3_SECRET_KEY AWS_REGION=us-east-1
}

# s3_request METHOD PATH [CURL OPTION...]: by curl's own signer, to set up and to look at a bucket.
s3_request() {
	local method=$1 path=$2
	shift 2
	curl -sS -f -X "$method" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
		--aws-sigv4 "aws:amz:us-east-1:s3" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@" "$S3_ENDPOINT$path"
}

s3_bucket() {
	s3_request PUT "/$1" -o /dev/null
}

# Made-up postings: the same N and SEED give the same bytes; a fifth of the pairs come twice.
postings() {
	# numbers of our own: some awks take no notice of srand()
	awk -v n="$1" -v seed="${2:-1}" '
	function random() { state = state * 16807 % 2147483647; return state / 2147483647 }
	BEGIN {
		state = 1 + (seed * 48271 + 12345) % 2147483646
		for (i = 0; i < 3; i++) random()
		count = split("Senior Accountant|Software Engineer Trainee|Head of Legal|Account Manager|CFO|" \
			"Legal Adviser|Lead Electrical Engineer|Attorney, Partner|Assistant to the CEO|Data Analyst", titles, "|")
		for (i = 1; i <= n; i++) {
			company = int(random() * n * 2)
			printf "{\"url\": \"https://jobs.example/%d/%d\", \"company\": \"Company %d: Sons\", \"title\": \"%s\", \"scraped_on\": %d}\n",
				seed, i, company, titles[1 + int(random() * count)], 1721183934 + i
		}
	}'
}

posting() {
	jq -cn --arg company "$1" --arg title "$2" '{company: $company, title: $title}'
}
