# From raw to mod on the embedded store.
load helper
load journey

setup() {
	STORE_KIND="file"
	sandbox
	redis_start
	senserve_start
}

@test "journey, file store: everything arrives as the model says, each pair asked once, nothing twice" {
	whole_journey 60 500
}

@test "journey, file store: a lost Redis costs no work that is done" {
	make_raw 20 100
	upload_raw
	make_expected
	pipeline.sh --quiet
	redis_do FLUSHALL
	senserve_stop >/dev/null
	senserve_start
	rm "$MOD/1721184114.jsonl"
	run --separate-stderr pipeline.sh --summary json
	[ "$status" -eq 0 ]
	[ "$(field listed)" -eq 1 ]
	[ "$(field present)" -eq 19 ]
	assert_mod_right
	# the highest number that was listed is beyond the one that was done
	run pipeline.sh --summary json
	[ "$(field cursor)" -eq 1721185074 ]
	[ "$(cursor get)" -eq 1721185074 ]
}
