#!/bin/bash
# completions.sh bash|zsh: the completions of `seniority` and of its programs, from the programs' own tables.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BIN=${SENIORITY_BIN:-$ROOT/bin}
# shellcheck source=packaging/tables.sh
. "$ROOT/packaging/tables.sh"
programs=(s3ls s3cat senenrich s3put cursor sencache sengen senserve senstat)
mapfile -t subcommands < <(pipeline_commands | cut -f 1)
names=("${programs[@]}" "${subcommands[@]}" pipeline populate seniority)

# What `seniority` takes as its first word: the rows of its --help that are no options, and what the pipeline has.
words() {
	pipeline_commands
	program_help seniority | sed -nE 's/^  ([a-z0-9]+).*  +([^ ].*)$/\1\t\2/p'
}

# A word for each spelling of an option: --after=N, -P=N, --plain.
bash_options() {
	program_options "$1" | awk -F '\t' -v ORS=' ' '{
		value = $3 == "" ? "" : "=" $3
		if ($1 != "") print "-" $1 value
		print "--" $2 value
	}'
}

bash_table() {
	local name
	echo "declare -gA _seniority_options=("
	for name in "${names[@]}"; do
		echo "	[$name]='$(bash_options "$name")'"
	done
	echo ")"
	echo "declare -gA _seniority_commands=("
	for name in "${programs[@]}"; do
		[ -z "$(program_commands "$name")" ] || echo "	[$name]='$(program_commands "$name" | tr '\n' ' ')'"
	done
	echo "	[pipeline]='${subcommands[*]}'"
	echo "	[seniority]='$(words | cut -f 1 | tr '\n' ' ')'"
	echo ")"
}

print_bash() {
	cat <<'END'
# bash completion of seniority and its programs. Made by packaging/completions.sh: do not edit.
END
	bash_table
	cat <<'END'

# _seniority_value ARGUMENT: what can stand for it.
_seniority_value() {
	case $1 in
	FILE | PATH) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	*'|'*) mapfile -t COMPREPLY < <(compgen -W "${1//|/ }" -- "$cur") ;;
	*) COMPREPLY=() ;;
	esac
}

# _seniority_program NAME FIRST: NAME's words begin at number FIRST.
_seniority_program() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} option options=()
	# bash takes --name=value for three words
	if [ "$cur" = = ]; then
		cur=
	elif [ "$prev" = = ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	for option in ${_seniority_options[$1]}; do
		if [ "$option" != "${option%%=*}" ] && [ "$prev" = "${option%%=*}" ]; then
			_seniority_value "${option#*=}"
			return
		fi
		options+=("${option%%=*}")
	done
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "${options[*]}" -- "$cur")
	elif ((COMP_CWORD == $2)) && [ "${_seniority_commands[$1]:-}" ]; then
		mapfile -t COMPREPLY < <(compgen -W "${_seniority_commands[$1]}" -- "$cur")
	else
		COMPREPLY=()
	fi
}

_seniority() {
	local name=${COMP_WORDS[0]##*/} first=1
	name=${name%.sh}
	if [[ $name == seniority && ($COMP_CWORD -gt 1 || ${COMP_WORDS[1]} == -*) ]]; then
		name=${COMP_WORDS[1]} first=2
		case $name in
		-* | run) name=pipeline ;; # what is no program's is the pipeline's
		help)
			local cur=${COMP_WORDS[COMP_CWORD]}
			mapfile -t COMPREPLY < <(compgen -W "${_seniority_commands[seniority]}" -- "$cur")
			return
			;;
		esac
	elif [[ $name == pipeline && $COMP_CWORD -gt 1 && " ${_seniority_commands[pipeline]} " == *" ${COMP_WORDS[1]} "* ]]; then
		name=${COMP_WORDS[1]} first=2
	fi
	COMPREPLY=()
	[ -z "${_seniority_options[$name]:-}" ] || _seniority_program "$name" "$first"
}
complete -F _seniority seniority pipeline.sh populate.sh
# Other products have programs of these names.
END
	echo "for _seniority_name in ${programs[*]}; do"
	cat <<'END'
	complete -p "$_seniority_name" >/dev/null 2>&1 || complete -F _seniority "$_seniority_name"
done
unset _seniority_name
END
}

# Specifications for _arguments, each in quotes.
zsh_options() {
	program_options "$1" | awk -F '\t' -v q="'" '
		function clean(text) { gsub(/[\[\]:\\]/, "\\\\&", text); gsub(q, q "\\" q q, text); return text }
		{
			value = ""
			if ($3 ~ /^(FILE|PATH)$/) value = ":" $3 ":_files"
			else if ($3 ~ /\|/) { choices = $3; gsub(/\|/, " ", choices); value = ":value:(" choices ")" }
			else if ($3 != "") value = ":" $3 ": "
			text = "[" clean($4) "]" value q
			equals = value == "" ? "" : "="
			if ($1 == "") print "\t\t" q "--" $2 equals text
			else print "\t\t" q "(-" $1 " --" $2 ")" q "{-" $1 ",--" $2 equals "}" q text
		}'
}

print_zsh() {
	local name
	cat <<END
#compdef seniority pipeline.sh populate.sh ${programs[*]}
# zsh completion of seniority and its programs. Made by packaging/completions.sh: do not edit.

END
	echo "_seniority_words=("
	words | sed "s/'/'\\\\''/g; s/^\([^\t]*\)\t\(.*\)$/	'\1:\2'/"
	echo ")"
	echo "_seniority_subcommands=(${subcommands[*]})"
	echo
	echo "_seniority_program() {"
	echo "	local -a options commands"
	echo "	case \$1 in"
	for name in "${names[@]}"; do
		echo "	$name)"
		echo "		options=("
		zsh_options "$name"
		echo "		)"
		case $name in
		pipeline) echo "		commands=(${subcommands[*]})" ;;
		populate | seniority) ;;
		*) [[ " ${subcommands[*]} " == *" $name "* ]] || echo "		commands=($(program_commands "$name" | tr '\n' ' '))" ;;
		esac
		echo "		;;"
	done
	cat <<'END'
	esac
	if (( $#commands )); then
		_arguments -s $options "1:command:($commands)" '*:operand:_files'
	else
		_arguments -s $options '*:operand:_files'
	fi
}

_seniority() {
	local name=${${words[1]:t}%.sh}
	if [[ $name == pipeline ]] && (( CURRENT > 2 && ${_seniority_subcommands[(Ie)$words[2]]} )); then
		shift words
		(( CURRENT-- ))
		_seniority_program ${words[1]}
	elif [[ $name != seniority ]]; then
		_seniority_program $name
	elif (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
		_describe program _seniority_words
	elif [[ ${words[2]} == -* ]]; then
		_seniority_program pipeline
	elif [[ ${words[2]} == help ]]; then
		_describe page _seniority_words
	else
		shift words
		(( CURRENT-- ))
		[[ ${words[1]} != run ]] || words[1]=pipeline
		_seniority_program ${words[1]}
	fi
}

_seniority "$@"
END
}

case ${1:-} in
bash | zsh) "print_$1" ;;
*)
	echo "usage: completions.sh bash|zsh" >&2
	exit 2
	;;
esac
