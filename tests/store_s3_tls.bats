#!/usr/bin/env bats
# S3 over TLS, with a certificate authority of one's own.
# needs: radosgw ceph-mon curl openssl

load helper
load tls

setup_file() {
	export TLS=$BATS_FILE_TMPDIR/tls
	make_certificates "$TLS" 2>"$BATS_FILE_TMPDIR/openssl.log"
	export TLS_CERT=$TLS/server.pem TLS_KEY=$TLS/server.key HTTP_PORT
	HTTP_PORT=$(free_port)
	radosgw_start
	export S3_ENDPOINT=${S3_ENDPOINT/http:/https:}
	s3_request PUT /secured --cacert "$TLS/ca.pem" -o /dev/null
}

setup() {
	cat >"$BATS_TEST_TMPDIR/config.yaml" <<-END
		endpoint_url: $S3_ENDPOINT
		input_bucket: secured
		output_bucket: secured
	END
	cd "$BATS_TEST_TMPDIR" || return
}

@test "AWS_CA_BUNDLE names the authority; everything works as without TLS" {
	export AWS_CA_BUNDLE=$TLS/ca.pem
	seq 1000000 2000000 >large # nearly 8 MB
	cat large large >larger
	s3put small <large
	s3put parts <larger
	s3cat small | cmp - large
	s3cat parts | cmp - larger
	[ "$(s3ls s3://secured/ | wc -l)" = 2 ]
}

@test "bodies can be left out of the signature, which TLS protects as well" {
	local port
	port=$(free_port)
	export AWS_CA_BUNDLE=$TLS/ca.pem UNSIGNED_PAYLOAD
	seq 1000000 1100000 >some
	for UNSIGNED_PAYLOAD in true false; do
		server_run faulty "$ROOT/tests/servers/faulty.py" "$port" "$HTTP_PORT" --every 1000000 --tls "$TLS_CERT" "$TLS_KEY"
		wait_until 10 port_open "$port"
		s3put --endpoint-url "https://127.0.0.1:$port" unsigned <some
		server_stop faulty
		jq -r '.sent.PUT["x-amz-content-sha256"]' faulty.out >>digests
	done
	[ "$(paste -sd' ' digests)" = "UNSIGNED-PAYLOAD $(sha256sum <some | cut -d' ' -f1)" ]
	s3cat unsigned | cmp - some
}

@test "a profile may name the authority" {
	printf '[default]\nca_bundle = %s\n' "$TLS/ca.pem" >aws-config
	export AWS_CONFIG_FILE=$PWD/aws-config
	echo hello | s3put by/profile
	[ "$(s3cat by/profile)" = hello ]
	AWS_CA_BUNDLE=$TLS/other.pem run -1 s3cat by/profile
}

@test "an authority that is not known is refused at once, and the object does not count as failed for good" {
	run -1 --separate-stderr s3cat small
	[[ $stderr == *certificate* ]]
	[[ $stderr != *retry* ]]
	AWS_CA_BUNDLE=$TLS/other.pem run -1 --separate-stderr s3cat small
	[[ $stderr == *certificate* ]]
	echo small | AWS_CA_BUNDLE=$TLS/other.pem s3cat >frames || [ $? = 1 ]
	[ "$(jq -r .temporary frames)" = true ]
}

@test "a missing bundle is reported" {
	AWS_CA_BUNDLE=/no/such/file run ! s3cat small
	[[ $output == *"/no/such/file"* ]]
}
