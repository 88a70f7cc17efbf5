# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and lib.bash, or used through namerefs
# s3cat, s3put and s3ls beside what else one would reach for, on one radosgw. In each round every program has its turn, so
# that a change of the machine's mood meets them all; figures are ratios within a round. All take from files and write to
# files of the same folder, in memory where it is large enough. What our programs' CPU time is held against is curl's for
# the same transfers and openssl dgst's for the digests: the MD5 of what is got, the SHA-256 of what is put.

# shellcheck source-path=SCRIPTDIR source=s3.bash
. "$home/bench/s3.bash"

declare -A peer_walls peer_cpus # program -> its figures, a round each

peers_missing() {
	local name
	for name in radosgw ceph-osd curl openssl aws rclone; do
		command -v $name >/dev/null || echo "$name"
	done
}

# Memory, where there is enough for the objects as files, as frames and as what was got.
peers_place() {
	local free
	free=$(df --output=avail -B1G /dev/shm 2>/dev/null | tail -n 1) || free=0
	if ((free >= 8)); then echo /dev/shm; else echo "$work"; fi
}

# The same objects as files, as frames, and as the lists that curl reads.
peers_objects() { # BUCKET COUNT SIZE
	local bucket=$1 count=$2 size=$3 folder=$peers/$1 name
	mkdir -p "$folder/in"
	head -c $((count * (size - 2))) < <("$bin/sengen" --count $((count * size / 140)) --seed 3 --zipf 2>>"$work/log" || true) |
		split -a 10 --numeric-suffixes="$FIRST" --additional-suffix=.jsonl -b $((size - 2)) - "$folder/in/"
	find "$folder/in" -name '*.jsonl' -printf '%f\n' | sort >"$folder/names"
	while read -r name; do echo x >>"$folder/in/$name"; done <"$folder/names"
	sed 's|^|raw/|' "$folder/names" >"$folder/keys"
	(cd "$folder/in" && awk '
		FNR == 1 { finish(); name = substr(FILENAME, 3); lines = 0; printf "{\"@\":\"begin\",\"key\":\"from/%s\"}\n", name }
		{ lines += NF > 0; print }
		function finish() { if (name) printf "{\"@\":\"end\",\"key\":\"from/%s\",\"lines\":%d}\n", name, lines }
		END { finish() }' ./*.jsonl) >"$folder/frames"
	sed "s|.*|url = \"$S3_ENDPOINT/$bucket/raw/&\"\noutput = \"$peers/out/&\"|" "$folder/names" >"$folder/curl-get"
	sed "s|.*|url = \"$S3_ENDPOINT/$bucket/raw/&\"\nupload-file = \"$folder/in/&\"|" "$folder/names" >"$folder/curl-put"
	s3_curl PUT "/$bucket"
	mkdir -p "$folder/settings"
	printf '%s: %s\n' endpoint_url "$S3_ENDPOINT" input_bucket "$bucket" output_bucket "$bucket" raw_prefix from/ mod_prefix raw/ \
		>"$folder/settings/config.yaml"
	cd "$folder/settings" || return
}

peers_settings() {
	mkdir -p "$HOME/.aws"
	cat >"$HOME/.aws/config" <<-END
		[default]
		request_checksum_calculation = when_required
		response_checksum_validation = when_required
		s3 =
		  max_concurrent_requests = 16
	END
	export RCLONE_CONFIG=$HOME/rclone.conf
	cat >"$RCLONE_CONFIG" <<-END
		[store]
		type = s3
		provider = Ceph
		env_auth = true
		endpoint = $S3_ENDPOINT
	END
}

peers_curl() {
	curl -sS -f --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:s3 \
		-H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@"
}

# ---- what is run: KIND_PROGRAM, in the bucket $bucket

get_s3cat() { "$bin/s3cat" -P 16 --plain <"$peers/$bucket/keys" >"$peers/out/all"; }
get_curl() { peers_curl --parallel --parallel-max 16 -K "$peers/$bucket/curl-get" 2>/dev/null; }
get_rclone() { rclone copy --transfers 16 "store:$bucket/raw" "$peers/out"; }
get_aws() { aws --endpoint-url "$S3_ENDPOINT" s3 cp --only-show-errors --recursive "s3://$bucket/raw/" "$peers/out"; }
get_openssl() { (cd "$peers/$bucket/in" && openssl dgst -md5 ./*.jsonl); }

put_s3put() { "$bin/s3put" -P 16 <"$peers/$bucket/frames" >"$peers/out/receipts"; }
put_curl() { peers_curl --parallel --parallel-max 16 -K "$peers/$bucket/curl-put" 2>/dev/null; }
put_rclone() { rclone copy --transfers 16 --ignore-times "$peers/$bucket/in" "store:$bucket/raw"; }
put_aws() { aws --endpoint-url "$S3_ENDPOINT" s3 cp --only-show-errors --recursive "$peers/$bucket/in" "s3://$bucket/raw/"; }
put_openssl() { (cd "$peers/$bucket/in" && openssl dgst -sha256 ./*.jsonl); }

ls_s3ls() { "$bin/s3ls" >"$peers/out/list"; }
ls_curl() { peers_curl -K "$peers/$bucket/curl-list" >"$peers/out/list"; }
ls_rclone() { rclone lsf "store:$bucket/raw" >"$peers/out/list"; }
ls_aws() { aws --endpoint-url "$S3_ENDPOINT" s3api list-objects-v2 --bucket "$bucket" --prefix raw/ >"$peers/out/list"; }

# The bytes of these files without blank lines: s3put leaves those out, and some of the files begin with one.
peers_bytes() {
	find "$@" -type f -exec cat {} + | grep -av '^$' | wc -c
}

# What came is what is wanted: else the figure is worth nothing.
peers_check() { # KIND PROGRAM
	case $1 in
	get) [ "$(peers_bytes "$peers/out")" = "$(peers_bytes "$peers/$bucket/in")" ] ;;
	ls) [ "$(grep -o "${FIRST_LISTED}[0-9]*\.jsonl" "$peers/out/list" | sort -u | wc -l)" = "$peers_listed" ] ;;
	esac || {
		say "$2 did not $1 all there is in $bucket"
		return 1
	}
}

peers_turn() { # KIND PROGRAM
	local wall user system TIMEFORMAT='%3R %3U %3S'
	rm -rf "$peers/out"
	mkdir "$peers/out"
	{ time "$1_$2" >"$work/last.out" 2>>"$work/log"; } 2>"$work/time"
	read -r wall user system <"$work/time"
	peer_walls[$2]+=" $wall"
	peer_cpus[$2]+=" $(calc "$user + $system")"
	[ "$2" = openssl ] || peers_check "$1" "$2"
}

peers_compare() { # KIND OURS WHAT PROGRAM...
	local kind=$1 ours=$2 what=$3 i program order mine theirs digest curl_cpu digest_cpu ratios both against
	shift 3
	peer_walls=() peer_cpus=() order=("$ours" "$@")
	for ((i = 0; i < peers_rounds; i++)); do
		for program in "${order[@]}"; do
			peers_turn "$kind" "$program"
		done
		mapfile -t order < <(printf '%s\n' "${order[@]}" | tac)
	done
	read -ra mine <<<"${peer_walls[$ours]}"
	for program in "$@"; do
		[ "$program" != openssl ] || continue
		read -ra theirs <<<"${peer_walls[$program]}"
		each ratios "a / b" theirs mine
		record "6. Beside other S3 clients" "$what: $program's time / $ours's" times ">=1" "${ratios[@]}"
	done
	if [ -n "${peer_walls[openssl]:-}" ]; then
		# What has the same done, digests and all, without us.
		read -ra theirs <<<"${peer_walls[curl]}"
		read -ra digest <<<"${peer_walls[openssl]}"
		each both "a + b" theirs digest
		each ratios "a / b" both mine
		record "6. Beside other S3 clients" "$what: curl's and then openssl dgst's time / $ours's" times - "${ratios[@]}"
	fi
	read -ra mine <<<"${peer_cpus[$ours]}"
	read -ra curl_cpu <<<"${peer_cpus[curl]}"
	both=("${curl_cpu[@]}") against="$ours's CPU time / curl's"
	if [ -n "${peer_cpus[openssl]:-}" ]; then
		read -ra digest_cpu <<<"${peer_cpus[openssl]}"
		each both "a + b" curl_cpu digest_cpu
		against+=" and openssl dgst's"
	fi
	each ratios "a / b" mine both
	record "6. Beside other S3 clients" "$what: $against" times "<=1.3" "${ratios[@]}"
}

# Empty objects are as good as any to be listed.
peers_keys() { # COUNT
	local last=$((FIRST + $1 - 1)) start
	s3_curl PUT /listed
	mkdir -p "$peers/listed/settings"
	cd "$peers/listed/settings" || return
	printf '%s: %s\n' endpoint_url "$S3_ENDPOINT" input_bucket listed output_bucket listed raw_prefix from/ mod_prefix raw/ >config.yaml
	seq "$FIRST" "$last" | awk '{ key = "from/" $1 ".jsonl"
		printf "{\"@\":\"begin\",\"key\":\"%s\"}\n{\"@\":\"end\",\"key\":\"%s\",\"lines\":0}\n", key, key }' |
		"$bin/s3put" -P 32 >/dev/null
	sed -i 's/raw_prefix: .*/raw_prefix: raw\//; s/mod_prefix: .*/mod_prefix: mod\//' config.yaml
	for ((start = FIRST - 1; start < last; start += 1000)); do
		# The answer echoes it: the first is to name no key.
		((start >= FIRST)) || echo "url = \"$S3_ENDPOINT/listed?encoding-type=url&list-type=2&max-keys=1000&prefix=raw%2F\""
		((start < FIRST)) ||
			echo "url = \"$S3_ENDPOINT/listed?encoding-type=url&list-type=2&max-keys=1000&prefix=raw%2F&start-after=raw%2F$start.jsonl\""
	done >"$peers/listed/curl-list"
	peers_listed=$1
}

peers_all() { # LARGE SMALL KEYS ROUNDS
	local missing bucket size
	missing=$(peers_missing | paste -sd' ')
	if [ -n "$missing" ]; then
		notes+=("Other S3 clients: left out, because these are not installed: $missing.")
		return
	fi
	peers_rounds=$4 FIRST_LISTED=${FIRST:0:4}
	unset MOD_PREFIX # of the parts before this one; here config.yaml says where objects go
	peers=$(mktemp -d "$(peers_place)/seniority-peers.XXXXXX")
	[ -n "${S3_ENDPOINT:-}" ] || s3_start
	peers_settings
	for bucket in ${peers_buckets-large small}; do
		if [ "$bucket" = large ]; then
			size="$1 objects of 1 MiB" && peers_objects large "$1" 1048576
		else
			size="$2 of 10 KiB" && peers_objects small "$2" 10240
		fi
		peers_compare put s3put "put $size" curl rclone aws openssl
		rm "$peers/$bucket/frames" # memory, in most places, of which a server with all the objects has need
		peers_compare get s3cat "get $size" curl rclone aws openssl
		rm -rf "${peers:?}/$bucket"
	done
	say "making $3 keys"
	bucket=listed
	peers_keys "$3"
	peers_compare ls s3ls "list $3 keys" curl rclone aws
}

# Sizes that leave the rest of the benchmark its time; s3_peers_full has ten times them.
bench_s3_peers() {
	peers_all 200 1000 10000 3
}
