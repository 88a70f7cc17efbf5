# What pipeline.sh keeps of its runs: metrics for Prometheus, and the history.
# needs: promtool python3:prometheus_client
load helper

setup() {
	sandbox
	redis_start
	senserve_start
	export PATH="$ROOT:$PATH" METRICS_FILE=$BATS_TEST_TMPDIR/seniority.prom HISTORY_FILE=$BATS_TEST_TMPDIR/history
}

# metric NAME{LABELS}: as the reference implementation of the format reads it.
metric() {
	"$PYTHON" - "$METRICS_FILE" "$1" <<-'END'
		import sys
		from prometheus_client.parser import text_string_to_metric_families
		for family in text_string_to_metric_families(open(sys.argv[1]).read()):
		    for s in family.samples:
		        labels = ",".join('%s="%s"' % l for l in sorted(s.labels.items()))
		        if sys.argv[2] in (s.name, "%s{%s}" % (s.name, labels)):
		            print("%g" % s.value)
	END
}

@test "counters grow from run to run; the last success stays if a run fails" {
	{ posting a CFO && posting b "Data Analyst" && echo nonsense; } >"$RAW/1721183934.jsonl"
	pipeline.sh --quiet
	[ "$(metric 'seniority_postings_total{result="written"}')" = 2 ]
	[ "$(metric 'seniority_postings_total{result="rejected"}')" = 1 ]
	[ "$(metric 'seniority_rejected_total{reason="line"}')" = 1 ]
	[ "$(metric 'seniority_level_total{level="7"}')" = 1 ]
	[ "$(metric 'seniority_answers_total{by="model"}')" = 2 ]
	[ "$(metric seniority_model_calls_total)" = 1 ]
	[ "$(metric seniority_last_run_status)" = 0 ]
	[ "$(metric seniority_cursor_timestamp_seconds)" = 1.72118e+09 ]
	success=$(grep ^seniority_last_success "$METRICS_FILE")
	posting a CFO >"$RAW/1721183994.jsonl"
	pipeline.sh --quiet
	[ "$(metric 'seniority_postings_total{result="written"}')" = 3 ]
	[ "$(metric 'seniority_answers_total{by="redis"}')" = 1 ]
	[ "$(metric 'seniority_runs_total{status="0"}')" = 2 ]
	success=$(grep ^seniority_last_success "$METRICS_FILE")
	redis_stop
	run -75 pipeline.sh --quiet
	[ "$(metric 'seniority_runs_total{status="75"}')" = 1 ]
	[ "$(metric 'seniority_postings_total{result="written"}')" = 3 ]
	[ "$(grep ^seniority_last_success "$METRICS_FILE")" = "$success" ]
	[ "$(find "$BATS_TEST_TMPDIR" -name 'seniority.prom*' | wc -l)" = 1 ]
}

@test "the alerts and the dashboard speak of what a run writes, and of nothing else" {
	posting a CFO >"$RAW/1721183934.jsonl"
	pipeline.sh --quiet
	grep -ohE 'seniority_[a-z_]+' "$ROOT"/monitoring/* | sort -u >named
	[ "$(wc -l <named)" -ge 10 ]
	grep -oE '^seniority_[a-z_]+' "$METRICS_FILE" | sort -u >written
	[ -z "$(comm -23 named written)" ]
}

@test "the file is what Prometheus wants of its metrics, after a run that went well and one that did not" {
	posting a CFO >"$RAW/1721183934.jsonl"
	pipeline.sh --quiet
	run -0 promtool check metrics <"$METRICS_FILE"
	[ -z "$output" ]
	redis_stop
	run -75 pipeline.sh --quiet
	run -0 promtool check metrics <"$METRICS_FILE"
	[ -z "$output" ]
}

@test "each alert fires when it should, and not when not" {
	promtool check rules "$ROOT/monitoring/alerts.yaml"
	promtool test rules "$ROOT/tests/alerts.yaml"
	# and there is a case in which it fires for each
	grep -oP '(?<=- alert: )\w+' "$ROOT/monitoring/alerts.yaml" | sort >alerts
	grep -B 1 exp_alerts: "$ROOT/tests/alerts.yaml" | grep -oP '(?<=alertname: )\w+' | sort -u | diff alerts -
}

@test "the dashboard: Prometheus takes its queries, panels stand beside each other, and each has one data source" {
	local dashboard=$ROOT/monitoring/dashboard.json
	jq '{groups: [{name: "dashboard", rules: [.panels[].targets[].expr] | to_entries
		| map({record: "query_\(.key)", expr: .value})}]}' "$dashboard" >rules.yaml
	run -0 promtool check rules rules.yaml
	[[ $output =~ SUCCESS:\ ([0-9]+)\ rules ]]
	((BASH_REMATCH[1] >= 12))
	jq -e '(.panels | length >= 8) and (.title | length > 0) and (.uid | length > 0)
		and ([.panels[].id] | length == (unique | length))
		and all(.panels[]; (.title | length > 0) and (.type | IN("stat", "timeseries"))
			and .datasource.uid == "${source}" and ([.targets[].refId] | length == (unique | length)))
		and [.templating.list[] | select(.type == "datasource") | .name] == ["source"]' "$dashboard"
	# no two on one place of a grid of 24 columns
	jq -e '[.panels[].gridPos | .x as $x | .y as $y | range($x; $x + .w) as $column | range($y; $y + .h) | [$column, .]]
		| length == (unique | length) and all(.[]; .[0] < 24)' "$dashboard"
}

@test "a line of history for each run; none if it is off; a history that cannot be written fails no run" {
	posting a CFO >"$RAW/1721183934.jsonl"
	SENIORITY_RUN_ID=one pipeline.sh --quiet
	pipeline.sh --quiet
	pipeline.sh --quiet --dry-run
	[ "$(wc -l <"$HISTORY_FILE")" = 2 ]
	[ "$(head -n 1 "$HISTORY_FILE" | jq -c '[.run, .written, .level_7, .status, .adds_up]')" = '["one",1,1,0,true]' ]
	[ "$(tail -n 1 "$HISTORY_FILE" | jq .listed)" = 0 ]
	HISTORY_FILE=none pipeline.sh --quiet
	[ "$(wc -l <"$HISTORY_FILE")" = 2 ]
	HISTORY_FILE=$BATS_TEST_TMPDIR/seniority.prom/x METRICS_FILE=/nonexistent/x run -0 --separate-stderr pipeline.sh
	# shellcheck disable=SC2154 # run sets it
	[ "$(grep -c 'warning: ' <<<"$stderr")" = 2 ]
	unset HISTORY_FILE
	XDG_STATE_HOME=$PWD/state pipeline.sh --quiet
	[ "$(cat state/seniority/history-*.ndjson | wc -l)" = 1 ]
}
