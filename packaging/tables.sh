# shellcheck shell=bash
# tables.sh: what programs say of themselves, for the manual and the completions. To be sourced by bash.
# A program is one of the compiled ones or a script; its options come from the table that parses them
# (--print-options), a script's from its --help.

# program_path NAME: NAME is as in `seniority NAME`.
program_path() {
	case $1 in
	pipeline | populate) echo "$ROOT/$1.sh" ;;
	seniority) echo "$ROOT/packaging/seniority" ;;
	*) echo "$BIN/$1" ;;
	esac
}

# program_options NAME: a line for each option: letter, name, argument, help, with tabs between them.
program_options() {
	case $(program_path "$1") in
	"$BIN"/*) "$BIN/$1" --print-options ;;
	*) SENIORITY_BIN=$BIN "$(program_path "$1")" --help | options_of_help ;;
	esac
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
	SENIORITY_BIN=$BIN "$(program_path "$1")" --help
}

# program_commands NAME: the commands that its usage lines start with (`cursor get`), each once.
program_commands() {
	program_help "$1" | awk '
		!/^(Usage:|      )/ { exit }
		{ sub(/^Usage:/, ""); if ($2 ~ /^[a-z]+$/ && !seen[$2]++) print $2 }'
}

# program_examples NAME
program_examples() {
	program_help "$1" | sed -n '/^Examples:$/,$ { /^  /s/^  //p }'
}
