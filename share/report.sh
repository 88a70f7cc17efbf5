# shellcheck shell=bash disable=SC2034,SC2154
# report.sh: `pipeline.sh report`: one page on the runs so far, with nothing in it from elsewhere. To be sourced by
# pipeline.sh; uses its $bin, $tmp, $common, setting() and history_path().

report_bars=160 # at most so many points in a plot: more runs than that are added up in groups

report_usage() {
	sed "s/pipeline\.sh/$called/g" <<'END'
Usage: pipeline.sh report [OPTION]...
Write an HTML page about the runs: postings, answers, calls, rejects, levels.

      --output FILE            write to FILE; -: stdout (seniority-report.html)
      --history FILE           read FILE instead of history_file
      --config FILE            read the settings from FILE (config.yaml)
  -h, --help                   print this

It needs gnuplot (Debian: gnuplot-nox).

Examples:
  pipeline.sh report
  pipeline.sh report --output - | gzip > report.html.gz
END
}

report_main() {
	local output=seniority-report.html history=
	while (($# > 0)); do
		case $1 in
		--*=*)
			set -- "${1%%=*}" "${1#*=}" "${@:2}"
			continue
			;;
		--output | --history | --config) [ -n "${2:-}" ] || usage_error "$1 needs a value" ;;
		esac
		case $1 in
		--output) output=$2 && shift ;;
		--history) history=$2 && shift ;;
		--config) common+=(--config "$2") && shift ;;
		-h | --help) report_usage && exit ;;
		*) usage_error "unknown option: $1" ;;
		esac
		shift
	done
	command -v gnuplot >/dev/null || {
		say "error: gnuplot is not installed: apt-get install gnuplot-nox"
		exit 2
	}
	"$bin/s3ls" "${common[@]}" --print-config >"$tmp/settings" && "$bin/cursor" "${common[@]}" identity >"$tmp/identity" || exit
	history=${history:-$(history_path)}
	[ -r "$history" ] || {
		say "error: there is no history of runs yet${history:+ ($history)}: each run keeps a line, see history_file"
		exit 2
	}
	report_data <"$history"
	report_plots
	report_page >"$tmp/page"
	if [ "$output" = - ]; then
		cat "$tmp/page"
	else
		(cat "$tmp/page" >"$output") 2>"$tmp/why" || {
			say "error: $output cannot be written: $(sed 's/.*: //' "$tmp/why") (--output FILE says where it is to go)"
			exit 1
		}
		echo "$output: $(wc -l <"$history") runs"
	fi
	exit 0
}

# From the history on stdin: runs.dat for the plots, totals (NAME VALUE), and rows of the last runs.
report_data() {
	awk -v most="$report_bars" -v dir="$tmp" '
		function value(name) { return match($0, "\"" name "\":-?[0-9.]+") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0 : 0 }
		{
			runs++
			status = value("status")
			if (status != 0) failures++
			for (i = 1; i <= names; i++) total[name[i]] += value(name[i])
			rows[runs % 15] = sprintf("%d %d %d %d %d %d %d %d %s", value("ended"), value("stored"), value("failed"), value("written"),
				value("rejected"), value("calls"), value("model"), status, value("seconds"))
			first = first ? first : value("ended")
			last = value("ended")
			if (value("written") + value("rejected") == 0) next
			n++
			for (i = 1; i <= names; i++) v[n, i] = value(name[i])
			when[n] = value("ended")
		}
		BEGIN {
			names = split("written rejected memo redis model calls rejected_line rejected_company rejected_title rejected_model " \
				"rejected_forged level_1 level_2 level_3 level_4 level_5 level_6 level_7 stored pairs seconds", name, " ")
		}
		END {
			group = int((n + most - 1) / most)
			for (k = 1; k <= n; k += group) {
				line = when[k]
				for (i = 1; i <= names; i++) {
					sum = 0
					for (j = k; j < k + group && j <= n; j++) sum += v[j, i]
					line = line " " sum
				}
				print line > (dir "/runs.dat")
			}
			for (i = 1; i <= names; i++) print name[i], total[name[i]] + 0 > (dir "/totals")
			print "runs", runs + 0 > (dir "/totals")
			print "failures", failures + 0 > (dir "/totals")
			print "first", first + 0 > (dir "/totals")
			print "last", last + 0 > (dir "/totals")
			print "group", group + 0 > (dir "/totals")
			for (i = runs; i > 0 && i > runs - 15; i--) print rows[i % 15] > (dir "/rows")
		}'
	touch "$tmp/runs.dat" "$tmp/rows"
}

total() {
	awk -v name="$1" '$1 == name { printf "%d", $2 }' "$tmp/totals"
}

