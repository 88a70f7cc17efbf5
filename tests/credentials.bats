#!/usr/bin/env bats
# AWS credentials from real HTTP servers: instance metadata, containers, STS (whose signatures botocore checks), and
# their renewal. What needs no network is in tests/unit/credentials_test.c, which is also the program that asks here.
# needs: python3:botocore

load helper

setup() {
	SITE=$BATS_TEST_TMPDIR/identity
	mkdir -p "$SITE" "$BATS_TEST_TMPDIR/home/.aws"
	export HOME=$BATS_TEST_TMPDIR/home
	cd "$BATS_TEST_TMPDIR" || return
	CREDENTIALS=${BIN%/bin}/unit/credentials_test
	[ -x "$CREDENTIALS" ] || CREDENTIALS=$ROOT/build/unit/credentials_test
	[ -x "$CREDENTIALS" ] || {
		echo "run make unit first" >&2
		return 1
	}
}

# mode WORD...: how the server behaves from now on.
mode() {
	echo "$*" >"$SITE/mode.new"
	mv "$SITE/mode.new" "$SITE/mode"
}

identity_start() {
	server_run identity "$PYTHON" "$ROOT/tests/servers/aws_identity.py" "$SITE"
	wait_until 20 test -s "$SITE/port" || _server_failed identity
	URL=http://127.0.0.1:$(<"$SITE/port")
}

imds_start() {
	identity_start
	unset AWS_EC2_METADATA_DISABLED
	export AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL
}

requests() {
	jq -r '.method + " " + .path' "$SITE/requests" | paste -sd,
}

# run_credentials STATUS STEP...
run_credentials() {
	local status=$1
	shift
	run -"$status" --separate-stderr "$CREDENTIALS" "$@"
}

@test "profile files are read as botocore reads them" {
	run -0 "$PYTHON" "$ROOT/tests/aws_config_compare.py" "${CREDENTIALS%/*}/aws_config_test" 200
	[[ $output == *"536 files read alike"* ]]
}

@test "instance metadata: a token, the role, its keys" {
	imds_start
	run_credentials 0 get get
	[ "${lines[0]}" = "1 ASIAIMDS1 secret/IMDS+1 token/IMDS+1== instance metadata, role my-role" ]
	[ "${lines[1]}" = "${lines[0]}" ]
	[ -z "$stderr" ]
	[ "$(requests)" = "PUT /latest/api/token,GET /latest/meta-data/iam/security-credentials/,GET /latest/meta-data/iam/security-credentials/my-role" ]
	[ "$(jq -r 'select(.method == "GET") | .headers["X-aws-ec2-metadata-token"]' "$SITE/requests" | sort -u)" = metadata-token== ]
}

@test "instance metadata: never through a proxy" {
	imds_start
	http_proxy=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1 run_credentials 0 get
	[[ $output == "1 ASIAIMDS1 "* ]]
}

@test "instance metadata: switched off, no role, no sense" {
	imds_start
	mode imds-off
	run_credentials 1 get
	[ "$output" = "error access: instance metadata ($URL): status 403: it is switched off for this instance" ]
	run_credentials 1 fields
	[ "$output" = "PUT $URL 403  " ]
	mode no-role
	run_credentials 1 get
	[ "$output" = "error access: instance metadata ($URL): the instance has no role" ]
	mode redirect
	run_credentials 1 get
	[ "$output" = "error access: instance metadata ($URL): no token, status 302" ]
	AWS_EC2_METADATA_DISABLED=TRUE run_credentials 2 get
	[[ $output == "error usage: no AWS credentials: looked in "*"(AWS_EC2_METADATA_DISABLED)"* ]]
}

@test "instance metadata: none there, and one that does not answer" {
	unset AWS_EC2_METADATA_DISABLED
	AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:$(free_port) run_credentials 2 get
	[[ $output == "error usage: no AWS credentials: looked in the environment (AWS_ACCESS_KEY_ID is not set), profile default "* ]]
	[[ $output == *"a web identity (AWS_WEB_IDENTITY_TOKEN_FILE is not set), a container's "*", instance metadata (http://127.0.0.1:"*": "* ]]
	[[ $output == *"; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run aws configure, or "* ]]
	[[ $output != *"hop limit"* ]]
	imds_start
	mode silent
	run_credentials 2 get
	[[ $output == *"metadata hop limit must be 2"* ]]
	[ "$(requests)" = "PUT /latest/api/token" ]
}

