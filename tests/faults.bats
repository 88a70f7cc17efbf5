#!/usr/bin/env bats
# Whose fault it was, and what becomes of the run: outages of all kinds, played by tests/servers/odd.py, each followed by a run
# in a healthy world, after which everything is stored and the cursor is at the end.
# slow: some forty runs of the pipeline

load helper

setup_file() {
	odd_start
	redis_start
	senserve_start
}

# Each test has a bucket of its own: six raw objects, a minute apart.
setup() {
	BUCKET=faults-$BATS_TEST_NUMBER
	cd "$BATS_TEST_TMPDIR" || return
	export AWS_MAX_ATTEMPTS=2
	odd
	fresh "$BUCKET"
}

# fresh BUCKET: a new one, with the raw objects.
fresh() {
	local i
	BUCKET=$1
	cat >config.yaml <<-END
		endpoint_url: $S3_ENDPOINT
		input_bucket: $BUCKET
		output_bucket: $BUCKET
		raw_prefix: raw/
		mod_prefix: mod/
		history_file: none
	END
	for i in 1 2 3 4 5 6; do
		postings 5 "$i" | put_object "raw/172118400$i.jsonl"
	done
}

# put_object KEY [CURL OPTION...]: stdin.
put_object() {
	curl -sS -f -o /dev/null -X PUT --data-binary @- "${@:2}" "$S3_ENDPOINT/$BUCKET/$1"
}

# run_pipeline ARG...: sets status; what it says is in run.out and run.err.
run_pipeline() {
	status=0
	pipeline.sh --summary json "$@" >run.out 2>run.err || status=$?
}

# All six are stored, whole, and the cursor is at the last.
all_done() {
	local i
	[ "$(cursor get)" = 1721184006 ]
	for i in 1 2 3 4 5 6; do
		curl -sS -f "$S3_ENDPOINT/$BUCKET/mod/172118400$i.jsonl" | sed -E 's/,"seniority":[1-7]\}$/}/' | cmp - <(postings 5 "$i")
	done
	[ -z "$(cursor failed)" ]
}

# heals STATUS FAULT RULE...: a run under these rules ends with the status, passes over nothing that is not done, and its receipts
# have the fault (-: there are none, as the listing failed); then a run in a healthy world does the rest.
heals() {
	local wanted=$1 fault=$2 number=$((++outages))
	shift 2
	fresh "$BUCKET_BASE-$number"
	odd "$@"
	run_pipeline
	echo "under $*: $status"
	cat run.err
	cp run.err outage.err
	[ "$status" = "$wanted" ]
	[ -z "$(cursor failed)" ]
	# nothing behind the cursor is missing
	odd
	[ -z "$(s3ls --before $(($(cursor get) + 1)) --missing-from mod/)" ]
	if [ "$wanted" = 1 ]; then
		# one message, and not the same for each object
		[ "$(grep -cE '^s3(ls|cat|put): s3://' run.err)" = 1 ]
		[ "$fault" = - ] || grep -qE "The run stops, .* cursor skip raw/172118400[1-6].jsonl --reason TEXT" run.err
	fi
	[ "$fault" = - ] || jq -e ".failed_$fault >= 1 and .failed_object == 0" run.out
	run_pipeline
	cat run.err
	[ "$status" = 0 ]
	all_done
}

# grep_advice TEXT: the message of the latest outage names it.
grep_advice() {
	grep -E '^s3(ls|cat|put): s3://' outage.err | grep -qF "$1"
}

@test "an answer that is not the store's is nobody's fault: retried, 75, and the next run does the rest" {
	BUCKET_BASE=$BUCKET outages=0
	heals 75 nobody "answer,on=get,status=404,body=html"
	heals 75 nobody "answer,on=get,status=404,body=html,from=raw/1721184003"
	heals 75 nobody "answer,on=get,status=404,body=empty"
	heals 75 nobody "answer,on=get,status=404,body=coded-nothing"
	heals 75 nobody "answer,on=get,status=403,body=text"
	heals 75 nobody "answer,on=get,status=405,body=html"
	heals 75 nobody "answer,on=put,status=404,body=html"
	heals 75 nobody "answer,on=put,status=400,body=html"
	heals 75 nobody "answer,on=put,status=405,body=html,from=mod/1721184004"
	heals 75 - "answer,on=list,status=404,body=html"
	heals 75 - "answer,status=404,body=html"
}

