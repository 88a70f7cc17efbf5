# The README's examples, run as they stand there: every block that is marked "sh".
# needs: gnuplot parallel

load helper

setup() {
	sandbox
	redis_start
	senserve_start
	export PATH="$ROOT:$PATH"
	sengen --count 20 --seed 1 >"$RAW/1721183934.jsonl"
	sengen --count 20 --seed 2 >"$RAW/1721183994.jsonl"
}

# blocks LANGUAGE FILE: the text of its fenced blocks of that language.
blocks() {
	awk -v fence="\`\`\`$1" '$0 == fence { on = 1; next } /^```/ { on = 0 } on' "$2"
}

@test "every example runs, in the order of the page" {
	blocks sh "$ROOT/README.md" >all
	[ "$(wc -l <all)" -ge 15 ]
	bash -euo pipefail -x all >out 2>log || { tail -n 20 log; false; }
	grep -q '"seniority":7}' out
	[ "$(ls "$MOD" | wc -l)" = 4 ]
	# the cursor stands at the last of them
	[ "$(cursor get)" = 1721183996 ]
}

@test "the settings that it shows are settings, and config.yaml.example has every one and no other" {
	blocks yaml "$ROOT/README.md" >shown.yaml
	run -0 s3ls --config shown.yaml --print-config
	sed -E 's/^#([a-z_0-9]+:)/\1/' "$ROOT/config.yaml.example" | grep -oE '^[a-z_0-9]+:' | sort -u >named
	# a secret belongs into .env, TLS to Redis is not there yet
	s3ls --print-config | sed -E 's/^# //' | grep -oE '^[a-z_0-9]+:' | grep -vE '^(redis_password|grpc_metadata|redis_tls):' | sort -u >known
	diff named known
	run -0 s3ls --config "$ROOT/config.yaml.example" --print-config
}

@test ".env.example holds names that are ours or AWS's" {
	cp "$ROOT/.env.example" .env
	run -0 env -u REDIS_SOCKET -u GRPC_SERVER_ADDRESS s3ls --print-config
	[[ $output == *'redis_host: "localhost" # .env:2'* ]]
	[[ $output == *'grpc_server_address: "localhost:50051" # .env:5'* ]]
}

@test "the pipe that it prints is the one that runs" {
	grep -qF 's3ls --after "$(cursor get)" | s3cat -P 16 | senenrich --batch 5000 | s3put | cursor set' "$ROOT/README.md"
	s3ls --after "$(cursor get)" | s3cat -P 16 | senenrich --batch 5000 | s3put | cursor set
	[ "$(cursor get)" = 1721183994 ]
}

# console: the commands of the blocks marked "console".
console() {
	blocks console "$ROOT/README.md" | sed -n 's/^\$ //p'
}