@test "instance metadata: a service that has answered is tried again" {
	imds_start
	# the first request of the renewal gets a 503
	mode lifetime=2 fail=4
	run_credentials 0 get renewed
	[ "${#lines[@]}" = 2 ]
	[[ ${lines[0]} == "1 ASIAIMDS1 "* ]]
	[[ ${lines[1]} == "2 ASIAIMDS2 "* ]]
	[[ $(requests) == *"my-role,PUT /latest/api/token,PUT /latest/api/token,GET "* ]]
}

@test "a container: relative and full URI, token and token file" {
	identity_start
	export AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL/creds
	run_credentials 0 get
	[ "$output" = "1 ASIAECS1 secret/ECS+1 token/ECS+1== the container's endpoint (AWS_CONTAINER_CREDENTIALS_FULL_URI)" ]
	mode token=Bearer-x
	run_credentials 1 get
	[ "$output" = "error access: credentials of the container (AWS_CONTAINER_CREDENTIALS_FULL_URI): status 401, AccessDenied: not you" ]
	run_credentials 1 fields
	[ "$output" = "GET AWS_CONTAINER_CREDENTIALS_FULL_URI 401 AccessDenied " ]
	AWS_CONTAINER_AUTHORIZATION_TOKEN=Bearer-x run_credentials 0 get
	echo Bearer-x >"$SITE/token"
	AWS_CONTAINER_AUTHORIZATION_TOKEN=wrong AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$SITE/token run_credentials 0 get
	AWS_CONTAINER_AUTHORIZATION_TOKEN=$'Bearer-x\r\nX: y' run_credentials 2 get
	AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/nonexistent run_credentials 2 get
	[[ $output == *"cannot open /nonexistent: No such file or directory" ]]
	# https needs no address of the machine itself, http does
	local uri
	for uri in http://192.0.2.1/x http://example.com/x http://169.254.170.3/x http://user@127.0.0.1/x ftp://127.0.0.1/x \
		http://127.0.0.1.example.com/x http://128.0.0.1/x; do
		AWS_CONTAINER_CREDENTIALS_FULL_URI=$uri run_credentials 2 get
		[[ $output == "error usage: credentials of the container "* ]]
	done
	AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=@192.0.2.1/ run_credentials 2 get
	[[ $output == *"does not start with /" ]]
}

@test "a container: 503 is tried again, nonsense is not" {
	identity_start
	export AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL/creds
	mode down=2
	run_credentials 0 get
	[ "$(requests)" = "GET /creds,GET /creds,GET /creds" ]
	mode down=9
	run_credentials 75 get
	[[ $output == "error temporary: "*": status 503" ]]
	mode junk
	run_credentials 1 get
	[[ $output == "error access: "*"the answer is not JSON"* ]]
}

@test "a role over a profile's keys, signed as STS expects it" {
	identity_start
	export AWS_ENDPOINT_URL_STS=$URL AWS_PROFILE=work
	cat >"$HOME/.aws/config" <<-END
		[profile work]
		region = eu-west-1
		role_arn = arn:aws:iam::123456789012:role/Reader
		source_profile = base
		external_id = a b+c/d&e=f
		role_session_name = me
		duration_seconds = 1800
	END
	printf '[base]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = secret/of+profile\n' >"$HOME/.aws/credentials"
	run_credentials 0 get
	[ "$output" = "1 ASIAREADER1 secret/READER+1 token/READER+1== profile work (AssumeRole arn:aws:iam::123456789012:role/Reader)" ]
	jq -r .body "$SITE/requests" | tr '&' '\n' | sort >form
	cat >expected <<-END
		Action=AssumeRole
		DurationSeconds=1800
		ExternalId=a%20b%2Bc%2Fd%26e%3Df
		RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FReader
		RoleSessionName=me
		Version=2011-06-15
	END
	LC_ALL=C sort -o form form
	diff form expected
	jq -r '.headers | to_entries[] | select(.key | ascii_downcase == "authorization").value' "$SITE/requests" | grep -F /eu-west-1/sts/aws4_request
	# the wrong key
	sed -i s/of+profile/of+nobody/ "$HOME/.aws/credentials"
	run_credentials 1 get
	[ "$output" = "error access: profile work: AssumeRole arn:aws:iam::123456789012:role/Reader at $URL: status 403 AccessDenied: bad signature" ]
	run_credentials 1 fields
	[ "$output" = "AssumeRole arn:aws:iam::123456789012:role/Reader 403 AccessDenied c6104cbe" ]
}