@test "a server in trouble is nobody's fault; Cloudflare's error pages count as such" {
	BUCKET_BASE=$BUCKET outages=0
	heals 75 nobody "answer,on=get,status=520,body=html"
	heals 75 nobody "answer,on=get,status=525,body=html,from=raw/1721184004"
	heals 75 nobody "answer,on=put,status=530,body=html"
	heals 75 nobody "answer,on=put,status=507,code=StorageFull"
	heals 75 nobody "answer,on=put,status=509,body=empty"
	heals 75 nobody "answer,on=put,status=409,code=OperationAborted"
	heals 75 nobody "answer,on=get,status=412,code=PreconditionFailed"
	heals 75 nobody "answer,on=get,status=400,code=ExpiredToken"
	heals 75 nobody "answer,on=put,status=400,code=RequestTimeout"
	heals 75 nobody "drop,on=put,when=after"
}

@test "what would meet every object stops the run with 1, and one message" {
	BUCKET_BASE=$BUCKET outages=0
	heals 1 everybody "answer,on=get,status=403,code=AccessDenied"
	grep_advice 's3:GetObject'
	heals 1 everybody "answer,on=put,status=403,code=AccessDenied,from=mod/1721184003"
	grep_advice 's3:PutObject'
	heals 1 - "answer,on=list,status=403,code=AccessDenied"
	grep_advice 's3:ListBucket'
	heals 1 everybody "answer,on=put,status=404,code=NoSuchBucket"
	grep_advice 'output_bucket'
	heals 1 everybody "answer,on=put,status=400,code=InvalidStorageClass"
	grep_advice 'storage_class'
	heals 1 everybody "answer,on=put,status=400,code=KMS.InvalidKeyUsageException"
	grep_advice 'sse_kms_key_id'
	heals 1 everybody "answer,on=put,status=405,code=MethodNotAllowed"
	heals 1 everybody "answer,on=put,status=400,code=InvalidRequest"
	grep_advice 'check_crc32'
	heals 1 everybody "answer,on=put,status=501,body=html"
	heals 1 everybody "body-limit"
	grep_advice 'client_max_body_size'
}

@test "what would meet every object is not asked a thousand times" {
	local i
	for i in {100..400}; do postings 1 "$i" | put_object "raw/1721184$i.jsonl"; done
	odd "answer,on=get,status=403,code=AccessDenied"
	run_pipeline -P 4
	[ "$status" = 1 ]
	(($(odd_happened .calls.get) <= 8))
	odd "answer,on=put,status=403,code=AccessDenied"
	run_pipeline -P 4
	[ "$status" = 1 ]
	(($(odd_happened .calls.put) <= 16))
	[ "$(grep -c AccessDenied run.err)" -le 2 ] # s3put's, and where the cursor stops
	odd
	run_pipeline
	[ "$status" = 0 ]
	[ "$(jq .listed run.out)" -ge 290 ]
}

@test "an object that alone is refused: cursor skip is the way past it" {
	odd "answer,on=get,key=raw/1721184003,status=403,code=AccessDenied"
	run_pipeline
	[ "$status" = 1 ]
	[ "$(cursor get)" = 1721184002 ]
	run_pipeline
	[ "$status" = 1 ]
	[ "$(cursor get)" = 1721184002 ]
	key=$(sed -nE 's/.*cursor skip ([^ ]*) --reason TEXT.*/\1/p' run.err)
	cursor skip "$key" --reason 'its owner lets nobody read it'
	run_pipeline
	[ "$status" = 0 ]
	[ "$(cursor get)" = 1721184006 ]
	[ "$(cursor failed | jq -r .reason)" = 'its owner lets nobody read it' ]
	[ "$(s3ls --missing-from mod/ | jq -r .key)" = raw/1721184003.jsonl ]
	# one day it can be read
	odd
	run_pipeline --retry-failed
	[ "$status" = 0 ]
	all_done
}

