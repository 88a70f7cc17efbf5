# What the programs say of themselves: --help, the manual's pages, the completions and the README, held against each
# other; and the examples of --help, run as they stand there.
# needs: scdoc zsh man col

# shellcheck disable=SC2030,SC2031 # bats sets output
load helper

PROGRAMS='s3ls s3cat senenrich s3put cursor sencache sengen senserve senstat'

setup_file() {
	export PAGES=$BATS_FILE_TMPDIR/pages TABLES=$BATS_FILE_TMPDIR/tables page name
	mkdir "$PAGES" "$TABLES"
	for page in "$ROOT"/man/*.scd; do
		name=$(basename "$page" .scd)
		"$ROOT/packaging/manual.sh" "$name" 1.2.3 <"$page" | scdoc >"$PAGES/$name" || return
	done
	for page in bash zsh; do
		"$ROOT/packaging/completions.sh" "$page" >"$BATS_FILE_TMPDIR/completions.$page" || return
	done
	. "$ROOT/packaging/tables.sh"
	for name in $PROGRAMS pipeline populate seniority; do
		program_options "$name" >"$TABLES/$name"
		[ -s "$TABLES/$name" ] || return
	done
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	. "$ROOT/packaging/tables.sh"
	export PATH="$ROOT/packaging:$PATH"
}

# each FUNCTION: with the name of every program and script; all are looked at, those that fail are named.
each() {
	local name failed=
	for name in $PROGRAMS pipeline populate seniority; do
		"$1" "$name" || failed+=" $name"
	done
	[ -z "$failed" ] || {
		echo "$1:$failed"
		return 1
	}
}

options_of() {
	cut -f 2 "$TABLES/$1" | sed 's/^/--/' | sort
}

@test "every page renders without a warning, and the index knows it" {
	local page name
	for page in "$PAGES"/*; do
		name=${page##*/}
		MANWIDTH=90 LC_ALL=C.UTF-8 man -l --warnings=w "$page" >/dev/null 2>warnings || cat warnings
		diff /dev/null warnings
		[ "$(grep -c @ "$page")" = "$(grep -cE '\{"@|"@"|@:' "$page")" ] # no place left to fill in
		[[ $(lexgrog "$page") == *": \"seniority"* ]]
		man -l "$page" | head -n 1 | grep -qi "seniority"
	done
	for name in $PROGRAMS pipeline populate seniority; do
		[ -s "$PAGES/$name.1" ]
	done
}

page_has_the_options() {
	local letter name arg help
	MANWIDTH=200 man -l "$PAGES/$1.1" | col -bx >page
	while IFS=$'\x1f' read -r letter name arg help; do
		grep -qxF -- "       ${letter:+-$letter, }--$name${arg:+ $arg}" page || {
			echo "$1: no --$name in its page"
			return 1
		}
		grep -qF -- "           $help" page || {
			echo "$1: --$name says another thing in its page: $help"
			return 1
		}
	done < <(tr '\t' '\037' <"$TABLES/$1")
	# and no other
	diff <(sed -n '/^OPTIONS$/,/^[A-Z]/p' page | sed '1!{/^[A-Z]/,$d}' | grep -oE '^       (-., )?--[a-z0-9-]+' | grep -oE -- '--.*' | sort) <(options_of "$1")
}

@test "a page's OPTIONS are the program's" {
	each page_has_the_options
}

help_has_the_options() {
	diff <(program_help "$1" | sed -nE 's/^ +(-[A-Za-z], )?(--[a-z0-9-]+).*/\2/p' | sort) <(options_of "$1")
}

@test "--help has the same" {
	each help_has_the_options
}

