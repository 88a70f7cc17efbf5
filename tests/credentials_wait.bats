#!/usr/bin/env bats
# What the programs do while credentials are being asked for: what is under way goes on. The one who gives the credentials does not
# answer before the other object has come whole, so a program that waited for the answer would never get it.
# needs: python3:botocore

load helper

setup_file() {
	odd_start
}

setup() {
	SITE=$BATS_TEST_TMPDIR/identity
	mkdir -p "$SITE" "$BATS_TEST_TMPDIR/home/.aws"
	export HOME=$BATS_TEST_TMPDIR/home
	cd "$BATS_TEST_TMPDIR" || return
	BUCKET=$BATS_SUITE_TEST_NUMBER.wait
	cat >config.yaml <<-END
		endpoint_url: $S3_ENDPOINT
		input_bucket: $BUCKET
		output_bucket: $BUCKET
	END
	postings 300 >first
	postings 20 >second
	odd
	s3put first <first
	s3put second <second
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
}

# keys_of_process: a credential_process whose second run makes identity/held, and gives new keys once identity/go is there.
keys_of_process() {
	cat >helper <<-END
		#!/bin/bash
		echo run >>"$SITE/runs"
		number=\$(wc -l <"$SITE/runs")
		if ((number == 2)); then
			touch "$SITE/held"
			for ((i = 0; i < 1000; i++)); do [ ! -e "$SITE/go" ] || break; sleep 0.02; done
			[ -e "$SITE/go" ] || exit 9
		fi
		printf '{"Version":1,"AccessKeyId":"KEY%s","SecretAccessKey":"S"}' "\$number"
	END
	chmod +x helper
	printf '[default]\ncredential_process = %s\n' "$PWD/helper" >"$HOME/.aws/config"
}

# keys_of_sts: the same of STS, for a web identity.
keys_of_sts() {
	server_run identity "$PYTHON" "$ROOT/tests/servers/aws_identity.py" "$SITE"
	wait_until 20 test -s "$SITE/port" || _server_failed identity
	echo hold=2 >"$SITE/mode"
	echo web.identity-token >"$SITE/token"
	AWS_ENDPOINT_URL_STS=http://127.0.0.1:$(<"$SITE/port")
	export AWS_ENDPOINT_URL_STS AWS_WEB_IDENTITY_TOKEN_FILE=$SITE/token AWS_ROLE_ARN=r/Pod
}

# The first object stops half way until somebody has been asked for new keys, for the second one is refused with the old ones.
download_meanwhile() {
	odd "hold,key=first,until=$SITE/held" "answer,on=get,key=second,next=1,status=400,code=ExpiredToken"
	server_run cat "$BIN/s3cat" --plain first second
	wait_until 20 test -e "$SITE/held"
	# all of the first object is there, and the keys are not
	wait_until 20 cmp -s first "$(here)/cat.out"
	[ "$(odd_happened '[.requests[] | select(.target | contains("second"))] | length')" = 1 ]
	touch "$SITE/go"
	cat first second >both
	wait_until 20 cmp -s both "$(here)/cat.out"
}

@test "a download goes on while a credential_process takes its time" {
	keys_of_process
	download_meanwhile
	[ "$(wc -l <"$SITE/runs")" = 2 ]
}

@test "a download goes on while STS takes its time" {
	keys_of_sts
	download_meanwhile
	[ "$(wc -l <"$SITE/requests")" = 2 ]
}

@test "a program that is stopped while it waits for credentials leaves no command behind" {
	cat >helper <<-END
		#!/bin/bash
		echo \$\$ >"$SITE/pid.new"
		mv "$SITE/pid.new" "$SITE/pid"
		exec sleep 1000
	END
	chmod +x helper
	printf '[default]\ncredential_process = %s\n' "$PWD/helper" >"$HOME/.aws/config"
	server_run cat "$BIN/s3cat" --plain first second
	wait_until 20 test -s "$SITE/pid"
	server_stop cat
	run ! kill -0 "$(<"$SITE/pid")"
}
