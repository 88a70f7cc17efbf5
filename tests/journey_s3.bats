# From raw to mod on a real S3 server.
load helper
load journey

setup_file() {
	radosgw_start
}

setup() {
	STORE_KIND=s3
	BUCKET=journey-$BATS_TEST_NUMBER
	sandbox_s3 "$BUCKET"
	redis_start
	senserve_start
}

@test "journey, S3: everything arrives as the model says, each pair asked once, nothing twice" {
	whole_journey 25 400
}
