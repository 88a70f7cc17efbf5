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


# put_row STATUS FILE OPTION-OR-RULE...: s3put of the file ends so; if with 0 it is there, and its receipt is right; else it is
# not. Each rule is met, and no upload is left over.
put_row() {
	local wanted=$1 file=$2 options=() rules=() word
	shift 2
	for word; do
		if [[ $word == --* ]]; then options+=("$word"); else rules+=("$word"); fi
	done
	odd
	s3_request DELETE "/$BUCKET/one"
	odd ${rules[@]+"${rules[@]}"}
	run --separate-stderr s3put ${options[@]+"${options[@]}"} one <"$FILES/$file"
	echo "$file $*: $status ${stderr##*$'\n'}"
	[ "$status" = "$wanted" ]
	[ "$(odd_happened '.met | length')" = ${#rules[@]} ]
	odd
	if [ "$wanted" = 0 ]; then
		s3cat --plain one | cmp - "$FILES/$file"
		[[ $* == *etag-* ]] || [ "$(jq -r .etag <<<"$output")" = "$(s3_request HEAD /"$BUCKET"/one -I | tr -d '\r"' | awk 'tolower($1) == "etag:" {print $2}')" ]
	else
		run ! cmp <(s3cat --plain one 2>/dev/null) "$FILES/$file"
	fi
	[ "$(s3_request GET "/$BUCKET?uploads=" | grep -c '<UploadId>')" = 0 ]
}

@test "a PUT is stored when the store says so, or a HEAD finds it" {
	# carried out, but the answer does not say so
	put_row 0 small put-no-etag
	put_row 0 small page-stored,on=put
	put_row 0 small page-stored,on=put,etag=5f3c
	put_row 0 small answer,status=204,body=empty,done=1,on=put
	put_row 0 small answer,status=202,body=empty,done=1,on=put
	put_row 0 small put-no-etag etag-opaque,on=head
	# answered as if it were, but it is not
	put_row 0 small page,on=put,next=1
	put_row 0 small put-nowhere,next=2
	put_row 75 small page,on=put
	put_row 75 small page,on=put+head
	put_row 75 small page,on=put+head,etag=5f3c
	put_row 75 small put-nowhere
	put_row 75 small put-damaged
	put_row 0 small put-damaged,next=1
	[[ $stderr == *"PUT: 200 without an ETag, which does not say that the object is stored, retry 2 of 5"* ]]
}

@test "an answer without an ETag is not compared with an object that was there before" {
	s3put one <"$FILES/large"
	head -n 300 "$FILES/large" >before
	cp "$FILES/small" after
	truncate -s "$(wc -c <before)" after
	s3put one <before
	odd put-nowhere etag-opaque
	run -75 s3put one <after
	odd
	s3cat --plain one | cmp - before
}

@test "a part is stored if its answer has an ETag; any ETag is sent back unchanged" {
	put_row 0 large part-no-etag,next=3
	put_row 75 large part-no-etag
	put_row 0 large page,on=part,next=2
	put_row 75 large page,on=part
	put_row 75 large page,on=part,etag=5f3c
	put_row 0 large part-odd-etag
	put_row 0 large complete-no-etag
	put_row 0 large page-stored,on=complete,next=1
	put_row 0 large page-stored,on=complete
	put_row 75 large page,on=complete
	put_row 0 large answer,status=500,code=InternalError,done=1,on=complete,next=1
	put_row 0 large drop,when=after,on=complete,next=1
}

@test "a hidden retry: curl resends on a dead connection, and our own object is recognised" {
	local i kind
	for i in {1..30}; do
		printf '{"@":"begin","key":"raw/%d"}\n{"company":"C","title":"T","n":%d}\n{"@":"end","key":"raw/%d","lines":1}\n' "$i" "$i" "$i"
	done >frames
	for kind in "" --no-clobber; do
		s3_request DELETE "/$BUCKET/mod/1"
		odd drop,when=after,kept=1,on=put,every=3
		run -0 --separate-stderr s3put --mod-prefix "mod$kind/" $kind -P 2 <frames
		[ "$(wc -l <<<"$output")" = 30 ]
		[ "$(odd_happened .met.drop)" -ge 8 ]
		odd
		for i in {1..30}; do echo "mod$kind/$i"; done | s3cat --plain | cmp - <(grep company frames)
	done
	put_row 0 large drop,when=after,kept=1,on=complete,next=1
	put_row 0 large --no-clobber drop,when=after,kept=1,on=complete,next=1
	put_row 0 small --no-clobber answer,status=500,code=InternalError,done=1,on=put,next=1
	put_row 0 small --no-clobber answer,status=502,body=html,done=1,on=put
}

@test "--no-clobber: nothing is overwritten, whether or not the store knows the condition" {
	local file rule
	for file in small large; do
		for rule in "" ignore-condition etag-opaque,on=head page,on=head,next=1; do
			odd
			head -n 3 "$FILES/small" | s3put one
			odd ${rule:+"$rule"}
			run -1 --separate-stderr s3put --no-clobber one <"$FILES/$file"
			[[ $stderr == *"PUT: 412 PreconditionFailed (the object exists)"* ]]
			[ "$(odd_happened '[.calls.put // 0, .calls.create // 0] | add')" = 0 ]
			odd
			s3cat --plain one | cmp - <(head -n 3 "$FILES/small")
		done
	done
	# A page in the place of the HEAD's answer is no object.
	odd page,on=head,etag=5f3c
	run -75 --separate-stderr s3put --no-clobber two <"$FILES/small"
	[[ $stderr == *"HEAD: 200 with no sign of an object"* ]]
}

@test "a redirect is followed to the endpoint's own hosts alone" {
	local port elsewhere status_sent name
	port=${S3_ENDPOINT##*:}
	sed -i "s|^endpoint_url: .*|endpoint_url: http://localhost:$port|" config.yaml
	odd "redirect,to=http://$BUCKET.localhost:$port,next=1,on=put" "redirect,to=http://$BUCKET.localhost:$port,next=1,on=get"
	s3put one <"$FILES/small"
	s3cat --plain one 2>log | cmp - "$FILES/small"
	[ "$(cat log)" = "s3cat: warning: s3://$BUCKET: http://localhost:$port redirects to http://$BUCKET.localhost:$port" ]
	[ "$(odd_happened '.requests[-1] | .target, .headers.host' | xargs)" = "/one $BUCKET.localhost:$port" ]

	# A circle ends.
	odd "redirect,to=http://localhost:$port"
	run ! s3cat --plain one

	# Elsewhere nothing arrives: no signature, no token, no object. What it would answer is not believed.
	elsewhere=$(free_port)
	server_run elsewhere "$PYTHON" "$ROOT/tests/servers/odd.py" "$elsewhere"
	wait_until 10 port_open "$elsewhere"
	for status_sent in 301 302 303 307 308; do
		odd "redirect,to=http://127.0.0.1:$elsewhere,status=$status_sent"
		for name in small large; do
			run ! --separate-stderr s3put "$name" <"$FILES/$name"
			[ -z "$output" ]
			[[ $stderr == *"it leads to http://127.0.0.1:$elsewhere, which is not a host of the endpoint's"*"set endpoint_url"* ]]
		done
		run ! --separate-stderr s3cat --plain one
		[[ $stderr == *"it leads to http://127.0.0.1:$elsewhere"* ]]
		run ! --separate-stderr s3ls
		[[ $stderr == *"it leads to http://127.0.0.1:$elsewhere"* ]]
	done
	[ "$(curl -sS "http://127.0.0.1:$elsewhere/.odd" | jq '.requests | length')" = 0 ]
}

# get_row STATUS FILE RULE...: s3cat of the file, by its record, ends so; if with 0 it comes whole, else nothing of it is ended.
get_row() {
	local wanted=$1 file=$2
	shift 2
	odd "$@"
	s3cat --frames <"list.$file" >out 2>log && status=0 || status=$?
	echo "$file $*: $status $(tail -n 1 log)"
	[ "$status" = "$wanted" ]
	[ "$(odd_happened '.met | length')" -ge 1 ]
	odd
	if [ "$wanted" = 0 ]; then
		grep -v '^{"@":' out | cmp - "$FILES/$file"
	else
		run ! grep -q '^{"@":"end"' out
		grep -q '^{"@":"error".*"temporary":true' out
	fi
}

# Records of all three files: `whole` is large, and was sent in one piece, so that its ETag is its MD5.
records() {
	cp "$FILES/large" "$FILES/whole"
	s3put raw/1700000001.small <"$FILES/small" >/dev/null
	s3put raw/1700000002.large <"$FILES/large" >/dev/null
	s3_request PUT "/$BUCKET/raw/1700000003.whole" -T "$FILES/whole"
	list_records
}

list_records() {
	local file
	s3ls >list
	for file in small large whole; do
		grep "$file" list >"list.$file"
	done
}

@test "a GET is compared with its record: a shorter body, or a page, is not the object" {
	records
	local file
	for file in small large; do
		get_row 75 $file get-endless
		get_row 0 $file get-endless,next=1
		get_row 0 $file get-endless,half=0
		get_row 75 $file get-half
		get_row 0 $file get-half,next=2
		get_row 75 $file page
		get_row 75 $file page,etag=5f3c
		get_row 0 $file page,next=1
	done
	get_row 75 small get-damaged
	get_row 0 small get-damaged,next=1
	get_row 75 whole get-damaged
	get_row 75 whole get-damaged,next=1
	# A bare key has no record: an end that nothing speaks for is looked behind.
	odd get-endless,next=1
	s3cat --plain raw/1700000002.large | cmp - "$FILES/large"
	odd page,next=1
	s3cat --plain raw/1700000002.large | cmp - "$FILES/large"
	# A probe behind the end that meets a 416 without a length leaves damage what it is: temporary.
	odd get-damaged,next=1 no-range-behind
	run -75 --separate-stderr s3cat --frames raw/1700000003.whole
	[[ $stderr == *'does not match the MD5'* ]]
}

@test "what does not decompress is the object's fault only if its digest was right" {
	records
	gzip <"$FILES/small" >small.gz
	s3put raw/1700000004.gz <small.gz >/dev/null
	head -c -8 small.gz | s3put raw/1700000005.gz >/dev/null
	odd get-damaged
	run -75 --separate-stderr s3cat --frames raw/1700000004.gz
	[ "$(tail -n 1 <<<"$output" | jq -r .fault)" = nobody ]
	odd get-damaged,next=1
	run --separate-stderr s3cat --frames raw/1700000004.gz
	[ "$(tail -n 1 <<<"$output" | jq -r '.fault // "none"')" != object ]
	odd
	run -1 --separate-stderr s3cat --frames raw/1700000005.gz
	[ "$(tail -n 1 <<<"$output" | jq -r .fault)" = object ]
}

@test "an ETag that looks like an MD5 and is not one: the same bytes twice are accepted, with one warning" {
	records
	odd etag-no-md5
	list_records
	odd etag-no-md5
	s3cat --plain <list 2>log | cmp - <(cat "$FILES/small" "$FILES/large" "$FILES/whole")
	[ "$(grep -c 'looks like an MD5 and is not one (the same bytes came twice): accepted. Set check_md5: false' log)" = 1 ]
	[ "$(odd_happened .calls.get)" = 5 ]
	# Without a record, what is behind the end counts too.
	for rule in "" no-range-behind; do
		odd etag-no-md5
		s3cat --plain raw/1700000001.small raw/1700000003.whole 2>log | cmp - <(cat "$FILES/small" "$FILES/whole")
		[ "$(grep -c 'looks like an MD5' log)" = 1 ]
	done
	# Half of it twice is the same half: it is no object.
	odd get-half
	run -75 --separate-stderr s3cat --plain raw/1700000001.small
	CHECK_MD5=false
	export CHECK_MD5
	odd etag-no-md5
	s3cat --plain <list 2>log | cmp - <(cat "$FILES/small" "$FILES/large" "$FILES/whole")
	[ ! -s log ]
	[ "$(odd_happened .calls.get)" = 3 ]
}

@test "checksums that the store offers are checked, one of them; capital letters make no other MD5" {
	records
	local kind
	for kind in crc32 crc32c crc64nvme sha1 sha256 crc32+crc32c+crc64nvme+sha1+sha256; do
		get_row 0 small "checksum,opaque=1,kinds=$kind"
		[ ! -s log ]
		get_row 0 small "checksum,opaque=1,damaged=1,next=1,kinds=$kind"
		grep -q 'the download does not match the [A-Z0-9/-]* of the object, retry 2 of 5' log
		get_row 75 small "checksum,opaque=1,damaged=1,kinds=$kind"
		get_row 75 small "checksum,opaque=1,wrong=1,kinds=$kind"
		# made of the checksums of parts: says nothing of the whole
		get_row 0 small "checksum,opaque=1,wrong=1,suffix=-2,kinds=$kind"
		get_row 0 small "checksum,opaque=1,wrong=1,type=COMPOSITE,kinds=$kind"
	done
	get_row 0 large checksum,kinds=crc32
	get_row 75 large checksum,kinds=crc32,damaged=1
	# What broke and went on is checked whole.
	get_row 0 large checksum,kinds=crc32,skip=1 cut,next=1
	export AWS_RESPONSE_CHECKSUM_VALIDATION=when_required
	get_row 0 small checksum,opaque=1,wrong=1
	get_row 0 small etag-upper,on=get
	[ ! -s log ]
	get_row 0 whole etag-upper,on=get
	[ "$(grep -c . log)" = 0 ]
}

@test "compressed objects are requested as stored; bytes that a proxy changed are not compared with the stored ones" {
	gzip -9 <"$FILES/small" >small.gz
	s3_request PUT "/$BUCKET/raw/1700000001.small" -T small.gz -H 'content-encoding: gzip'
	s3put raw/1700000002.large <"$FILES/large" >/dev/null
	s3_request PUT "/$BUCKET/raw/1700000003.whole" -T "$FILES/large"
	cp "$FILES/large" "$FILES/whole"
	list_records
	get_row 0 small get-expanded
	[ ! -s log ]
	[ "$(odd_happened '.requests | length')" = 0 ]
	odd
	s3cat --plain <list.small >/dev/null
	[ "$(odd_happened '.requests[-1].headers["accept-encoding"]')" = gzip ]
	run ! grep -q accept-encoding <<<"$(odd_happened '.requests[-1].headers.authorization')"
	get_row 0 small get-expanded,always=1
	get_row 0 small get-expanded,always=1,etag=5f3c
	[ ! -s log ]
	# A proxy that compresses: objects are asked for without, also one that is stored compressed.
	for file in small large whole; do
		get_row 0 $file get-packed
		[ "$(grep -c 'a proxy compresses the store.s objects' log)" = 1 ]
	done
}
