#!/bin/bash
# manual.sh NAME VERSION: a page of the manual in scdoc, from man/NAME.scd on stdin. Lines that stand for what the
# program says of itself are filled in:
#
#   @SYNOPSIS@  @OPTIONS@  @EXAMPLES@   by the program's own tables, those of NAME without its section
#   @SETTINGS@                          every setting there is
#   @VERSION@                           anywhere in a line
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BIN=${SENIORITY_BIN:-$ROOT/bin}
# shellcheck source=packaging/tables.sh
. "$ROOT/packaging/tables.sh"
name=${1%.*} version=$2

# Text that scdoc is to take as it is.
escape() {
	sed 's/[\\_*~#]/\\&/g; s/^[-.|[]/\\&/'
}

synopsis() {
	program_help "$name" | awk '!/^(Usage:|      )/ { exit } { sub(/^(Usage:)? +/, ""); sub(/   +.*/, ""); print }' | escape |
		sed -E 's/^([^ ]+)/*\1*/; $! s/$/++/'
}

options() {
	program_options "$name" | escape | awk -F '\t' '{
		printf "%s*--%s*%s\n\t%s\n\n", $1 == "" ? "" : "*-" $1 "*, ", $2, $3 == "" ? "" : " _" $3 "_", $4
	}'
}

examples() {
	printf '```\n'
	program_examples "$name"
	printf '```\n'
}

# Tabs would be joined where a field is empty: awk takes them one by one.
settings() {
	"$BIN/s3ls" --print-settings | escape | awk -F '\t' '{
		kind = $2
		if ($4 != "") kind = kind " from " $4 " to " $5
		if ($6 != "") kind = kind ", secret: no flag sets it, and nothing prints it"
		printf "*%s* (%s%s)\n\t%s\n\n", $1, kind, $3 == "" ? "" : ", by default " $3, $7
	}'
}

while IFS= read -r line; do
	case $line in
	@SYNOPSIS@) synopsis ;;
	@OPTIONS@) options ;;
	@EXAMPLES@) examples ;;
	@SETTINGS@) settings ;;
	*) printf '%s\n' "${line//@VERSION@/$version}" ;;
	esac
done
