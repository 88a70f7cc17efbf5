# shellcheck shell=bash disable=SC2154
# summary.sh: what pipeline.sh says at the end of a run, from the stages' own statistics (--stats: one flat JSON
# object each). To be sourced by it; uses its $tmp, $after, $take and $common.

# number PROGRAM MEMBER: sets value; empty where the program did not live to tell.
number() {
	local line=''
	value=
	if [ -f "$tmp/$1.json" ]; then
		read -r line <"$tmp/$1.json" || true
	fi
	[[ $line =~ \"$2\":(-?[0-9.]+) ]] || return 0
	value=${BASH_REMATCH[1]}
}

# Which variable is whose number.
summary_numbers=(listed=s3ls.listed present=s3ls.present rewritten=s3ls.rewritten first=s3ls.first skipped=s3ls.skipped excluded=s3ls.excluded excluded_class=s3ls.excluded_class
	stored=s3put.objects failed=s3put.failed failed_object=s3put.failed_object
	failed_everybody=s3put.failed_everybody failed_nobody=s3put.failed_nobody read=s3cat.lines written=s3put.lines rejected=s3put.rejected
	memo=senenrich.memo redis=senenrich.redis model=senenrich.model calls=senenrich.calls pairs=senenrich.pairs_asked
	moved=cursor.moved_to)

# Fills these variables, the caller's locals.
collect() {
	local name from value
	for name in "${summary_numbers[@]}"; do
		from=${name#*=}
		number "${from%.*}" "${from#*.}"
		printf -v "${name%%=*}" '%s' "$value"
	done
	if [ -n "$take" ]; then
		number s3cat objects
		listed=$value
	fi
	((${moved:-0} > after)) || moved=$after
}

# Numbers are summed only where every program gave its own; `lost` are the postings of objects that failed.
add_up() {
	adds_up=1 lost=0
	if [ -z "$listed" ] || [ -z "$stored" ] || [ -z "$read" ] || [ -z "$memo" ] ||
		((listed != stored + failed || read < written + rejected)); then
		adds_up=
		return
	fi
	lost=$((read - written - rejected))
	((lost == 0 || failed > 0)) || adds_up=
}

# summarise FORMAT STATUS MICROSECONDS
summarise() {
	local listed present rewritten first skipped excluded excluded_class stored failed failed_{object,everybody,nobody} read written rejected memo redis model calls pairs moved
	local adds_up lost seconds rate
	collect
	add_up
	seconds=$(printf '%d.%02d' $(($3 / 1000000)) $(($3 / 10000 % 100)))
	rate=$((${read:-0} * 1000000 / ($3 + 1)))
	if [ "$1" = json ]; then
		summary_json "$2"
	elif [ "$2" = 0 ] && [ "${listed:-1}" = 0 ] && [ "$adds_up" ]; then
		[ -n "$watch" ] || echo "nothing left to do ($(others)$seconds s)"
	elif [ "$adds_up" ]; then
		summary_text "$2"
	else
		summary_broken "$2"
	fi
}

# What the listing left out, where there is any of it.
others() {
	((${present:-0} == 0)) || printf '%s enriched already, ' "$(many "$present")"
	((${excluded:-0} == 0)) || printf '%s failed before, ' "$(many "$excluded")"
	((${excluded_class:-0} == 0)) || printf '%s of excluded storage classes, ' "$(many "$excluded_class")"
	((${skipped:-0} == 0)) || printf '%s names without a usable number, ' "$(many "$skipped")"
}

# table_row NAME NUMBER TEXT: the numbers of all rows end in one column.
table_row() {
	printf '%-9s%12s %s\n' "$1" "$2" "$3"
}

# many NUMBER: as people write it; ? where it is not known.
many() {
	local grouped='?'
	[ -z "$1" ] || thousands "$1"
	printf '%s' "$grouped"
}

# share NUMBER TEXT: "by Redis (12.5 %)".
share() {
	local all=$((memo + redis + model)) tenths
	((all > 0)) || all=1
	tenths=$((($1 * 1000 + all / 2) / all))
	printf '%s (%d.%d %%)' "$2" $((tenths / 10)) $((tenths % 10))
}

summary_text() {
	local left sum
	left=$(others)
	sum="read = $(many "$written") written + $(many "$rejected") rejected"
	((lost == 0)) || sum+=" + $(many "$lost") in failed objects"
	table_row objects "$(many "$listed")" "listed = $(many "$stored") stored + $(many "$failed") failed"
	[ -z "$left" ] || table_row 'left out' '' "${left%, }"
	summary_found
	table_row postings "$(many "$read")" "$sum"
	((read == 0)) || summary_answered
	table_row time "$seconds" "s, $(many "$rate") postings/s"
	table_row cursor "$moved" "$(cursor_time)"
	what_next "$1"
}

# Holes that a sweep has found; in any other run, what was written again.
summary_found() {
	local text
	text="without a counterpart, $(many "$rewritten") written again after it was enriched"
	if [ -n "$sweep" ]; then
		table_row holes "$(many $((listed - rewritten)))" "$text; the oldest is of $(TZ=UTC printf '%(%Y-%m-%d %H:%M:%S)T UTC' "$first")"
	elif ((${rewritten:-0} > 0)); then
		table_row 'of them' "$(many "$rewritten")" "written again after they were enriched"
	fi
}

summary_answered() {
	table_row answered "$(many "$memo")" "$(share "$memo" 'by the memo')"
	table_row '' "$(many "$redis")" "$(share "$redis" 'by Redis')"
	table_row '' "$(many "$model")" "$(share "$model" 'by the model'): $(many "$pairs") pairs asked in $(many "$calls") calls"
}

# A stage died, so there is no sum to show: say what each one counted.
summary_broken() {
	table_row objects "$(many "$listed")" "listed, $(many "$stored") stored, $(many "$failed") failed: the numbers do not add up, because a stage"
	table_row '' '' "ended before its work did; what is missing is taken by the next run"
	table_row postings "$(many "$read")" "read, $(many "$written") written, $(many "$rejected") rejected"
	table_row time "$seconds" s
	table_row cursor "$moved" "$(cursor_time)"
	what_next "$1"
}

cursor_time() {
	if [ "$moved" = 0 ]; then echo none; else TZ=UTC printf '%(%Y-%m-%d %H:%M:%S)T UTC' "$moved"; fi
}

# Sets me, tool and config: what the caller types for this script, in front of a program's name, and after either.
how_called() {
	local i
	config=''
	me=$(printf '%q' "$0") tool=$(printf '%q/' "$bin")
	[ "$(command -v cursor)" != "$bin/cursor" ] || tool=
	if [[ $home == */lib/seniority ]]; then me=seniority tool='seniority '; fi
	for ((i = 0; i + 1 < ${#common[@]}; i++)); do
		[ "${common[i]}" != --config ] || config=" --config $(printf '%q' "${common[i + 1]}")"
	done
}

# what_next STATUS: where something failed, the commands that say why, and that do it again.
what_next() {
	local me tool config
	how_called
	# only what failed for good is recorded; all else waits for something that --check knows of
	if ((${failed:-0} > 0)) && [ "$1" != 75 ] && "$bin/cursor" "${common[@]}" failed 2>/dev/null | grep . >/dev/null; then
		hint "why they failed:" "${tool}cursor failed$config"
		hint "once more:" "$me --retry-failed$config"
	elif [ "$1" != 0 ]; then
		((${failed_everybody:-0} == 0)) || hint "past one object:" "${tool}cursor skip KEY --reason TEXT$config"
		hint "$([ "$1" = 75 ] && echo 'what it waits for:' || echo 'what is wrong:')" "$me --check$config"
		hint "go on:" "$me$config"
	fi
	if ((${rejected:-0} > 0)); then
		hint "why rejected:" "$me rejects$config"
		hint "once more:" "$me rejects --retry$config"
	fi
}

hint() {
	printf '%-21s %s\n' "$1" "$2"
}

summary_json() {
	local name value line
	line="\"run\":$(quoted "$SENIORITY_RUN_ID"),"
	for name in listed stored failed failed_{object,everybody,nobody} present rewritten skipped excluded excluded_class read written rejected lost memo redis model pairs calls; do
		value=${!name}
		line+="\"$name\":${value:-null},"
	done
	echo "{${line}\"cursor\":$moved,\"seconds\":$seconds,\"postings_per_second\":$rate,\"adds_up\":$([ "$adds_up" ] && echo true || echo false),\"status\":$1}"
}
