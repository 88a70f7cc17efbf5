#!/usr/bin/env bats
# S3 over TLS, with a certificate authority of one's own.

load helper
load tls

setup_file() {
	export TLS=$BATS_FILE_TMPDIR/tls
	make_certificates "$TLS" 2>"$BATS_FILE_TMPDIR/openssl.log"
	export TLS_CERT=$TLS/server.pem TLS_KEY=$TLS/server.key
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
	# Bodies can be left out of the signature.
	UNSIGNED_PAYLOAD=true s3put unsigned <large
	s3cat unsigned | cmp - large
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

@test "a bundle that is not there is said" {
	AWS_CA_BUNDLE=/no/such/file run ! s3cat small
	[[ $output == *"/no/such/file"* ]]
}
