# pipeline.sh report: a page on the runs so far.
# needs: gnuplot xmllint
load helper

setup() {
	sandbox
	redis_start
	senserve_start
	export PATH="$ROOT:$PATH" HISTORY_FILE=$BATS_TEST_TMPDIR/history
}

@test "the page is whole, by itself, and its numbers are those of the runs" {
	{ posting a CFO && posting b "Data Analyst" && echo nonsense; } >"$RAW/1721183934.jsonl"
	pipeline.sh --quiet
	posting a CFO >"$RAW/1721183994.jsonl"
	pipeline.sh --quiet
	run -0 pipeline.sh report
	[ "$output" = "seniority-report.html: 2 runs" ]
	xmllint --noout --nonet seniority-report.html
	[ "$(grep -c '<svg' seniority-report.html)" = 5 ]
	grep -q '<b>3</b><span>postings written' seniority-report.html
	grep -q '<b>25.0 %</b><span>rejected (1)' seniority-report.html
	grep -q '<b>33.3 %</b><span>answered without the model' seniority-report.html
	grep -q '<td>2</td><td>1</td>' seniority-report.html
	# nothing is fetched from anywhere, and nothing runs
	[ -z "$(grep -oE '(href|src)=.[^#]|url\([^#]|<script|@import' seniority-report.html || true)" ]
	[ "$(pipeline.sh report --output - | sha256sum)" = "$(sha256sum <seniority-report.html)" ]
}

@test "many runs are drawn together; numbers that are not ours do no harm" {
	local i
	for i in {1..500}; do
		echo "{\"run\":\"r$i\",\"ended\":$((1721183934 + i * 60)),\"stored\":1,\"failed\":0,\"written\":$i,\"rejected\":0,\"memo\":$i,\"redis\":0,\"model\":0,\"calls\":0,\"seconds\":0.1,\"status\":0}"
	done >many
	printf '%s\n' '<script>' '{"written":"7"' '' >>many
	pipeline.sh report --history many --output out.html
	xmllint --noout --nonet out.html
	grep -q 'each bar is 4 runs together' out.html
	grep -q '<b>125,250</b><span>postings written' out.html
	! grep -q '<script' out.html || false
}

# bars FIGURE: how many it has of a width and a height.
bars() {
	awk -v figure="<figure class=\"$1\">" 'index($0, figure) { on = 1 } /<\/figure>/ { on = 0 } on' out.html |
		tr -d '\n' | grep -oE "<polygon[^>]*points *= *'[^']*'" | awk -F"'" '{
			count = split($NF == "" ? $(NF - 1) : $NF, points, /[ ,]+/)
			left = right = points[1]; low = high = points[2]
			for (i = 3; i < count; i += 2) {
				if (points[i] < left) left = points[i]; if (points[i] > right) right = points[i]
				if (points[i + 1] < low) low = points[i + 1]; if (points[i + 1] > high) high = points[i + 1]
			}
			if (right - left > 1 && high - low > 1) n++
		} END { print n + 0 }'
}

@test "one run has bars too, and an empty history is not an error" {
	echo '{"run":"r","ended":1721183934,"stored":1,"failed":0,"written":20,"rejected":2,"memo":5,"redis":5,"model":10,"calls":1,"level_3":20,"rejected_line":2,"seconds":0.1,"status":0}' >one
	pipeline.sh report --history one --output out.html
	# the swatch of the legend is one as well
	[ "$(bars calls)" = 2 ]
	[ "$(bars postings)" = 4 ]
	[ "$(bars shares)" = 6 ]
	# so few calls are counted by whole numbers
	! grep -q '[0-9]m<' out.html || false
	! grep -qE '[0-9][kM] ?<' out.html || false
	# and many with their unit
	sed 's/"written":20/"written":3000000/' one >large
	pipeline.sh report --history large --output out.html
	grep -qE '[^0-9.]3M ?<' out.html
	: >none
	run -0 pipeline.sh report --history none --output out.html
	grep -q 'no run yet' out.html
	! grep -q 1970 out.html || false
	run -1 --separate-stderr pipeline.sh report --history one --output nowhere/out.html
	[[ $stderr == *"error: nowhere/out.html cannot be written: No such file or directory (--output FILE"* ]]
}

@test "without a history, or without gnuplot: 2, with advice" {
	run -2 --separate-stderr pipeline.sh report
	# shellcheck disable=SC2154 # run sets it
	[[ $stderr == *"there is no history of runs yet"* ]]
	mkdir path
	for name in bash readlink dirname mktemp rm cat sed tr date od head; do ln -s "$(command -v $name)" path/; done
	PATH=$PWD/path run -2 --separate-stderr "$ROOT/pipeline.sh" report
	[[ $stderr == *gnuplot-nox* ]]
	run -2 pipeline.sh report --nonsense
}
