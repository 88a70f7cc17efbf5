# The live line of pipeline.sh: on a terminal (a real one, script's), and nowhere else; and what it is made of.
load helper
load journey

setup() {
	sandbox
	redis_start
	senserve_start
	posting Oakleaf Clerk >"$RAW/1721183934.jsonl"
	postings 1200 >"$RAW/1721183994.jsonl"
	export TERM=xterm
}

# on_a_terminal: pipeline.sh in the background, all that it shows in typescript; sets pid.
on_a_terminal() {
	env --default-signal=INT script -qefc "stty cols 150; exec pipeline.sh" typescript >/dev/null 2>&1 </dev/null 3>&- &
	pid=$!
	server_note script "$pid"
}

@test "on a terminal there is one line, which is gone in the end; messages stand whole in lines of their own" {
	model_freeze
	touch "$RAW/no-number"
	on_a_terminal
	wait_until 20 grep -q '0 of 2 objects' typescript
	model_thaw
	wait "$pid"
	tr '\r' '\n' <typescript | sed 's/\x1b\[[0-9;]*[mK]//g' >shown
	grep -qE '^0 of 2 objects  0 postings  0/s  0 rejected$' shown
	grep -q '^s3ls: warning: 1 name skipped' shown
	# before a message, and at the end, the line is cleared
	grep -qP '\r\x1b\[Ks3ls: warning: [^\r]*\r$' typescript
	[[ $(tr -d '\r' <typescript | sed 's/\x1b\[K//g') == *$'\e[1m'* ]]
}

@test "an interrupted run leaves no line on the terminal" {
	model_freeze
	on_a_terminal
	wait_until 20 grep -q 'of 2 objects' typescript
	pkill -TERM -P "$pid" -f pipeline.sh
	wait "$pid" || true
	grep -v '^Script ' typescript | tail -c 12 | grep -qP '\r\x1b\[K'
}

@test "NO_COLOR is obeyed" {
	model_freeze
	NO_COLOR=1 on_a_terminal
	wait_until 20 grep -q 'of 2 objects' typescript
	model_thaw
	wait "$pid"
	run ! grep -qP '\x1b\[[0-9;]*m' typescript
}

# quiet_as COMMAND: it runs, and no live line is in what it shows.
quiet_as() {
	script -qefc "$1" typescript >/dev/null 2>&1 </dev/null
	run ! grep -q $'\e' typescript
	run ! grep -q 'of 2 objects' typescript
	redis_do FLUSHALL >/dev/null
	rm -r "$MOD"
}

@test "no progress line with --quiet, on a dumb terminal, in JSON, or if stderr is a file" {
	quiet_as "pipeline.sh --quiet"
	TERM=dumb quiet_as pipeline.sh
	quiet_as "pipeline.sh --log-format json"
	quiet_as "pipeline.sh 2>run.err"
	[ ! -s run.err ]
}

@test "--progress keeps a file at how far a stage is, of one length, and right in the end" {
	s3ls --progress ls.progress >objects
	[ "$(jq -r .listed ls.progress)" -eq 2 ]
	s3cat <objects | senenrich --progress enrich.progress | s3put --progress put.progress >receipts
	[ "$(jq -r .postings enrich.progress)" -eq 1201 ]
	[ "$(jq -r '.memo + .redis + .model' enrich.progress)" -eq 1201 ]
	[ "$(jq -r .objects put.progress)" -eq 2 ]
	[ "$(wc -c <put.progress)" -eq 512 ]
	[ "$(wc -l <put.progress)" -eq 1 ]
	run -2 s3ls --progress nowhere/file
	[[ $output == *"cannot open nowhere/file"* ]]
}
