# shellcheck shell=bash disable=SC2154 # status and stderr are set by bats
# store.bash: the stores and servers that the same tests run on, and what each of them can.
# Use: `load helper; load store`. The file's name says which: KIND is its last word, _radosgw or _swift; else it is file.
#
#   store_start           in setup_file: the server, if there is one
#   store_sandbox BUCKET  in setup: a bucket, and a config.yaml that names it, in a folder of this test's own
#   can WORD              whether this store can that; the table below says what the words mean
#   bucket_make NAME, bucket_fill NAME PREFIX FIRST COUNT            postings FIRST..FIRST+COUNT-1, one an object
#   bucket_put FOLDER PREFIX, bucket_get PREFIX FOLDER, bucket_empty PREFIX    all files of a folder, in $BUCKET
#   unfinished            how many puts in $BUCKET were begun, and neither ended nor taken back

case ${BATS_TEST_FILENAME##*/} in
*_radosgw.bats) KIND=radosgw ;;
*_swift.bats) KIND=swift ;;
*) KIND="file" ;;
esac

# What the tests expect to be otherwise from store to store; whatever is not here is the same on all of them.
#
#   any-key     every key that S3 knows; the embedded store refuses what is no safe path
#   condition   stores a key only where there is none (If-None-Match: *); Swift says that it does not know it
#   metadata    keeps who wrote an object, and its type
#   secrets     wants to know who asks; the embedded store goes by the rights of files
#   network     is asked over a connection, which may fail
#   regions     refuses signatures for another region than its own; radosgw takes any
declare -gA STORE_CAN=(
	[file]="            condition"
	[radosgw]="any-key condition metadata secrets network"
	[swift]="  any-key           metadata secrets network regions"
)

can() {
	[[ " ${STORE_CAN[$KIND]} " == *" $1 "* ]]
}

# Instead of the helper's, by curl: an access key of Swift has a ':'.
[ "$KIND" = file ] || s3_request() {
	"$PYTHON" "$ROOT/tests/servers/s3_request.py" "$@"
}

store_start() {
	case $KIND in
	radosgw) radosgw_start ;;
	swift) swift_start ;;
	esac
}

swift_start() {
	local port
	port=$(free_port 5)
	"$ROOT/tests/servers/swift.sh" start "$(here)/swift" "$port" >"$(here)/swift.env" 2>"$(here)/swift.log" 3>&- ||
		_server_failed swift
	export S3_ENDPOINT=http://127.0.0.1:$port
	export AWS_ACCESS_KEY_ID=test:tester AWS_SECRET_ACCESS_KEY=testing AWS_REGION=us-east-1
}

teardown_file() {
	[ "$KIND" != swift ] || "$ROOT/tests/servers/swift.sh" stop "$(here)/swift" 3>&-
	servers_stop
}

store_sandbox() {
	export BUCKET=$1
	if [ "$KIND" = file ]; then
		sandbox
		mkdir -p "$STORE/../$BUCKET"
		STORE=$(cd "$STORE/../$BUCKET" && pwd)
		sed -i "s/_bucket: .*/_bucket: $BUCKET/" config.yaml
	else
		mkdir -p "$(here)/cwd"
		sandbox_s3 "$BUCKET"
	fi
}

bucket_make() {
	if [ "$KIND" = file ]; then
		mkdir -p "$STORE/../$1"
	else
		s3_request PUT "/$1"
	fi
}

bucket_fill() {
	if [ "$KIND" = file ]; then
		mkdir -p "$STORE/../$1/$2"
		awk -v folder="$STORE/../$1/$2" -v first="$3" -v count="$4" 'BEGIN {
			for (i = first; i < first + count; i++) {
				name = folder i ".jsonl"
				printf "{\"company\":\"Company %d\",\"title\":\"Engineer\"}\n", i >name
				close(name)
			}
		}'
	else
		"$PYTHON" "$ROOT/tests/servers/fill.py" "$S3_ENDPOINT" "$@"
	fi
}

bucket_put() {
	if [ "$KIND" = file ]; then
		mkdir -p "$STORE/$2"
		cp "$1"/* "$STORE/$2"
	else
		"$PYTHON" "$ROOT/tests/servers/bucket.py" put "$BUCKET" "$2" "$1"
	fi
}

bucket_get() {
	rm -rf "$2"
	mkdir -p "$2"
	if [ "$KIND" = file ]; then
		[ ! -d "$STORE/$1" ] || cp -r "$STORE/$1/." "$2/"
	else
		"$PYTHON" "$ROOT/tests/servers/bucket.py" get "$BUCKET" "$1" "$2"
	fi
}

bucket_empty() {
	if [ "$KIND" = file ]; then
		rm -rf "${STORE:?}/$1"
	else
		"$PYTHON" "$ROOT/tests/servers/bucket.py" empty "$BUCKET" "$1"
	fi
}

unfinished() {
	if [ "$KIND" = file ]; then
		find "$STORE" -name '.tmp-*' | wc -l
	else
		s3_request GET "/$BUCKET?uploads=" | grep -c '<UploadId>' || true
	fi
}

has_unfinished() {
	[ "$(unfinished)" = "$1" ]
}
