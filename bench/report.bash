# shellcheck shell=bash disable=SC2154 # what bench/run sets
# report.bash: the figures as results.json, results.md and plots. Sourced by bench/run.

machine() {
	printf 'processor\t%s, %s processors\n' "$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)" "$(nproc)"
	printf 'memory\t%s\n' "$(awk '/^MemTotal/ { printf "%.1f GB", $2 * 1024 / 1e9 }' /proc/meminfo)"
	printf 'kernel\t%s\n' "$(uname -sr)"
	printf 'system\t%s\n' "$(. /etc/os-release && echo "$PRETTY_NAME")"
	printf 'data on\t%s\n' "$(findmnt -no FSTYPE,SOURCE -T "$work" 2>/dev/null | tr -s ' ')"
	printf 'Redis\t%s\n' "$(redis-server --version | grep -o 'v=[^ ]*' | cut -c3-)"
	printf 'jq\t%s\n' "$(jq --version)"
	printf 'programs\t%s, %s\n' "$("$bin/senenrich" --version | head -n 1)" \
		"$(git -C "$home" describe --always --dirty 2>/dev/null || echo "not from git")"
	printf 'load at the start\t%s (of what else ran)\n' "$load"
	printf 'scale\t%s, %s s in all\n' "${BENCH_SCALE:-full}" "$1"
}

# shellcheck disable=SC2016 # $ is jq's
MARKDOWN='
	def pretty: if . == 0 then "0" elif . >= 1000 then round | tostring
		elif . >= 100 then . * 10 | round / 10 | tostring
		else (. * 1000 | round / 1000 | tostring) end;
	"# How fast it is\n",
	"Medians, with the least and the most. Made by `make bench`.\n",
	"| | |\n|---|---|", (.machine | to_entries[] | "| \(.key) | \(.value) |"), "",
	(.figures | group_by(.question)[] |
		"## \(.[0].question)\n",
		"| what | median | unit | spread | runs | target | met |\n|---|--:|---|--:|--:|--:|---|",
		(.[] | "| \(.what) | \(.median | pretty) | \(.unit) | \(if .runs > 1 then "\(.min | pretty) - \(.max | pretty)" else "" end) | \(.runs) | " +
			"\(.target // "") | \(if .target then (if .met then "yes" else "**no**" end) else "" end) |"),
		""),
	"## Notes\n", (.notes[] | "- " + gsub("\n"; " "))'

plots() {
	local name
	command -v gnuplot >/dev/null || {
		notes+=("No plots: gnuplot is not installed (Debian: gnuplot-nox).")
		return 0
	}
	for name in growth-postings growth-pairs stages compare; do
		[ ! -s "$work/$name.dat" ] || gnuplot -e "name='$name'; data='$work/$name.dat'; out='$results/$name.svg'" "$home/bench/plot.gp"
	done
}

report() { # SECONDS
	local missed
	rm -f "$results"/*.svg
	plots
	# shellcheck disable=SC2016 # $ is jq's
	jq -s --rawfile machine <(machine "$1") '{
		machine: ($machine | split("\n") | map(select(. != "") | split("\t") | {(.[0]): .[1]}) | add),
		notes: $ARGS.positional, figures: .}' "$figures" --args -- ${notes[@]+"${notes[@]}"} >"$results/results.json"
	jq -r "$MARKDOWN" "$results/results.json" >"$results/results.md"
	(cd "$results" && for plot in *.svg; do [ ! -e "$plot" ] || printf '\n![%s](%s)\n' "${plot%.svg}" "$plot"; done) >>"$results/results.md"
	missed=$(jq '[.figures[] | select(.met == false)] | length' "$results/results.json")
	say "$results/results.md is written; targets missed: $missed"
}