# complete WORD...: what bash offers for the last of them, in order.
complete() {
	bash -c '
		. "$0"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_seniority
		((${#COMPREPLY[@]} == 0)) || printf "%s\n" "${COMPREPLY[@]}"' "$BATS_FILE_TMPDIR/completions.bash" "$@" | sort
}

bash_completes() {
	diff <(complete seniority "$1" --) <(options_of "$1")
}

@test "bash completes each option" {
	for name in $PROGRAMS; do
		bash_completes "$name"
		diff <(complete "$name" --) <(options_of "$name")
	done
	diff <(complete pipeline.sh --) <(options_of pipeline)
	diff <(complete seniority run --) <(options_of pipeline)
	diff <(complete populate.sh --) <(options_of populate)
	diff <(complete seniority populate --) <(options_of populate)
	[ "$(complete seniority s3ls --missing)" = --missing-from ]
}

@test "bash completes the programs, their commands, and values" {
	[ "$(complete seniority s3 | tr '\n' ' ')" = 's3cat s3ls s3put ' ]
	[ "$(complete seniority cursor '' | tr '\n' ' ')" = 'failed get identity import key lock set skip ' ]
	[ "$(complete sencache import --legacy --split '' | tr '\n' ' ')" = 'first last ' ]
	[ "$(complete s3put --compress = '' | tr '\n' ' ')" = 'gzip zstd ' ]
	touch some-file
	[ "$(complete seniority s3ls --exclude some)" = some-file ]
	[ "$(complete seniority s3ls --exclude = some)" = some-file ]
	[ "$(complete seniority help sen)" = "$(complete seniority sen)" ]
}

# zsh_shows TEXT PATTERN: types TEXT into a zsh on a terminal of its own, presses tab, and waits for the pattern.
zsh_shows() {
	mkdir -p functions
	cp "$BATS_FILE_TMPDIR/completions.zsh" functions/_seniority
	# shellcheck disable=SC2016 # it is zsh's
	timeout 300 zsh -f -c '
		zmodload zsh/zpty
		zpty shell env TERM=dumb COLUMNS=120 LINES=1000 zsh -f -i
		zpty -w shell "PROMPT=; LISTMAX=1000; fpath=($PWD/functions \$fpath); autoload -Uz compinit; compinit -u -D; print rea\\dy"
		zpty -r shell text "*ready*"
		zpty -w -n shell "$1"$'"'\t\t'"'
		zpty -r shell text "*$2*"
		zpty -d shell' zsh "$1" "$2"
}

zsh_has() {
	local option
	awk -v name="$1" '$0 == "\t" name ")" { on = 1 } on && /;;/ { exit } on' "$BATS_FILE_TMPDIR/completions.zsh" >block
	for option in $(options_of "$1"); do
		grep -qE -- "[',{]$option(=?[['}]|:)" block || {
			echo "zsh: $1: no $option"
			return 1
		}
	done
}

@test "zsh completes them too" {
	zsh -n "$BATS_FILE_TMPDIR/completions.zsh"
	each zsh_has
	zsh_shows 'seniority s3ls --' '--missing-from'
	zsh_shows 'seniority s3' 's3put'
	zsh_shows 'seniority cursor ' 'import'
	zsh_shows 'seniority --' '--lookback'
	zsh_shows 'seniority help sen' 'senserve'
	zsh_shows 'seniority s3put --compress ' 'zstd'
}

help_fits() {
	program_help "$1" | awk -v name="$1" 'length($0) > 80 { print name ": wide: " $0; bad = 1 }
		END { if (NR > 40) { print name ": " NR " lines"; bad = 1 } exit bad }'
}

@test "--help fits a screen" {
	each help_fits
}

ends_with_two_examples() {
	[ "$(program_help "$1" | tail -n 3 | head -n 1)" = Examples: ]
	[ "$(program_help "$1" | tail -n 2 | grep -c '^  [^ ]')" = 2 ]
	[ "$(program_examples "$1" | wc -l)" = 2 ]
}

@test "--help ends with two examples" {
	each ends_with_two_examples
}

# Where all that the examples name is at hand.
stage() {
	sandbox
	redis_start
	senserve_start
	sengen --count 20 --seed 1 >"$RAW/1721183934.jsonl"
	next=1721183994
	mkdir -p "$MOD"
	senenrich <"$RAW/1721183934.jsonl" >"$MOD/1721183934.jsonl"
	sengen --count 5 >postings.ndjson
	echo notes >notes.txt
	sencache set 'Oakleaf Soft' 'Senior Data Analyst' 3
	mkdir statistics
	echo '{"program":"s3put","objects":1,"lines":20}' >statistics/1
}

# A server runs until it is told to end: what it says then is its output.
example_runs() {
	if [[ $1 == 'senserve --grpc'* ]]; then
		server_run example bash -c "exec $1"
		wait_until 20 socket_open model.sock
		server_stop example
		grep -q '"calls":0' "$BATS_TEST_TMPDIR/example.out"
		return
	fi
	# there is always something to do
	((next += 1))
	sengen --count 20 >"$RAW/$next.jsonl"
	# What is of no use would be said on standard error; head may well end first.
	timeout 600 bash -euc "$1" >out 2>err </dev/null || {
		echo "failed: $1"
		cat err
		return 1
	}
	diff /dev/null err
	[ -s out ] || [[ $1 == *' failed '* || $1 == *'> '* || $1 == 'cursor set'* || $1 == *'| cursor set' || $1 == *'| sencache import' ]]
}

examples_run() {
	local line
	program_examples "$1" >examples
	while IFS= read -r line; do
		example_runs "$line" || return
	done <examples
}

@test "the examples of --help run" {
	stage
	each examples_run
}

@test "every option that the README names is one" {
	cat "$TABLES"/* | cut -f 2 | sed 's/^/--/' | sort -u >known
	# GNU parallel's, systemctl's
	printf '%s\n' --pipe --now >>known
	# those of pipeline.sh's subcommands are in no table
	for name in report rejects; do "$ROOT/pipeline.sh" "$name" --help | grep -oE -- '--[a-z][a-z0-9-]*'; done >>known
	grep -oE -- '--[a-z][a-z0-9-]*' "$ROOT/README.md" | sort -u >named
	run -1 grep -vxF -f known named
}

@test "the README names every program" {
	for name in $PROGRAMS; do
		grep -qF "**$name**" "$ROOT/README.md"
	done
}

@test "the page on settings has every setting, with its default" {
	local name kind value rest
	MANWIDTH=300 man -l "$PAGES/config.5" | col -bx >page
	s3ls --print-settings | tr '\t' '\037' >settings
	while IFS=$'\x1f' read -r name kind value rest; do
		grep -qF "       $name ($kind" page
		[ -z "$value" ] || grep -F "       $name ($kind" page | grep -qF "by default $value"
	done <settings
	[ "$(wc -l <settings)" -gt 30 ]
}

unknown_option() {
	run -2 program_run "$1" --confg x
	[[ $output == *--confg*'did you mean --config?'* ]]
	run -2 program_run "$1" --xyzzy
	[[ $output == *--xyzzy* && $output != *'did you mean'* ]]
}

@test "an unknown option names the nearest" {
	each unknown_option
}

@test "an unknown setting names the nearest, wherever it stands" {
	echo 'redis_hst: x' >config.yaml
	run -2 s3ls --print-config
	[[ $output == *"config.yaml:1: "*"'redis_hst'"*"did you mean 'redis_host'?"* ]]
	run -2 pipeline.sh --dry-run
	[[ $output == *"did you mean 'redis_host'?"* ]]
}

@test "an unknown program names the nearest" {
	run -2 seniority s3sl
	[[ $output == *"'s3sl' (did you mean s3ls?)"* ]]
}

@test "sizes and times take units, and an error explains invalid ones" {
	echo 'stall_timeout: 1500ms' >config.yaml
	echo 'max_line: 64K' >>config.yaml
	s3cat --print-config >shown
	grep -q '^stall_timeout: 1500ms ' shown
	grep -q '^max_line: 64K ' shown
	for value in 30s 5m 2h 1d 10 1500ms; do
		run -0 s3cat --stall-timeout "$value" --print-config
	done
	for value in 1 4096 64K 64M 1G; do
		run -0 s3cat --max-line "$value" --print-config
	done
	run -2 s3cat --stall-timeout 3x --print-config
	[[ $output == *"'3x' is not a time such as 30s"* ]]
	run -2 s3cat --max-line 3Q --print-config
	[[ $output == *"'3Q' is not a size such as 64M"* ]]
	run -2 s3ls --settle soon
	[[ $output == *"'soon' is not a time such as 30s"* ]]
	run -2 pipeline.sh --lookback soon
	[[ $output == *"not a time"* ]]
}