@test "chains of roles, and the sources that a role may name" {
	identity_start
	export AWS_ENDPOINT_URL_STS=$URL/some/path AWS_PROFILE=top AWS_REGION=us-east-1
	cat >"$HOME/.aws/config" <<-END
		[profile top]
		role_arn = r/Top
		source_profile = middle
		[profile middle]
		role_arn = r/Middle
		source_profile = self
		[profile self]
		role_arn = r/Self
		source_profile = self
		aws_access_key_id = AKIDPROFILE
		aws_secret_access_key = secret/of+profile
		[profile env]
		role_arn = r/Env
		credential_source = Environment
		[profile ecs]
		role_arn = r/Ecs
		credential_source = EcsContainer
		[profile ec2]
		role_arn = r/Ec2
		credential_source = Ec2InstanceMetadata
	END
	run_credentials 0 get
	# keys in the profile that is a source end the way there
	[ "$output" = "1 ASIATOP2 secret/TOP+2 token/TOP+2== profile top (AssumeRole r/Top)" ]
	[ "$(requests)" = "POST /some/path,POST /some/path" ]
	AWS_PROFILE=self run_credentials 0 get
	[[ $output == *"profile self (AssumeRole r/Self)" ]]
	AWS_PROFILE=ecs AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL/creds run_credentials 0 get
	[[ $output == *"profile ecs (AssumeRole r/Ecs)" ]]
	AWS_PROFILE=ec2 AWS_EC2_METADATA_DISABLED=false AWS_EC2_METADATA_SERVICE_ENDPOINT=$URL run_credentials 0 get
	[[ $output == *"profile ec2 (AssumeRole r/Ec2)" ]]
	# these two go by the environment's keys, which would be found first but for --profile
	printf 'profile: env\n' >config.yaml
	AWS_PROFILE="env" run_credentials 2 get
	[[ $output == *"credential_source = Environment has no keys"* ]]
}

@test "web identity: of the environment, and of a profile" {
	identity_start
	printf 'web.identity-token\n' >"$SITE/token"
	export AWS_ENDPOINT_URL_STS=$URL AWS_WEB_IDENTITY_TOKEN_FILE=$SITE/token AWS_ROLE_ARN=r/Pod AWS_ROLE_SESSION_NAME=pod-1
	run_credentials 0 get
	[ "$output" = "1 ASIAPOD1 secret/POD+1 token/POD+1== AWS_WEB_IDENTITY_TOKEN_FILE, role r/Pod" ]
	grep -F RoleSessionName=pod-1 "$SITE/requests"
	unset AWS_ROLE_ARN
	run_credentials 2 get
	[ "$output" = "error usage: AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not" ]
	unset AWS_WEB_IDENTITY_TOKEN_FILE
	printf '[default]\nrole_arn = r/Web\nweb_identity_token_file = %s\n' "$SITE/token" >"$HOME/.aws/config"
	run_credentials 0 get
	[[ $output == *" profile default (AssumeRoleWithWebIdentity r/Web)" ]]
	# its token is read anew each time
	printf 'wrong\n' >"$SITE/token"
	run_credentials 1 get
	[[ $output == "error access: profile default: AssumeRoleWithWebIdentity r/Web at $URL: status 403 AccessDenied: bad web identity" ]]
	# as a source of another role
	printf 'web.identity-token\n' >"$SITE/token"
	printf '[profile over]\nrole_arn = r/Over\nsource_profile = default\n' >>"$HOME/.aws/config"
	AWS_PROFILE=over run_credentials 0 get
	[[ $output == *" profile over (AssumeRole r/Over)" ]]
}

@test "STS: 503 is retried, invalid answers and refusals are not, an unreachable server is temporary" {
	identity_start
	printf 'web.identity-token\n' >"$SITE/token"
	export AWS_ENDPOINT_URL_STS=$URL AWS_WEB_IDENTITY_TOKEN_FILE=$SITE/token AWS_ROLE_ARN=r/Pod
	mode down=2
	run_credentials 0 get
	mode junk
	run_credentials 1 get
	[[ $output == *"the answer has no keys" ]]
	mode redirect
	run_credentials 1 get
	[[ $output == *"status 302" ]]
	mode deny
	run_credentials 1 get
	server_stop identity
	run_credentials 75 get
	[[ $output == "error temporary: AssumeRoleWithWebIdentity r/Pod at $URL: "* ]]
}

