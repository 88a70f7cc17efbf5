# The README's examples, run as they stand there: every block that is marked "sh".

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
