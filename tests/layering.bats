# The house: who may include whom, by the table in CONTRIBUTING.md; which library is used where; no circles.
# needs: nm

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# breaches PAGE LIST: what of the lines "FILE INCLUDE" breaks the page's table, which has rows "| floor | `room` … |" and
# exceptions "- `room or file` includes `room` …: why".
breaches() {
	awk '
		function room(path, part) {
			split(path, part, "/")
			return part[1] == "lib" ? "lib/" part[2] : part[1]
		}
		FILENAME == ARGV[1] {
			if ($0 ~ /^\| [0-9]+ \| `/) {
				for (i = 4; i < NF; i++) {
					gsub(/`/, "", $i)
					floor[$i] = $2
				}
				rooms++
			} else if ($0 ~ /^- `[^`]*` includes `/) {
				sub(/:.*/, "")
				gsub(/`/, "")
				for (i = 4; i <= NF; i++) allowed[$2 " " $i] = 1
			}
			next
		}
		{
			from = room($1)
			# lib/ is the include path: "base/buf.h" is lib/base; a stage includes its own as "NAME/x.h"
			to = room(("lib/" room($2)) in floor ? "lib/" $2 : $2)
			if ($2 ~ /\.pb-c\.h$/ || from == to || allowed[$1 " " to] || allowed[from " " to]) next
			if (!(from in floor)) print $1 ": in a room that the table does not have"
			else if (!(to in floor)) print $1 ": includes " $2 ", of a room that the table does not have"
			else if (floor[to] >= floor[from]) print $1 ": includes " $2 ", of floor " floor[to] ", from floor " floor[from]
		}
		END { if (!rooms) print "no table" }' "$@"
}

# includes FOLDER: "FILE INCLUDE" for each quoted include below it.
includes() {
	(cd "$1" && grep -rHoE '^#[[:space:]]*include "[^"]+"' --include='*.[ch]' . | sed -E 's/^\.\/([^:]+):.*"(.*)"$/\1 \2/')
}

# users PATTERN: the rooms of src/ whose files have it.
users() {
	(cd "$ROOT/src" && grep -rlE "$1" --include='*.[ch]' .) |
		sed -E 's/^\.\/(lib\/[^/]+|[^/]+)\/.*/\1/' | sort -u | paste -sd' ' -
}

@test "includes point downwards" {
	includes "$ROOT/src" >includes
	[ "$(wc -l <includes)" -gt 500 ]
	breaches "$ROOT/CONTRIBUTING.md" includes >found
	cat found
	[ ! -s found ]
}

@test "an include that points upwards, sideways or to an unknown room is named" {
	cat >includes <<-'END'
		s3ls/s3ls.c store/store.h
		lib/store/open.c s3/backend.h
		lib/store/store.c s3/backend.h
		lib/settings/settings.c json/json.h
		lib/json/json.c settings/settings.h
		lib/s3/get.c file/file.h
		lib/http/http.c store/store.h
		lib/attic/x.c base/buf.h
		s3ls/s3ls.c attic/x.h
		s3cat/cat.c s3put/upload.h
	END
	breaches "$ROOT/CONTRIBUTING.md" includes >found
	diff found - <<-'END'
		lib/store/store.c: includes s3/backend.h, of floor 4, from floor 3
		lib/json/json.c: includes settings/settings.h, of floor 1, from floor 1
		lib/s3/get.c: includes file/file.h, of floor 4, from floor 4
		lib/http/http.c: includes store/store.h, of floor 3, from floor 2
		lib/attic/x.c: in a room that the table does not have
		s3ls/s3ls.c: includes attic/x.h, of a room that the table does not have
		s3cat/cat.c: includes s3put/upload.h, of floor 5, from floor 5
	END
}

@test "each library is used in its own room" {
	[ "$(users '\bCURL|\bcurl_|<curl/')" = "lib/http" ]
	[ "$(users '\bredis(Reply|Reader|Context|Connect|Free|Append|Command)|\bfreeReplyObject|<hiredis/|REDIS_(REPLY_|OK\b|ERR\b)')" = "lib/redis" ]
	[ "$(users '<grpc/|\bgrpc_(call|channel|completion_queue|slice|byte_buffer|op)\b')" = "senenrich senserve" ]
}

# calls FOLDER: "FILE FILE" for each file that uses a global symbol of another, by the object files of the tree's sources.
calls() {
	local object
	(cd "$ROOT" && find src -name '*.c') | while read -r object; do
		object=$1/${object%.c}.o
		[ -e "$object" ] || echo "$object is not there: run make" >&2
		nm "$object" | sed "s|^|${object#"$1"/} |"
	done | awk '
		$NF == "main" { next }
		$3 == "U" || $2 == "U" { uses[++n] = $1 " " $NF; next }
		$3 ~ /^[TDBRC]$/ { home[$4] = $1 }
		END {
			for (i = 1; i <= n; i++) {
				split(uses[i], use, " ")
				if (use[2] in home && home[use[2]] != use[1]) print use[1], home[use[2]]
			}
		}' | sort -u
}

@test "no two files call each other, directly or around" {
	local objects=$ROOT/build
	[ "$BIN" = "$ROOT/bin" ] || objects=$(dirname "$BIN")
	calls "$objects" >pairs 2>missing
	cat missing
	[ ! -s missing ]
	[ "$(wc -l <pairs)" -gt 500 ]
	tsort pairs >/dev/null 2>circles || true
	cat circles
	[ ! -s circles ]
	# it would be seen
	awk 'NR == 1 { print $2, $1 }' pairs | cat - pairs | tsort 2>&1 >/dev/null | grep -q loop
}