@test "the last object, skipped, is passed as well" {
	odd "answer,on=put,key=mod/1721184006,status=403,code=AccessDenied"
	run_pipeline
	[ "$status" = 1 ]
	[ "$(cursor get)" = 1721184005 ]
	cursor skip raw/1721184006.jsonl --reason 'not now'
	run_pipeline
	[ "$status" = 0 ]
	[ "$(cursor get)" = 1721184006 ]
}

@test "a bucket with Object Lock gets a checksum from its first refusal on, large objects as well" {
	odd object-lock
	run_pipeline
	cat run.err
	[ "$status" = 0 ]
	all_done
	# refused were those that were under way before it was known
	(($(odd_happened '[.requests[] | select(.operation == "put" and .status == 400)] | length') <= 6))
	[ "$(odd_happened '[.requests[] | select(.operation == "put" and .status == 200)] | length')" = 6 ]
	postings 100000 >large
	s3put large <large
	s3cat --plain large | cmp - large
	[ "$(odd_happened '[.requests[] | select(.operation == "part" and .status == 200 and .headers["content-md5"])] | length')" = 2 ]
	# and those that do not want it do not get it
	odd
	s3put small <config.yaml
	[ "$(odd_happened '[.requests[] | select(.headers["content-md5"])] | length')" = 0 ]
}

@test "an archived object is the object's own fault: recorded and passed; or left out by its storage class" {
	postings 5 4 | put_object raw/1721184004.jsonl -H 'x-amz-storage-class: GLACIER'
	postings 5 6 | put_object raw/1721184006.jsonl -H 'x-amz-storage-class: DEEP_ARCHIVE'
	odd archived
	run_pipeline
	[ "$status" = 1 ]
	[ "$(jq -c '[.stored, .failed_object, .failed_everybody, .failed_nobody]' run.out)" = '[4,2,0,0]' ]
	[ "$(cursor get)" = 1721184006 ]
	[ "$(cursor failed | jq -r '[.key, .reason] | join(" ")')" = 'raw/1721184004.jsonl GET: 403 InvalidObjectState
raw/1721184006.jsonl GET: 403 InvalidObjectState' ]
	grep -F 'raw/1721184004.jsonl: GET: 403 InvalidObjectState' run.err | grep -q exclude_storage_class

	# the same, asked to leave them out
	cursor failed --clear
	cursor set 0 --force
	for i in 1 2 3 5; do s3put --delete "mod/172118400$i.jsonl"; done
	echo 'exclude_storage_class: glacier, DEEP_ARCHIVE' >>config.yaml
	run_pipeline
	[ "$status" = 0 ]
	[ "$(jq -c '[.listed, .stored, .excluded_class]' run.out)" = '[4,4,2]' ]
	grep -qx 's3ls: warning: 2 objects left out because of the storage class (glacier: 1, DEEP_ARCHIVE: 1)' run.err
	[ "$(cursor get)" = 1721184006 ]
	[ -z "$(cursor failed)" ]
	# by option; what has no such class is none of them
	s3ls --exclude-storage-class STANDARD 2>log | jq -r .key >keys
	[ "$(paste -sd' ' keys)" = 'raw/1721184004.jsonl raw/1721184006.jsonl' ]
	for classes in ',' 'GLACIER,' 'GLACIER,,X' 'GL ACIER' 'a-b'; do
		run -2 s3ls --exclude-storage-class "$classes"
	done
	# restored
	odd
	run_pipeline
	sed -i '/exclude_storage_class/d' config.yaml
	run_pipeline
	[ "$status" = 0 ]
	all_done
}
