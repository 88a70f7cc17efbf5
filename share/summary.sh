# shellcheck shell=bash disable=SC2154
# summary.sh: what pipeline.sh says at the end of a run, from the stages' own statistics (--stats: one flat JSON
# object each). To be sourced by it; uses its $tmp, $after and $take.

# number PROGRAM MEMBER: empty where the program did not live to tell.
number() {
	local line=''
	if [ -f "$tmp/$1.json" ]; then
		read -r line <"$tmp/$1.json" || true
	fi
	[[ $line =~ \"$2\":(-?[0-9.]+) ]] || return 0
	echo "${BASH_REMATCH[1]}"
}

# Fills the variables below, the caller's locals.
collect() {
	listed=$(number s3ls listed)
	present=$(number s3ls present) skipped=$(number s3ls skipped) excluded=$(number s3ls excluded)
	[ -z "$take" ] || listed=$(number s3cat objects)
	stored=$(number s3put objects) failed=$(number s3put failed)
	read=$(number s3cat lines) written=$(number s3put lines) rejected=$(number s3put rejected)
	memo=$(number senenrich memo) redis=$(number senenrich redis) model=$(number senenrich model)
	calls=$(number senenrich calls) pairs=$(number senenrich pairs_asked)
	moved=$(number cursor moved_to)
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
	local listed present skipped excluded stored failed read written rejected memo redis model calls pairs moved
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
		summary_text
	else
		summary_broken
	fi
}

# What the listing left out, where there is any of it.
others() {
	((${present:-0} == 0)) || printf '%d enriched already, ' "$present"
	((${excluded:-0} == 0)) || printf '%d failed before, ' "$excluded"
	((${skipped:-0} == 0)) || printf '%d names without a usable number, ' "$skipped"
}

summary_text() {
	local left
	left=$(others)
	echo "objects   $listed listed = $stored stored + $failed failed${left:+ (and not listed: ${left%, })}"
	printf 'postings  %d read = %d written + %d rejected' "$read" "$written" "$rejected"
	((lost == 0)) || printf ' + %d in failed objects' "$lost"
	echo
	echo "answered  $memo by the memo, $redis by Redis, $model by the model ($pairs pairs asked in $calls calls)"
	echo "time      $seconds s, $rate postings/s"
	echo "cursor    $moved"
}

# A stage died, so there is no sum to show: say what each one counted.
summary_broken() {
	echo "objects   ${listed:-?} listed, ${stored:-?} stored, ${failed:-?} failed: the numbers do not add up, because a stage"
	echo "          ended before its work did; what is missing is taken by the next run"
	echo "postings  ${read:-?} read, ${written:-?} written, ${rejected:-?} rejected"
	echo "time      $seconds s"
	echo "cursor    $moved"
}

summary_json() {
	local name value line
	line="\"run\":$(quoted "$SENIORITY_RUN_ID"),"
	for name in listed stored failed present skipped excluded read written rejected lost memo redis model pairs calls; do
		value=${!name}
		line+="\"$name\":${value:-null},"
	done
	echo "{${line}\"cursor\":$moved,\"seconds\":$seconds,\"postings_per_second\":$rate,\"adds_up\":$([ "$adds_up" ] && echo true || echo false),\"status\":$1}"
}
