# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and lib.bash, or used through namerefs
# The same questions on S3: Ceph's radosgw on loopback, which takes most of the processors' time for itself.

s3_curl() { # METHOD PATH [OPTION...]
	curl -sS -f -o /dev/null -X "$1" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:s3 \
		-H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "${@:3}" "$S3_ENDPOINT$2"
}

s3_start() {
	local port=23100
	while (exec 7<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 50)); done
	S3_ACCESS_KEY=testkey S3_SECRET_KEY=testsecret "$home/tests/servers/radosgw.sh" start "$work/radosgw" $port >/dev/null 2>>"$work/log"
	export S3_ENDPOINT=http://127.0.0.1:$port AWS_ACCESS_KEY_ID=testkey AWS_SECRET_ACCESS_KEY=testsecret AWS_REGION=us-east-1
}

s3_bucket() { # BUCKET COUNT: the first COUNT raw files
	local file
	s3_curl PUT "/$1"
	find "$work/raw" -name '*.jsonl' | sort | sed -n "1,$2p" | while read -r file; do
		s3_curl PUT "/$1/raw/${file##*/}" -T "$file"
	done
}

bench_s3() {
	local count=$((s3_files * PER_FILE)) rates predecessor_store peaks=() redis_peaks=()
	if ! command -v radosgw >/dev/null || ! command -v ceph-osd >/dev/null; then
		notes+=("S3: left out, because radosgw and ceph-osd are not installed.")
		return
	fi
	s3_start
	s3_bucket one 1
	s3_bucket some "$some_files"
	s3_bucket part "$s3_files"
	# shellcheck source=/dev/null
	. "$home/bench/one_file.bash"
	one_file s3
	use_store part s3
	pipe >/dev/null
	# shellcheck source=/dev/null
	. "$home/bench/day.bash"
	: >"$work/stages"
	repeat fresh pipe day_keep
	record "2. A day" "S3 store: $s3_files files of it, $count postings, warm Redis" s - "${walls[@]}"
	each rates "$count / a" walls
	record "2. A day" "S3 store: the same" postings/s - "${rates[@]}"
	record "2. A day" "S3 store: peak memory of all programs together" MB "<=300" "${peaks[@]}"
	day_stages "S3 store, $s3_files files" "$work/stages-s3.dat"
	# shellcheck source=/dev/null
	. "$home/bench/predecessor.bash"
	predecessor_store=(--bucket some --endpoint "$S3_ENDPOINT")
	predecessor_can grpc redis boto3 || return 0
	use_store some s3
	compare "S3 store" $((some_files * PER_FILE))
}
