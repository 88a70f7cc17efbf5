#!/usr/bin/env bats
# Our signatures against those of an independent signer, botocore.
# needs: python3:botocore

load helper

@test "botocore signs awkward keys and queries as we do" {
	unit=${BIN%/bin}/unit
	[ -d "$unit" ] || unit=$ROOT/build/unit
	run -0 "$PYTHON" "$ROOT/tests/sigv4_botocore.py" "$unit/sigv4_test"
	[[ $output == *" the same, 0 different" ]]
	((${output%% *} >= 200))
}
