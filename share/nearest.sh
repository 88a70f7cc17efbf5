# shellcheck shell=bash
# nearest.sh: "did you mean", for the scripts, as settings/nearest.c does it for the programs: by edit distance, where a
# third of the word may be wrong. To be sourced by bash.

# did_you_mean WORD NAME...: " (did you mean NAME?)", or nothing where none is near.
did_you_mean() {
	printf '%s\n' "$@" | awk '
		function least(a, b) { return a < b ? a : b }
		function distance(a, b, i, j, rows) {
			for (i = 0; i <= length(a); i++) rows[i, 0] = i
			for (j = 0; j <= length(b); j++) rows[0, j] = j
			for (i = 1; i <= length(a); i++)
				for (j = 1; j <= length(b); j++) {
					rows[i, j] = least(least(rows[i - 1, j], rows[i, j - 1]) + 1, \
						rows[i - 1, j - 1] + (substr(a, i, 1) != substr(b, j, 1)))
					if (i > 1 && j > 1 && substr(a, i, 1) == substr(b, j - 1, 1) && substr(a, i - 1, 1) == substr(b, j, 1))
						rows[i, j] = least(rows[i, j], rows[i - 2, j - 2] + 1)
				}
			return rows[length(a), length(b)]
		}
		NR == 1 { word = substr($0, 1, 48); bare = word; sub(/^-+/, "", bare); most = int(length(bare) / 3) + 1; next }
		length($0) <= 48 && (d = distance(word, $0)) <= most && (best == "" || d < most) { best = $0; most = d }
		END { if (best != "") printf " (did you mean %s?)", best }'
}

# options_in: the long options that the help on stdin has rows for, a line each.
options_in() {
	sed -nE 's/^ +(-[A-Za-z], )?(--[a-z0-9-]+).*/\2/p'
}

# unknown_option OPTION: ends the script, by its own usage_error; its usage says what there is.
unknown_option() {
	local names
	mapfile -t names < <(usage | options_in)
	[[ " ${names[*]} " != *" $1 "* ]] || usage_error "$1 takes no value"
	usage_error "unknown option: $1$(did_you_mean "$1" "${names[@]}")"
}
