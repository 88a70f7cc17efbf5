#!/usr/bin/env bats
# S3 through a proxy, by the environment's variables as curl takes them: tinyproxy in front of Ceph's gateway, whose log is
# what says which way a request went.
# needs: radosgw ceph-mon curl openssl tinyproxy

load helper
load tls

setup_file() {
	export TLS=$BATS_FILE_TMPDIR/tls HTTP_PORT
	make_certificates "$TLS" 2>"$BATS_FILE_TMPDIR/openssl.log"
	HTTP_PORT=$(free_port)
	export TLS_CERT=$TLS/server.pem TLS_KEY=$TLS/server.key
	radosgw_start
	export S3_ENDPOINT_TLS=${S3_ENDPOINT/http:/https:}
	export S3_ENDPOINT=http://127.0.0.1:$HTTP_PORT
	s3_bucket proxied
	postings 20 >"$BATS_FILE_TMPDIR/small"
	s3put --endpoint-url "$S3_ENDPOINT" s3://proxied/small <"$BATS_FILE_TMPDIR/small"
}

setup() {
	SMALL=$BATS_FILE_TMPDIR/small
	cd "$BATS_TEST_TMPDIR" || return
	export AWS_CA_BUNDLE=$TLS/ca.pem
}

# config URL: what the stages ask.
config() {
	printf 'endpoint_url: %s\ninput_bucket: proxied\noutput_bucket: proxied\n' "$1" >config.yaml
}

# proxy_start [LINE...]: these lines more in its configuration. Sets PROXY.
proxy_start() {
	local port
	port=$(free_port)
	server_stop proxy
	printf '%s\n' "Port $port" "Listen 127.0.0.1" "Timeout 60" "Allow 127.0.0.1" "MaxClients 50" "LogLevel Connect" "$@" >proxy.conf
	server_run proxy tinyproxy -d -c "$PWD/proxy.conf"
	wait_until 10 port_open "$port"
	PROXY=http://127.0.0.1:$port
}

# went METHOD: how many requests of it the proxy has had.
went() {
	cat proxy.out proxy.log | grep -c "Request (file descriptor [0-9]*): $1 " || true
}

@test "http: listing, getting and putting go through http_proxy" {
	proxy_start
	config "$S3_ENDPOINT"
	export http_proxy=$PROXY
	seq 1000000 2200000 >large # two parts
	s3put large <large
	s3cat large small | cmp - <(cat large "$SMALL")
	[ "$(s3ls s3://proxied/ | wc -l)" = 2 ]
	# two parts, or three where the first is sent while the end is not known
	(($(went PUT) >= 2 && $(went POST) == 2 && $(went GET) == 3))
	cat proxy.out proxy.log | grep -q "GET http://127.0.0.1:$HTTP_PORT/proxied/small "
	s3put --delete large
}

@test "https: a tunnel by CONNECT, and the certificate is the store's own" {
	proxy_start
	config "$S3_ENDPOINT_TLS"
	local name
	for name in https_proxy HTTPS_PROXY all_proxy ALL_PROXY; do
		local before
		before=$(went CONNECT)
		env "$name=$PROXY" s3cat small | cmp - "$SMALL"
		[ "$(went CONNECT)" -gt "$before" ]
	done
	[ "$(went GET)" = 0 ]
	# One tunnel serves for many requests.
	proxy_start
	https_proxy=$PROXY s3cat -P 1 small small small small | wc -l | grep -qx 80
	[ "$(went CONNECT)" = 1 ]
	run -1 --separate-stderr env "https_proxy=$PROXY" "AWS_CA_BUNDLE=$TLS/other.pem" s3cat small
	[[ $stderr == *certificate* ]]
}

@test "no_proxy leaves hosts out; http alone goes by http_proxy, in small letters, as curl has it" {
	proxy_start
	config "$S3_ENDPOINT"
	local name
	for name in no_proxy NO_PROXY; do
		env "http_proxy=$PROXY" "$name=localhost,127.0.0.1" s3cat small | cmp - "$SMALL"
		env "http_proxy=$PROXY" "$name=*" s3cat small | cmp - "$SMALL"
	done
	# A CGI script's HTTP_PROXY may be a stranger's header.
	env "HTTP_PROXY=$PROXY" "https_proxy=$PROXY" s3cat small | cmp - "$SMALL"
	[ "$(went GET)" = 0 ]
	env "http_proxy=$PROXY" no_proxy=example.com s3cat small | cmp - "$SMALL"
	[ "$(went GET)" = 1 ]
}