@test "keys are renewed before they expire, and once more when they are refused" {
	identity_start
	export AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL/creds
	mode lifetime=3600
	run_credentials 0 get get refuse refuse get
	[[ ${lines[0]} == "1 ASIAECS1 "* && ${lines[1]} == "1 ASIAECS1 "* ]]
	[[ ${lines[2]} == "2 ASIAECS2 "* && ${lines[3]} == "3 ASIAECS3 "* && ${lines[4]} == "3 ASIAECS3 "* ]]
	rm "$SITE/requests"
	mode lifetime=4
	run_credentials 0 get renewed renewed
	[[ ${lines[0]} == "1 "* && ${lines[1]} == "2 "* && ${lines[2]} == "3 "* ]]
	[ "$(requests)" = "GET /creds,GET /creds,GET /creds" ]
	[ -z "$stderr" ]
}

@test "the same keys again do not help after a refusal, and the source is not asked a thousand times" {
	identity_start
	export AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL/creds
	mode same
	run_credentials 0 get refuse refuse refuse get
	[[ ${lines[1]} == "error temporary: the credentials from the container's endpoint "*" have expired, and there are no newer ones" ]]
	[ "${lines[2]}" = "${lines[1]}" ]
	[[ ${lines[4]} == "1 "* ]]
	[ "$(requests)" = "GET /creds,GET /creds" ]
}

@test "keys that say they have expired are used all the same: the clock may be off" {
	identity_start
	export AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL/creds
	mode expired
	run_credentials 0 get get
	[[ ${lines[1]} == "1 ASIAECS1 "* ]]
	[[ $stderr == "credentials_test: warning: credentials from the container's endpoint "*" say that they expired at "* ]]
	[ "$(requests)" = "GET /creds" ]
}

@test "a renewal that fails goes on with the old keys while they hold" {
	export COUNTER=$BATS_TEST_TMPDIR/count
	cat >helper <<-'END'
		#!/bin/bash
		echo x >>"$COUNTER"
		[ "$(wc -l <"$COUNTER")" = 1 ] || exit 7
		printf '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","Expiration":"%s"}' "$(date -u -d "+$LIFE seconds" +%FT%TZ)"
	END
	chmod +x helper
	printf '[default]\ncredential_process = %s\n' "$PWD/helper" >"$HOME/.aws/config"
	LIFE=8 run_credentials 1 get renewed
	[[ ${lines[0]} == "1 A S - profile default (credential_process)" ]]
	[[ ${lines[1]} == "error access: the credentials from profile default (credential_process) have expired and cannot be renewed: "*": ended with status 7" ]]
	[[ $stderr == "credentials_test: warning: the credentials from profile default (credential_process) are valid until "*" and cannot be renewed yet: "* ]]
	# asked at first, at half of their life, and at their end
	[ "$(wc -l <"$COUNTER")" = 3 ]
}

@test "what a command says on stderr comes through, and secrets stay out of messages" {
	printf '[default]\ncredential_process = sh -c "echo please sign in >&2; exit 5" --password hunter2\n' >"$HOME/.aws/config"
	run_credentials 1 get
	[ "$stderr" = "please sign in" ]
	[[ $output == *"credential_process sh: ended with status 5" ]]
	[[ $output != *hunter2* ]]
}

@test "--whoami: keys, source, expiry, region and endpoint without a secret; no core file contains one" {
	identity_start
	printf '[default]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:9\n' >"$HOME/.aws/config"
	export AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL/creds
	mode lifetime=3600
	ulimit -c unlimited 2>/dev/null || ulimit -S -c "$(ulimit -H -c)"
	run_credentials 0 describe core
	[ "${lines[0]}" = "access_key: AS****S1" ]
	[ "${lines[1]}" = "source: the container's endpoint (AWS_CONTAINER_CREDENTIALS_FULL_URI)" ]
	[ "${lines[2]}" = "temporary: yes" ]
	[[ ${lines[3]} =~ ^expires:\ 20[0-9-]+T[0-9:]+Z$ ]]
	[ "${lines[4]}" = "profile: default" ]
	[ "${lines[5]}" = "region: eu-west-1" ]
	[ "${lines[6]}" = "endpoint: http://127.0.0.1:9" ]
	[ "${lines[7]}" = 0 ]
	[[ $output$stderr != *secret* && $output$stderr != *token* ]]
}
