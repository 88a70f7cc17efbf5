# The pages in docs/: their examples run, their links lead somewhere.

load helper

# blocks LANGUAGE FILE: the text of its fenced blocks of that language.
blocks() {
	awk -v fence="\`\`\`$1" '$0 == fence { on = 1; next } /^```/ { on = 0 } on' "$2"
}

@test "every example of operations.md runs, in the order of the page" {
	sandbox
	redis_start
	senserve_start
	export PATH="$ROOT:$PATH"
	sengen --count 20 --seed 1 >"$RAW/1721183934.jsonl"
	sengen --count 20 --seed 2 >"$RAW/1721183994.jsonl"
	pipeline.sh
	redis_do HSET seniority:1:00000 unrelated 1
	sencache set "Oakleaf Soft" CFO 7
	cp -r "$MOD" before
	rm "$MOD"/1721183994.jsonl
	blocks sh "$ROOT/docs/operations.md" >all
	[ "$(wc -l <all)" -ge 10 ]
	bash -euo pipefail -x all >out 2>log || { tail -n 20 log; false; }
	diff -r before "$MOD"
	[ "$(wc -l <day)" = 2 ]
	grep -qx 7 out
}

@test "links between the pages lead somewhere" {
	local page link target anchor
	cd "$ROOT"
	for page in README.md CONTRIBUTING.md CHANGELOG.md docs/*.md; do
		[ -f "$page" ] || continue
		while read -r link; do
			[[ $link != *://* ]] || continue
			target=${link%%#*} anchor=
			[[ $link != *#* ]] || anchor=${link#*#}
			target=$(dirname "$page")/${target:-$(basename "$page")}
			[ -e "$target" ] || { echo "$page: $link leads nowhere"; false; }
			[ -z "$anchor" ] || sed -nE 's/^#+ //p' "$target" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9_\n-' | grep -qx -- "$anchor" ||
				{ echo "$page: $link: no such heading"; false; }
		done < <(grep -oE '\]\([^)]+\)' "$page" | sed 's/^](//; s/)$//')
	done
}