@test "credentials of the machine and of the container are not asked for through a proxy" {
	mkdir site
	server_run identity "$PYTHON" "$ROOT/tests/servers/aws_identity.py" "$PWD/site"
	wait_until 20 test -s site/port
	proxy_start
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_EC2_METADATA_DISABLED
	export http_proxy=$PROXY https_proxy=$PROXY all_proxy=$PROXY
	AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:$(<site/port) s3ls --whoami --endpoint-url "$S3_ENDPOINT" >seen
	grep -q '^source: instance metadata' seen
	AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:$(<site/port)/creds s3ls --whoami --endpoint-url "$S3_ENDPOINT" >seen
	grep -q '^source: the container' seen
	[ "$(went '[A-Z]*')" = 0 ]
}

@test "a proxy that is not there: one clear line, 75, and nothing of its password" {
	local url bad port
	port=$(free_port)
	export AWS_MAX_ATTEMPTS=1
	for url in "$S3_ENDPOINT" "$S3_ENDPOINT_TLS"; do
		config "$url"
		run -75 --separate-stderr env {http,https}_proxy="http://me:hunter2@127.0.0.1:$port" s3cat small
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == "s3cat: s3://proxied/small: GET: the proxy: Failed to connect to 127.0.0.1 port $port "* ]]
		run -75 --separate-stderr env {http,https}_proxy="me:hunter2@nobody.invalid:$port" s3cat small
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == *"GET: Could not resolve proxy: nobody.invalid"* && $stderr != *hunter2* ]]
		# What cannot be read is a mistake that no waiting mends, and is not shown.
		for bad in 'http://me:hunter2@[::bad' 'foo://me:hunter2@127.0.0.1:1'; do
			AWS_MAX_ATTEMPTS=5 run -1 --separate-stderr env {http,https}_proxy="$bad" s3cat small
			[ "${#stderr_lines[@]}" -eq 1 ]
			[[ $stderr == *"GET: the proxy in the environment is not a valid proxy address" ]]
		done
	done
	# The store's own absence is not laid at the proxy's door.
	run -75 --separate-stderr env no_proxy='*' http_proxy="http://me:hunter2@127.0.0.1:$port" s3cat --endpoint-url "http://127.0.0.1:$port" small
	[[ $stderr == *"GET: Failed to connect to 127.0.0.1 port $port "* ]]
}

@test "a proxy that wants a password gets it; a wrong one is of no object, and shown nowhere" {
	proxy_start "BasicAuth me hunter2"
	local url wanted fault with=http://me:hunter2@${PROXY#http://} wrong=http://me:hunter3@${PROXY#http://}
	for url in "$S3_ENDPOINT" "$S3_ENDPOINT_TLS"; do
		config "$url"
		env {http,https}_proxy="$with" s3cat small 2>log | cmp - "$SMALL"
		[ ! -s log ]
		# To a tunnel this proxy says 407, which nobody else does. To the rest it says 401 with a page of its own, which is
		# no answer of the store, and may pass.
		if [ "$url" = "$S3_ENDPOINT" ]; then wanted=75 fault=nobody; else wanted=1 fault=everybody; fi
		run "-$wanted" --separate-stderr env AWS_MAX_ATTEMPTS=1 {http,https}_proxy="$wrong" s3cat small
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == *40[17]* && $stderr != *hunter* ]]
		# No object is at fault.
		echo small | env AWS_MAX_ATTEMPTS=1 {http,https}_proxy="$wrong" s3cat >frames 2>log || [ $? = "$wanted" ]
		[ "$(jq -c '[.temporary, .fault]' frames)" = "[true,\"$fault\"]" ]
		run ! grep hunter log frames
	done
	[ "$(went CONNECT)" -gt 0 ]
}

@test "a proxy that cannot reach the store is an outage: 75, after the retries" {
	proxy_start
	local port
	port=$(free_port)
	export AWS_MAX_ATTEMPTS=2 http_proxy=$PROXY https_proxy=$PROXY
	config "http://127.0.0.1:$port"
	run -75 --separate-stderr s3cat small
	[[ $stderr == *", retry 2 of 2 in "*"GET: 50"[0-9]* ]]
	config "https://127.0.0.1:$port"
	run -75 --separate-stderr s3cat small
	[[ $stderr == *", retry 2 of 2 in "*"GET: the proxy: "*"response 50"* ]]
}
