#!/usr/bin/env bats
# A minute of `make chaos`, always with the same seeds, and tests of its oracle. The timing differs from
# machine to machine; the laws do not.
# slow: whole worlds, with their kills and stalls

load helper

chaos() {
	"$PYTHON" "$ROOT/tests/chaos/run.py" --folder "$BATS_TEST_TMPDIR/chaos" "$@"
}

# If a law is broken, the end of the world's story is shown.
worlds() {
	run chaos "$@"
	echo "$output"
	tail -n 40 "$BATS_TEST_TMPDIR"/chaos/*/story 2>/dev/null || true
	[ "$status" = 0 ]
}

@test "worlds on an S3 server with bad days: no law is broken" {
	worlds --seed 2 --worlds 1 --store s3
	grep -q '^S3 requests  *[1-9]' <<<"$output"
	grep -q '^fault: ' <<<"$output"
}

@test "worlds in files: no law is broken" {
	local seed
	# on a fast machine a run may be over before it is to be killed
	for seed in {4..15}; do
		worlds --seed "$seed" --worlds 2 --store file
		grep -q '^rounds  *[1-9]' <<<"$output"
		! grep -q '^killed: ' <<<"$output" || return 0
	done
	false
}

@test "the oracle finds each kind of damage, and names the law and the object" {
	local store
	for store in s3 file; do
		run chaos --self-test --seed 1 --store "$store"
		echo "$output"
		[ "$status" = 0 ]
		[ "$(grep -c '^ok: ' <<<"$output")" -ge 24 ]
		run ! grep '^not ok' <<<"$output"
	done
}

@test "a wrong program is found: one line names the law, the object and how to run it again; the world's files stay" {
	local name
	cd "$BATS_TEST_TMPDIR" && mkdir broken
	for name in "$BIN"/*; do ln -s "$name" broken/; done
	rm broken/senenrich
	cat >broken/senenrich <<-END
		#!/bin/bash
		set -o pipefail
		$BIN/senenrich "\$@" | sed -u 's/"seniority":7}/"seniority":6}/'
	END
	chmod +x broken/senenrich
	run chaos --seed 4 --worlds 3 --store file --bin broken
	echo "$output"
	[ "$status" = 1 ]
	local line="^BROKEN: mod is the raw object's postings with their levels: [^ ]+: .*: make chaos SEED=([0-9]+) STORE=file [(]kept: .+[)]$"
	[[ ${lines[-1]} =~ $line ]]
	[ -s "$BATS_TEST_TMPDIR/chaos/${BASH_REMATCH[1]}/story" ]
	[ -d "$BATS_TEST_TMPDIR/chaos/${BASH_REMATCH[1]}/bucket" ]
	[ -z "$(findmnt -n -o TARGET --submounts -R -T "$BATS_TEST_TMPDIR" | grep "$BATS_TEST_TMPDIR")" ]
}

@test "every odd behaviour of the S3 server is used, or left out for a reason" {
	"$PYTHON" - "$ROOT/tests/chaos" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1])
		import bucket
		met = {rule.split(",")[0] for rule, _ in (*bucket.RULES.values(), *bucket.RARE.values())}
		rows = set(bucket.odd.ROWS)
		assert met <= rows, met - rows
		assert rows <= met | set(bucket.LEFT_OUT), rows - met - set(bucket.LEFT_OUT)
		assert not met & set(bucket.LEFT_OUT)
	END
}