# Colours that can be told apart on white and on black, also by those who see no red or no green.
report_plots() {
	local i
	for i in {1..7}; do echo "$i $(total "level_$i")"; done >"$tmp/levels.dat"
	for i in line company title model forged; do echo "$i $(total "rejected_$i")"; done >"$tmp/rejects.dat"
	[ -s "$tmp/runs.dat" ] || return 0
	local range
	# where the bars begin and end, and how wide they are: one has no neighbour to go by, many would have gaps of less than a pixel
	range=$(awk 'NR == 1 { first = $1 } END {
		half = NR > 1 ? ($1 - first) / NR / 2 + 30 : 1800
		printf "from=%d; to=%d; width=\"%s\"", first - half, $1 + half, (NR > 80 ? "1 relative" : NR > 1 ? "0.9 relative" : "1200 absolute")
	}' "$tmp/runs.dat")
	# shellcheck disable=SC2016 # they are awk's
	range+=$(report_axis postings '$2 + $3' runs)$(report_axis calls '$7' runs)
	# shellcheck disable=SC2016
	range+=$(report_axis levels '$2' levels)$(report_axis rejects '$2' rejects)
	(cd "$tmp" && gnuplot -e "$range" - 2>why) <<-'END' || { say "error: gnuplot: $(tail -n 1 "$tmp/why")" && exit 1; }
		blue = "#4477aa"; red = "#ee6677"; green = "#228833"; yellow = "#ccbb44"; cyan = "#66ccee"
		set terminal svg size 860,280 dynamic font "sans-serif,13" linewidth 1.2
		set style fill solid 1.0 noborder
		set border 3
		set tics nomirror out
		set grid ytics linewidth 0.4
		set key outside top left horizontal Left reverse samplen 1.2
		set yrange [0:*]
		eval "set boxwidth ".width
		set xdata time
		set timefmt "%s"
		set format x "%d %b\n%H:%M"
		set xtics autofreq
		set xrange [from:to]
		set output "postings.svg"
		eval postings_axis
		plot "runs.dat" using 1:(($2+$3)/postings) with boxes linecolor rgb red title "rejected", "" using 1:($2/postings) with boxes linecolor rgb blue title "written"
		set output "calls.svg"
		eval calls_axis
		plot "runs.dat" using 1:($7/calls) with boxes linecolor rgb yellow title "calls"
		set ytics autofreq
		set format y "%.0f %%"
		set yrange [0:100]
		set output "shares.svg"
		all(m, r, d) = m + r + d > 0 ? m + r + d : 1
		plot "runs.dat" using 1:(100.0) with boxes linecolor rgb red title "model", "" using 1:(100.0*($4+$5)/all($4,$5,$6)) with boxes linecolor rgb green title "Redis", "" using 1:(100.0*$4/all($4,$5,$6)) with boxes linecolor rgb cyan title "memo"
		unset xdata
		unset key
		set yrange [0:*]
		set boxwidth 0.6 absolute
		set format x "%.0f"
		set xtics 1, 1, 7
		set xrange [0.4:7.6]
		set terminal svg size 420,280 dynamic font "sans-serif,13" linewidth 1.2
		set output "levels.svg"
		eval levels_axis
		plot "levels.dat" using 1:($2/levels) with boxes linecolor rgb blue
		set output "rejects.svg"
		unset xtics
		set xtics nomirror out
		set xrange [-0.6:4.6]
		eval rejects_axis
		plot "rejects.dat" using 0:($2/rejects):xtic(1) with boxes linecolor rgb red
	END
}

# report_axis NAME EXPRESSION FILE: for gnuplot: NAME, by which the numbers are to be divided, and NAME_axis, commands for an axis
# of whole numbers with the unit that goes with it.
report_axis() {
	awk -v name="$1" "{ value = $2; if (value > most) most = value }"'
		END {
			unit = most < 10000 ? 1 : most < 2000000 ? 1000 : 1000000
			printf "; %s=%d.0; %s_axis=\"set format y \047%%g%s\047; set ytics %s\"", name, unit, name,
				unit == 1 ? "" : unit == 1000 ? "k" : "M", (most < 5 ? 1 : "autofreq")
		}' "$tmp/$3.dat"
}

# figure NAME TITLE TEXT
report_figure() {
	[ -s "$tmp/$1.svg" ] || return 0
	printf '<figure class="%s"><figcaption><h2>%s</h2><p>%s</p></figcaption>\n' "$1" "$2" "$3"
	# Ids are of one drawing each: on one page they would be mixed up.
	sed -e '1,/<svg/{/<svg/!d}' -e 's|<title>[^<]*</title>||g; s|<desc>[^<]*</desc>||g' -e "s/id=\"/id=\"$1-/g; s/id='/id='$1-/g; s/url(#/url(#$1-/g; s/href='#/href='#$1-/g" "$tmp/$1.svg"
	echo '</figure>'
}

with_commas() {
	sed -E ':a; s/^([0-9]+)([0-9]{3})/\1,\2/; ta' <<<"$1"
}

report_card() {
	printf '<div><b>%s</b><span>%s</span></div>\n' "$1" "$2"
}

