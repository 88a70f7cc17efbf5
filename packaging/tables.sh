# shellcheck shell=bash
# tables.sh: what programs say of themselves, for the manual and the completions. To be sourced by bash.
# A program is one of the compiled ones, a script, or what pipeline.sh has by a name of its own; its options come from the table that parses them
# (--print-options), a script's from its --help.

# program_run NAME ARG...: NAME is as in `seniority NAME`.
program_run() {
	case $1 in
	pipeline | populate) SENIORITY_BIN=$BIN "$ROOT/$1.sh" "${@:2}" ;;
	seniority) SENIORITY_BIN=$BIN "$ROOT/packaging/seniority" "${@:2}" ;;
	*)
		if [ -x "$BIN/$1" ]; then
			"$BIN/$1" "${@:2}"
		else
			SENIORITY_BIN=$BIN "$ROOT/pipeline.sh" "$@"
		fi
		;;
	esac
}

# pipeline_commands: what pipeline.sh has by names of their own: name and help, with a tab between them.
pipeline_commands() {
	program_help pipeline | sed -nE 's/^(Usage:)? +pipeline\.sh ([a-z]+)( [^ ]+)*   *([^ ].*)?$/\2\t\4/p' |
		while IFS= read -r line; do
			[ ! -f "$ROOT/share/${line%%$'\t'*}.sh" ] || printf '%s\n' "$line"
		done
}

# program_options NAME: a line for each option: letter, name, argument, help, with tabs between them.
program_options() {
	if [ -x "$BIN/$1" ]; then
		program_run "$1" --print-options
	else
		program_help "$1" | options_of_help
	fi
}

# The rows of a --help. A row's text may go on below, further in than any option stands.
options_of_help() {
	awk '
		function flush() { if (name != "") print letter "\t" name "\t" arg "\t" help; name = "" }
		/^ +(-[A-Za-z], )?--[a-z]/ && match($0, /[^ ]/) && RSTART <= 8 {
			flush()
			letter = arg = help = ""
			sub(/^ +/, "")
			if (/^-[A-Za-z], /) { letter = substr($0, 2, 1); sub(/^-., +/, "") }
			at = match($0, /  +/)
			head = at ? substr($0, 1, at - 1) : $0
			help = at ? substr($0, at + RLENGTH) : ""
			sub(/^--/, "", head)
			name = head
			sub(/[ =\[].*/, "", name)
			if (head != name) arg = substr(head, length(name) + 2)
			next
		}
		/^ {18,}[^ ]/ && name != "" { sub(/^ +/, ""); help = help (help == "" ? "" : " ") $0; next }
		{ flush() }
		END { flush() }'
}

program_help() {
	program_run "$1" --help
}

# program_commands NAME: the commands that its usage lines start with (`cursor get`, `cursor get|key`), each once.
program_commands() {
	program_help "$1" | awk '
		!/^(Usage:|      )/ { exit }
		{
			sub(/^Usage:/, "")
			if ($2 !~ /^[a-z|]+$/) next
			count = split($2, names, "|")
			for (i = 1; i <= count; i++) if (!seen[names[i]]++) print names[i]
		}'
}

# program_examples NAME
program_examples() {
	program_help "$1" | sed -n '/^Examples:$/,$ { /^  /s/^  //p }'
}
