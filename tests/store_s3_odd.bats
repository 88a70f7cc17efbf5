#!/usr/bin/env bats
# What s3ls, s3cat and s3put believe of a store that behaves oddly: tests/servers/odd.py has the table.

load helper

setup_file() {
	odd_start
	mkdir "$BATS_FILE_TMPDIR/files"
	postings 300 >"$BATS_FILE_TMPDIR/files/small"
	postings 100000 >"$BATS_FILE_TMPDIR/files/large" # three parts
}

setup() {
	FILES=$BATS_FILE_TMPDIR/files
	cd "$BATS_TEST_TMPDIR" || return
	cat >config.yaml <<-END
		endpoint_url: $S3_ENDPOINT
		input_bucket: $BATS_SUITE_TEST_NUMBER.test
		output_bucket: $BATS_SUITE_TEST_NUMBER.test
		raw_prefix: raw/
		mod_prefix: mod/
	END
	BUCKET=$BATS_SUITE_TEST_NUMBER.test
	odd
}

@test "left alone, the odd server is an S3 server, to botocore as well" {
	local bucket="$PYTHON $ROOT/tests/servers/bucket.py"
	s3put raw/1700000001.jsonl <"$FILES/small"
	s3put raw/1700000002.jsonl <"$FILES/large"
	s3ls >list
	[ "$(wc -l <list)" = 2 ]
	s3cat --plain <list | cmp - <(cat "$FILES/small" "$FILES/large")
	mkdir got
	$bucket get "$BUCKET" raw/ got
	cmp got/1700000002.jsonl "$FILES/large"
	$bucket put "$BUCKET" "a b/" "$FILES"
	s3cat --plain "a b/small" | cmp - "$FILES/small"
	$bucket empty "$BUCKET" "a b/"
	run -1 s3cat "a b/small"
	run ! odd no-such-row
}