percent() {
	awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.1f %%", 100 * a / b; else printf "–" }'
}

report_html() {
	sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'
}

report_page() {
	local answered where when
	answered=$(($(total memo) + $(total redis) + $(total model)))
	where=$(printf 's3://%s/%s' "$(setting output_bucket)" "$(setting mod_prefix)" | report_html)
	when="no run yet"
	(($(total runs) == 0)) || when="$(date -ud "@$(total first)" '+%d %b %Y %H:%M') to $(date -ud "@$(total last)" '+%d %b %Y %H:%M') UTC"
	cat <<-END
		<!DOCTYPE html>
		<html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>
		<title>seniority: the runs so far</title>
		<style>
		:root { color-scheme: light dark; --bg: #fff; --fg: #1d2733; --soft: #5d6b7a; --card: #f3f5f8; --line: #d8dee6; }
		@media (prefers-color-scheme: dark) { :root { --bg: #14181d; --fg: #e4e8ec; --soft: #9aa7b4; --card: #1e252c; --line: #333d47; } }
		* { box-sizing: border-box; }
		body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 3rem; background: var(--bg); color: var(--fg); font: 16px/1.5 system-ui, sans-serif; }
		h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 0; } p { margin: 0; color: var(--soft); }
		.cards { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; margin: 1.25rem 0; }
		@media (min-width: 40rem) { .cards { grid-template-columns: 1fr 1fr 1fr; } }
		.cards div { background: var(--card); border-radius: .5rem; padding: .75rem 1rem; }
		.cards b { display: block; font-size: 1.35rem; } .cards span { color: var(--soft); font-size: .85rem; }
		.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; }
		figure { overflow-x: auto; margin: 0; background: var(--card); border-radius: .5rem; padding: 1rem; min-width: 0; }
		figure.postings, figure.shares, figure.calls { grid-column: 1 / -1; }
		.postings svg, .shares svg, .calls svg { min-width: 38rem; }
		.levels svg, .rejects svg { max-width: 30rem; }
		figcaption p { font-size: .85rem; } figure svg { display: block; width: 100%; height: auto; margin-top: .5rem; }
		svg text { fill: var(--fg); } svg g[color="black"], svg g[stroke="black"] { color: var(--fg); stroke: var(--fg); }
		svg [stroke="black"] { stroke: var(--fg); } svg .gridline { stroke: var(--line); }
		.table { overflow-x: auto; margin-top: 1.25rem; }
		table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem; }
		th, td { text-align: right; padding: .35rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
		th:first-child, td:first-child { text-align: left; } .bad { color: #d3455b; font-weight: 600; }
		</style></head><body>
		<h1>The runs so far</h1>
		<p>$where · $when</p>
		<div class="cards">
	END
	report_card "$(with_commas "$(total runs)")" "runs, $(with_commas "$(total failures)") not well ended"
	report_card "$(with_commas "$(total stored)")" "objects stored"
	report_card "$(with_commas "$(total written)")" "postings written"
	report_card "$(percent "$(total rejected)" $(($(total written) + $(total rejected))))" "rejected ($(with_commas "$(total rejected)"))"
	report_card "$(percent $(($(total memo) + $(total redis))) "$answered")" "answered without the model"
	report_card "$(with_commas "$(total calls)")" "calls, $(with_commas "$(total pairs)") pairs"
	echo '</div><div class="figures">'
	local each="a run"
	(($(total group) <= 1)) || each="$(total group) runs together"
	report_figure postings "Postings" "each bar is $each"
	report_figure shares "What answered them" "share of the postings by the memo, by Redis and by the model"
	report_figure calls "Calls to the model" "each bar is $each"
	report_figure levels "Seniority levels" "1 entry to 7 senior executive, all runs"
	(($(total rejected) == 0)) || report_figure rejects "Rejected, by what was wrong" "all runs"
	cat <<-'END'
		</div><div class="table"><table><thead><tr><th>run ended (UTC)</th><th>objects</th><th>failed</th><th>postings</th><th>rejected</th><th>by the model</th><th>calls</th><th>seconds</th><th>status</th></tr></thead><tbody>
	END
	local ended stored failed written rejected calls model status seconds
	while read -r ended stored failed written rejected calls model status seconds; do
		printf '<tr><td>%s</td><td>%s</td><td%s>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td%s>%s</td></tr>\n' \
			"$(date -ud "@$ended" '+%d %b %H:%M:%S')" "$(with_commas "$stored")" "$( ((failed == 0)) || echo ' class="bad"')" "$failed" \
			"$(with_commas "$written")" "$(with_commas "$rejected")" "$(with_commas "$model")" "$(with_commas "$calls")" "$seconds" \
			"$( ((status == 0)) || echo ' class="bad"')" "$status"
	done <"$tmp/rows"
	echo '</tbody></table></div></body></html>'
}
