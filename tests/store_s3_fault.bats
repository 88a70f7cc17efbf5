#!/usr/bin/env bats
# Whose fault an answer of S3 is, held against botocore's own lists. The rule itself is in tests/unit/s3_fault_test.c; what
# becomes of a run is in tests/faults.bats.
# needs: python3:botocore

load helper

# judged STATUS CODE...: a letter a pair, for a GET.
judged() {
	local arguments=()
	while (($#)); do
		arguments+=(GET "$1" "$2")
		shift 2
	done
	"$unit/s3_fault_test" "${arguments[@]}"
}

setup() {
	unit=${BIN%/bin}/unit
	[ -d "$unit" ] || unit=$ROOT/build/unit
	cd "$BATS_TEST_TMPDIR" || return
}

@test "we retry what botocore retries, and its throttling errors slow down all requests" {
	"$PYTHON" - >wanted <<-'END'
		from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

		throttled = set(ThrottledRetryableChecker._THROTTLED_ERROR_CODES)
		for code in sorted(throttled):
		    print("t", 400, code)
		for code in sorted(set(TransientRetryableChecker._TRANSIENT_ERROR_CODES) - throttled):
		    print("n", 400, code)
		for status in TransientRetryableChecker._TRANSIENT_STATUS_CODES:
		    print("n", status, "Unheard")
	END
	[ "$(wc -l <wanted)" -ge 18 ]
	# shellcheck disable=SC2046
	judged $(cut -d' ' -f2- wanted) | paste -d' ' - <(cut -d' ' -f2- wanted) | diff wanted -
}

@test "what botocore's older rules for S3 try again we try again" {
	"$PYTHON" - >pairs <<-'END'
		import json
		import os
		import botocore

		data = json.load(open(os.path.join(os.path.dirname(botocore.__file__), "data", "_retry.json")))
		rules = list(data["retry"]["__default__"]["policies"].values()) + list(data["retry"]["s3"]["__default__"]["policies"].values())
		for rule in rules:
		    rule = data["definitions"][rule["$ref"]] if "$ref" in rule else rule
		    answer = rule["applies_when"].get("response")
		    if answer:
		        print(answer["http_status_code"], answer.get("service_error_code", "Unheard"))
	END
	[ "$(wc -l <pairs)" -ge 10 ]
	# shellcheck disable=SC2046
	[ "$(judged $(cat pairs) | grep -vc '[nt]')" = 0 ]
}

@test "the errors in botocore's model of S3 are not an object's fault, except those that are proof" {
	"$PYTHON" - >codes <<-'END'
		import botocore.session

		model = botocore.session.get_session().get_service_model("s3")
		for name in ("GetObject", "PutObject", "ListObjectsV2", "CompleteMultipartUpload"):
		    for shape in model.operation_model(name).error_shapes:
		        # the model says no status for these
		        status = 404 if shape.name.startswith("NoSuch") else 403 if shape.name == "InvalidObjectState" else 400
		        print(shape.metadata.get("error", {}).get("httpStatusCode", status), shape.name)
	END
	sort -u codes >sorted
	# shellcheck disable=SC2046
	judged $(cat sorted) | paste -d' ' - sorted >got
	cat got
	[ "$(grep '^O' got | cut -d' ' -f3 | paste -sd' ')" = 'InvalidObjectState NoSuchKey' ]
}
