# The model or Redis goes away in the middle of a run.
load helper
load store
load journey

setup() {
	sandbox
	redis_start
}

# Both stages that need Redis have had an answer of it: the cursor, and what is known of the pairs.
both_answered() {
	redis_do CLIENT LIST >clients
	grep -q ' cmd=get ' clients && grep -qE ' cmd=(hget|set|pexpire) ' clients
}

@test "a model that is away for a while is waited for" {
	make_raw 10 50
	upload_raw
	senserve_start --at "localhost:$(free_port)"
	make_expected
	senserve_stop >/dev/null
	start --summary json
	wait_until 30 grep -q 'senenrich: warning' run.err
	senserve_start --at "$GRPC_SERVER_ADDRESS"
	wait "$pid"
	[ "$(field stored "$(<run.out)")" -eq 10 ]
	assert_mod_right
}

@test "a model that stays away: 75, the cursor stands, what needs no model goes through; the next run does the rest" {
	make_raw 10 50
	senserve_start
	make_expected
	upload_raw
	# half of the files are known already: their pairs are in Redis
	mkdir later
	mv "$RAW"/1721184[2-9]*.jsonl later/
	pipeline.sh --quiet
	known=$(find "$MOD" -type f | wc -l)
	rm -r "$MOD"
	cursor set --force 0
	mv later/* "$RAW/"
	senserve_stop >/dev/null
	RPC_PATIENCE=1s run --separate-stderr pipeline.sh --summary json
	echo "$output" "$stderr"
	[ "$status" -eq 75 ]
	[ "$(field stored)" -ge "$known" ]
	[ "$(field failed)" -ge 1 ]
	[ "$(field adds_up)" = true ]
	[ "$(cursor get)" -lt 1721184474 ]
	[ -z "$(cursor failed)" ]
	senserve_start
	run --separate-stderr pipeline.sh
	[ "$status" -eq 0 ]
	assert_mod_right
	[ "$(cursor get)" -eq 1721184474 ]
}

@test "Redis dies in the middle: the work is done, the cursor is for the next run" {
	make_raw 40 50
	upload_raw
	senserve_start
	make_expected
	model_freeze
	start --batch 50 --summary json
	wait_until 20 both_answered
	redis_stop -9
	model_thaw
	status=0
	wait "$pid" || status=$?
	cat run.out run.err
	[ "$status" -eq 75 ]
	assert_mod_right
	redis_start
	run --separate-stderr pipeline.sh --summary json
	[ "$status" -eq 0 ]
	[ "$(field listed)" -eq 0 ]
	[ "$(cursor get)" -eq $((1721183934 + 60 * 39)) ]
}