@test "each command at a prompt is one that some test runs" {
	# the command, and what in the tests stands for it
	while IFS=$'\t' read -r command proof; do
		# these lines, with a tab between, are no proof
		grep -ahvP '^\t\t[^\t]+\t' "$ROOT"/tests/*.bats | grep -F -- "$proof" >/dev/null || { echo "nothing runs: $command" >&2; false; }
		echo "$command"
	done >proven <<-'END'
		git clone <this repository> seniority && cd seniority	make -s -C "$TREE" dist
		./pipeline.sh --demo	pipeline.sh" --demo --no-install
		make	make -C "$TREE" install
		pipeline.sh --watch 60	server_run watch $command
		sudo apt-get build-dep ./ && dpkg-buildpackage -b -us -uc	dpkg-buildpackage -b -us -uc
		sudo apt-get install ../seniority_*.deb	dpkg-deb -x seniority_[0-9]*.deb
		sudoedit /etc/seniority/config.yaml /etc/seniority/env    # env is the .env: passwords go there	config.yaml by its own comments
		cd /etc/seniority && sudo -u seniority seniority --check	"$seniority" --check
		sudo systemctl start seniority.service && journalctl -u seniority.service	"$DEB$(unit ExecStart)"
		sudo systemctl enable --now seniority.timer	systemd-analyze verify --recursive-errors=no units/*
		sudo -u seniority seniority report --output /tmp/seniority.html    # by gnuplot: apt-get install gnuplot-nox	"$seniority" report --output
	END
	console | diff - proven
}

@test "make needs the packages that the README lists, and the crontab line works in cron's environment" {
	local line
	# the packages that it names are those of the build
	. "$ROOT/packaging/debian.sh"
	printf '%s\n' "${PACKAGES_BUILD[@]}" | grep -vx libc6-dev | sort >needed
	tr '\n' ' ' <"$ROOT/README.md" | sed 's/.*all in Debian 12, 13 and Ubuntu 24.04: //; s/).*//' | tr -s ' ' '\n' | sort | diff needed -
	line=$(grep '^\* \* \* \* \* ' "$ROOT/README.md")
	mkdir -p opt
	ln -s "$ROOT" opt/seniority
	mv config.yaml opt
	line=${line#\* \* \* \* \* }
	line=${line//\/srv\/seniority/opt} line=${line//\/opt\/seniority/$PWD/opt/seniority}
	env -i HOME="$HOME" LOGNAME=nobody SHELL=/bin/sh PATH=/usr/bin:/bin SENIORITY_BIN="$BIN" REDIS_SOCKET="$REDIS_SOCKET" \
		GRPC_SERVER_ADDRESS="$GRPC_SERVER_ADDRESS" /bin/sh -c "$line" >out 2>&1 </dev/null
	# cron mails whatever is said
	[ ! -s out ]
	[ "$(ls "$MOD" | wc -l)" = 2 ]
}

@test "for ever: the round of --watch 60 is done, and it waits for the next" {
	local command
	command=$(console | grep -- --watch)
	[ "$command" = "pipeline.sh --watch 60" ]
	server_run watch $command
	wait_until 30 test -e "$MOD/1721183994.jsonl"
	wait_until 20 grep -q '2 listed = 2 stored' "$(here)/watch.out"
	alive "$(server_pid watch)"
}

@test "the exit statuses are what the table says" {
	grep -oP '^\| \K[0-9]+(?= \|)' "$ROOT/README.md" | paste -sd' ' | grep -qx '0 1 2 75'
	# 0: rejected postings are kept and counted
	echo 'no JSON' >>"$RAW/1721183934.jsonl"
	run -0 pipeline.sh
	[[ $output == *"1 rejected"* ]]
	[ "$(wc -l <"$REJECTED/1721183934.jsonl")" = 1 ]
	# 75: a service could not be reached
	sengen --count 3 --seed 7 >"$RAW/1721184054.jsonl"
	REDIS_SOCKET=$PWD/nobody run -75 pipeline.sh
	GRPC_SERVER_ADDRESS=unix:$PWD/nobody RPC_PATIENCE=300ms run -75 pipeline.sh
	# 1: listed, and tried again
	head -c 3000 /dev/zero | tr '\0' x >"$RAW/1721184114.jsonl"
	MAX_LINE=2K run -1 pipeline.sh
	[ "$(cursor failed | jq -r .key)" = job-postings-raw/1721184114.jsonl ]
	run -0 pipeline.sh --retry-failed
	[ -z "$(cursor failed)" ]
	# 2: nothing was done
	sengen --count 3 --seed 8 >"$RAW/1721184174.jsonl"
	echo 'nonsense: 1' >>config.yaml
	run -2 pipeline.sh
	[ ! -e "$MOD/1721184174.jsonl" ]
}

@test "other claims: --whoami, holes, late files, .gz, several at once" {
	run -0 s3ls --whoami
	[[ $output == *"store: "* ]]
	pipeline.sh --quiet
	rm "$MOD/1721183934.jsonl"
	[ "$(s3ls --missing-from job-postings-mod/ | jq -r .key)" = job-postings-raw/1721183934.jsonl ]
	# within a day, and no later
	sengen --count 3 --seed 3 >"$RAW/1721180000.jsonl"
	sengen --count 3 --seed 4 >"$RAW/1721000000.jsonl"
	pipeline.sh --quiet
	[ -e "$MOD/1721180000.jsonl" ]
	[ ! -e "$MOD/1721000000.jsonl" ]
	gzip -c "$RAW/1721183994.jsonl" >"$RAW/1721184054.jsonl.gz"
	diff <(s3cat job-postings-raw/1721184054.jsonl.gz) "$RAW/1721183994.jsonl"
	# no other byte of a line
	diff <(sengen --count 50 --seed 5 | senenrich | sed -E 's/,"seniority":[1-7]}$/}/') <(sengen --count 50 --seed 5)
	[ "$(senserve --explain "Head of Legal" | wc -l)" -ge 1 ]
	[ "$(sengen --count 3 --seed 1 | wc -l)" = 3 ]
}

@test "the demo, from the source tree" {
	mkdir tmp
	TMPDIR=$PWD/tmp run -0 "$ROOT/pipeline.sh" --demo --no-install
	# what it started and made is gone
	[ -z "$(ls tmp)" ]
	[[ $output == *building* && $output == *"300 listed = 300 stored"* && $output == *"nothing left to do"* ]]
	[[ $output == *"the model's own count: "*'"repeated":0'* ]]
}

@test "the demo against a real S3 server" {
	run -0 "$ROOT/pipeline.sh" --demo --s3 --no-install
	[[ $output == *"300 listed = 300 stored"* && $output == *"nothing left to do"* ]]
}
