# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and lib.bash, or used through namerefs
# A long listing from a server that is far away: page_server waits 80 ms before each page. s3ls lists in parts at once; s3ls
# --parallel 1, rclone and the AWS CLI go page by page. It takes some twenty minutes at full size, and is no part of a usual run.

LISTING_WAIT_MS=80

listing_missing() {
	local name
	for name in aws rclone; do
		command -v $name >/dev/null || echo "$name"
	done
}

listing_serve() { # COUNT [PER_DAY]
	local port=23900
	while (exec 7<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
	server_start pages "$tools/page_server" "$port" "$1" $LISTING_WAIT_MS ${2:+"$2"}
	wait_for eval "(exec 7<>/dev/tcp/127.0.0.1/$port)"
	export S3_ENDPOINT=http://127.0.0.1:$port AWS_ACCESS_KEY_ID=testkey AWS_SECRET_ACCESS_KEY=testsecret AWS_REGION=us-east-1
	export RCLONE_CONFIG=$work/rclone.conf
	printf '[store]\ntype = s3\nprovider = Other\nlist_version = 2\nenv_auth = true\nendpoint = %s\n' "$S3_ENDPOINT" >"$RCLONE_CONFIG"
	mkdir -p "$work/listing"
	cd "$work/listing" || return
	printf '%s: %s\n' endpoint_url "$S3_ENDPOINT" input_bucket many output_bucket many raw_prefix raw/ >config.yaml
	listing_count=$1
}

# All keys, in order, one a line: what they have in common.
list_s3ls() { "$bin/s3ls" --after 1600000000 >list; }
list_pages() { "$bin/s3ls" --after 1600000000 --parallel 1 >list; }
list_rclone() { rclone lsf store:many/raw >list; }
list_aws() { aws --endpoint-url "$S3_ENDPOINT" s3api list-objects-v2 --bucket many --prefix raw/ --output text --query 'Contents[].[Key]' >list; }

listing_check() { # PROGRAM
	[ "$(grep -o '1[0-9]*\.jsonl' list | sort -u | wc -l)" = "$listing_count" ] || {
		say "$1 did not list all there is"
		return 1
	}
}
listing_said_more() { # LINES
	(($1 < $(wc -l <"$work/pages.out")))
}

listing_requests() { # how many pages were asked for so far
	local lines
	lines=$(wc -l <"$work/pages.out")
	kill -USR1 "${server[pages]}"
	wait_for listing_said_more "$lines"
	tail -n 1 "$work/pages.out"
}

list_s3ls_before() { listing_before=$(listing_requests); }
list_s3ls_after() {
	listing_check s3ls
	list_s3ls_requests+=("$(($(listing_requests) - listing_before))")
}
list_pages_after() { listing_check "s3ls --parallel 1"; }
list_rclone_after() { listing_check rclone; }
list_aws_after() { listing_check aws; }

listing_record_own() { # WHAT
	local question="7. A long listing, $LISTING_WAIT_MS ms a page"
	record "$question" "$1: s3ls" s - "${list_s3ls_walls[@]}"
	record "$question" "$1: s3ls, CPU time" s - "${list_s3ls_cpus[@]}"
	record "$question" "$1: s3ls, requests" pages - "${list_s3ls_requests[@]}"
	record "$question" "$1: s3ls --parallel 1" s - "${list_pages_walls[@]}"
}

listing_record() { # WHAT
	local question="7. A long listing, $LISTING_WAIT_MS ms a page" ratios
	listing_record_own "$1"
	record "$question" "$1: rclone lsf" s - "${list_rclone_walls[@]}"
	record "$question" "$1: aws s3api" s - "${list_aws_walls[@]}"
	each ratios "a / b" list_rclone_walls list_s3ls_walls
	record "$question" "$1: rclone's time / s3ls's" times ">=8" "${ratios[@]}"
	each ratios "a / b" list_aws_walls list_s3ls_walls
	record "$question" "$1: aws s3api's time / s3ls's" times ">=8" "${ratios[@]}"
}

bench_listing() {
	local missing
	missing=$(listing_missing | paste -sd' ')
	if [ -n "$missing" ]; then
		notes+=("A long listing: left out, because these are not installed: $missing.")
		return
	fi
	listing_serve "$listing_keys"
	list_s3ls_requests=()
	in_turn list_s3ls list_pages list_rclone list_aws
	listing_record "$listing_keys keys"
	server_stop pages
	# Bursts: where the next one begins is only known from the end of the one before.
	listing_serve "$listing_keys" 5000
	list_s3ls_requests=()
	in_turn list_s3ls list_pages
	listing_record_own "$listing_keys keys, 5,000 in the first hours of each day"
	server_stop pages
}
