# The Debian package, and make install: built in a copy of the tree, looked into, and run.
# slow: it builds everything anew, with the compiler's own flags
# needs: dpkg-buildpackage dh lintian fakeroot scdoc systemd-analyze python3:yaml

load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	export TREE=$BATS_FILE_TMPDIR/seniority DEB=$BATS_FILE_TMPDIR/deb
	mkdir "$TREE"
	tar -C "$ROOT" -c --exclude=./bin --exclude=./build --exclude=./.git --exclude=./bench/results . | tar -C "$TREE" -x
	(cd "$TREE" && env -u SENIORITY_BIN DEB_BUILD_OPTIONS='nocheck parallel=2' dpkg-buildpackage -b -us -uc) >build.log 2>&1 3>&- || {
		tail -n 30 build.log >&2
		return 1
	}
	dpkg-deb -x seniority_[0-9]*.deb "$DEB"
	dpkg-deb -e seniority_[0-9]*.deb "$DEB/DEBIAN"
	# below /lib in Debian 12, below /usr/lib since
	UNITS=$(find "$DEB" -type d -path '*/lib/systemd/system')
	export UNITS
}

setup() {
	unset SENIORITY_BIN
	cd "$BATS_TEST_TMPDIR" || return
}

version() {
	sed -nE 's/^VERSION := (.*)/\1/p' "$ROOT/Makefile"
}

@test "lintian has neither errors nor warnings" {
	# by Debian's rules on Ubuntu, too, whose own know no "unstable"
	run -0 lintian --profile debian --allow-root --fail-on error,warning "$BATS_FILE_TMPDIR"/seniority_*.changes
}

@test "the version is the same everywhere" {
	[[ $(version) =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]
	[ "$(cd "$ROOT" && dpkg-parsechangelog -S Version)" = "$(version)" ]
	grep -qF "## [$(version)]" "$ROOT/CHANGELOG.md"
	grep -qF "image: seniority:$(version)" "$ROOT/packaging/kubernetes/cronjob.yaml"
	grep -qF "seniority:$(version)" "$ROOT/Dockerfile"
	[ "$("$DEB/usr/bin/seniority" --version)" = "seniority $(version)" ]
	[ "$(sed -n 's/^Version: //p' "$DEB/DEBIAN/control")" = "$(version)" ]
}

@test "it builds from the packages that a plain make needs" {
	. "$ROOT/packaging/debian.sh"
	# the first three are every Debian builder's
	printf '%s\n' "${PACKAGES_BUILD[@]}" | grep -vxE 'gcc|libc6-dev|make' | sort >ours
	sed -n '/^Build-Depends:/,/^$/ s/^ \([a-z0-9.+-]*\).*/\1/p' "$ROOT/debian/control" |
		grep -vxE 'debhelper-compat|scdoc' | sort | diff ours -
}

@test "one program in the PATH, the others in its own folder" {
	[ "$(ls "$DEB/usr/bin")" = seniority ]
	[ "$(cd "$DEB/usr/lib/seniority/bin" && echo *)" = "cursor s3cat s3ls s3put sencache senenrich sengen senserve senstat" ]
	[ "$("$DEB/usr/bin/seniority" path)" = "$DEB/usr/lib/seniority/bin" ]
	run -2 "$DEB/usr/bin/seniority" s3ks
	[[ $output == *"unknown program 's3ks'"* ]]
	ln -s "$DEB/usr/bin/seniority" link
	[ "$(./link s3ls --version)" = "s3ls $(version)" ]
}

@test "every program has its page, compressed" {
	for name in "$DEB"/usr/lib/seniority/bin/* pipeline populate; do
		gzip -t "$DEB/usr/share/man/man1/seniority-${name##*/}.1.gz"
	done
	gzip -t "$DEB/usr/share/man/man1/seniority.1.gz" "$DEB/usr/share/man/man5/seniority-config.5.gz" \
		"$DEB/usr/share/man/man7/seniority-streams.7.gz"
}

@test "seniority help finds them" {
	mkdir bin
	printf '#!/bin/sh\necho "$@"\n' >bin/man
	chmod +x bin/man
	while read -r word page; do
		[ "$(PATH=$PWD/bin:/usr/bin:/bin "$DEB/usr/bin/seniority" help "$word")" = "$page" ]
	done <<-END
		s3ls seniority-s3ls
		config seniority-config
		run seniority-pipeline
		rejects seniority-pipeline
	END
	[ "$(PATH=$PWD/bin:/usr/bin:/bin "$DEB/usr/bin/seniority" help)" = seniority ]
}

@test "the pages in docs/ come along, so that the README's links hold" {
	local doc=$DEB/usr/share/doc/seniority link
	grep -oE '\]\((docs|monitoring|config)[^)#]*' "$ROOT/README.md" | cut -c 3- >links
	while IFS= read -r link; do
		[ -e "$doc/$link" ] || {
			echo "missing: $link"
			false
		}
	done <links
	[ -s "$doc/docs/operations.md" ]
}

@test "dependencies are computed from the linked libraries" {
	for name in libcurl4 libgrpc libhiredis libyaml libssl3 libexpat1; do
		grep -qE "^Depends: .*$name" "$DEB/DEBIAN/control"
	done
}

@test "the sweep is a service as the other is, and waits for a run that is under way" {
	diff "$UNITS/seniority.service" "$UNITS/seniority-sweep.service" | sed -n 's/^> //p' | grep -v '^#' | diff - <(
		printf '%s\n' StartLimitIntervalSec=1h StartLimitBurst=100 \
			'Description=Add seniority levels to job postings that every run has passed by' \
			'ExecStart=/usr/bin/seniority --sweep' Restart=on-failure 'RestartPreventExitStatus=1 2' RestartSec=20 SuccessExitStatus=SIGTERM
	)
}

@test "settings are conffiles, secrets are not for everybody" {
	diff - "$DEB/DEBIAN/conffiles" <<-END
		/etc/seniority/config.yaml
		/etc/seniority/env
	END
	# the history in a place that the service and runs by hand share
	grep -q '^history_file: /var/lib/seniority/' "$DEB/etc/seniority/config.yaml"
	diff <(tail -n +2 "$DEB/etc/seniority/config.yaml" | sed 's/^history_file:/#&/') <(tail -n +2 "$ROOT/config.yaml.example")
	[ "$(stat -c %a "$DEB/etc/seniority/env")" = 640 ]
	[ "$(readlink "$DEB/etc/seniority/.env")" = env ]
	# what it shows is taken by the programs
	mkdir etc
	cp "$DEB/etc/seniority/config.yaml" etc
	sed 's/^#//; s/^ .*//' "$DEB/etc/seniority/env" | grep '=' >etc/.env
	run -0 env -C etc "$DEB/usr/bin/seniority" s3ls --print-config
	[[ $output == *'redis_password: '*' # .env:'* ]]
}

@test "the installation makes a user, enables nothing, and starts only what was enabled before" {
	grep -q 'adduser --system' "$DEB/DEBIAN/postinst"
	[ "$(grep -c 'deb-systemd-helper enable' "$DEB/DEBIAN/postinst")" = 2 ] # the timers
	[ "$(grep -B 2 'deb-systemd-helper enable' "$DEB/DEBIAN/postinst" | grep -c 'was-enabled')" = 2 ]
	# deb-systemd-invoke leaves out what is not enabled
	run -1 grep -E '^[^#]*systemctl[^|]* (start|enable)|seniority(-sweep)?\.service' "$DEB/DEBIAN/postinst"
}

@test "systemd takes the units, and rates the service OK or better" {
	mkdir units
	for name in seniority seniority-sweep; do
		sed "s|=/usr/bin/|=$DEB/usr/bin/|" "$UNITS/$name.service" >units/$name.service
		cp "$UNITS/$name.timer" units
	done
	MANPATH=$DEB/usr/share/man run -0 systemd-analyze verify --recursive-errors=no units/*
	[ -z "$output" ]
	# 20 is 2.0 of 10; up to 4.9 counts as OK
	run -0 systemd-analyze security --offline=yes --threshold=20 units/seniority.service
	[[ $output == *' OK '* ]]
}

@test "the installed pipeline runs on an embedded store" {
	sandbox
	redis_start
	server_run senserve "$DEB/usr/bin/seniority" senserve --grpc-server-address "unix:$BATS_TEST_TMPDIR/model.sock"
	export GRPC_SERVER_ADDRESS=unix:$BATS_TEST_TMPDIR/model.sock
	wait_until 20 socket_open "$BATS_TEST_TMPDIR/model.sock"
	"$DEB/usr/bin/seniority" populate 3 --postings 5
	[ "$("$DEB/usr/bin/seniority" --dry-run | wc -l)" = 3 ]
	run -0 "$DEB/usr/bin/seniority"
	[[ $output == *'3 stored + 0 failed'* ]]
	[ "$(cat "$MOD"/* | grep -c '"seniority":[1-7]}')" = 15 ]
}

# unit NAME: what the service's unit says.
unit() {
	sed -n "s/^$1=//p" "$UNITS/seniority.service"
}

@test "a new user's way: config.yaml by its own comments, --check, a run, the service's command, the report" {
	local as=() seniority=$DEB/usr/bin/seniority
	mkdir -p var
	cp -r "$DEB/etc/seniority" etc
	# a user like the package's, who may write nowhere but in the folder that is his
	if ((EUID == 0)); then
		chown nobody:nogroup var
		chmod go+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_TEST_TMPDIR"
		chgrp -R nogroup etc
		as=(setpriv --reuid nobody --regid nogroup --clear-groups)
	fi
	as+=(env -i "HOME=$PWD/var" "PATH=/usr/bin:/bin:$HOME/bin" "ASAN_OPTIONS=$ASAN_OPTIONS")
	cd etc
	# each line is one that stands there, without its "#"; the folders are the test's
	sed -i -E "s|^#(endpoint_url: file:.*)|\1|; s|^#(redis_socket:.*)|\1|; s|/run/redis/redis.sock|$BATS_TEST_TMPDIR/var/redis.sock|
		s|^(grpc_server_address: )[^ ]*|\1unix:$BATS_TEST_TMPDIR/var/model.sock|; s|/var/lib/seniority|$BATS_TEST_TMPDIR/var|" config.yaml
	run -2 "${as[@]}" "$seniority" --check
	[[ $output == *"failure  disk"*"mkdir -p "* && $output == *"failure  redis"* && $output == *"failure  model"* ]]
	"${as[@]}" bash -c "$(grep -o 'mkdir -p [^,]*' <<<"$output")"
	server_run redis "${as[@]}" redis-server --port 0 --unixsocket "$BATS_TEST_TMPDIR/var/redis.sock" --save '' --dir "$BATS_TEST_TMPDIR/var"
	server_run senserve "${as[@]}" env -C "$PWD" "$seniority" senserve
	wait_until 20 socket_open "$BATS_TEST_TMPDIR/var/redis.sock"
	wait_until 20 socket_open "$BATS_TEST_TMPDIR/var/model.sock"
	run -0 "${as[@]}" "$seniority" --check
	[[ $output == *"a run can start"* || $output == *"look at the warnings"* ]]
	"${as[@]}" "$seniority" populate 3 --postings 5
	[ "$("${as[@]}" "$seniority" --dry-run | wc -l)" = 3 ]
	# what the timer starts, where it starts it
	[[ $(unit WorkingDirectory) == /etc/seniority && $(unit User) == seniority ]]
	run -0 "${as[@]}" "$DEB$(unit ExecStart)"
	[[ $output == *"3 listed = 3 stored"* ]]
	"${as[@]}" "$seniority" populate 1 --postings 5
	run -0 "${as[@]}" "$seniority"
	# the page shows both, and says where it may be written: not in /etc/seniority
	chmod a-w .
	run "${as[@]}" "$seniority" report
	chmod u+w .
	[[ $status == 1 && $output == *"seniority-report.html cannot be written"*"--output"* ]]
	run -0 "${as[@]}" "$seniority" report --output "$BATS_TEST_TMPDIR/var/page.html"
	[[ $output == *"page.html: 2 runs" ]]
	grep -q '<b>20</b><span>postings written' "$BATS_TEST_TMPDIR/var/page.html"
}

@test "the installed demo needs no compiler" {
	run -0 "$DEB/usr/bin/seniority" --demo --no-install
	[[ $output != *building* && $output == *'300 listed = 300 stored'* ]]
	run -2 "$DEB/usr/bin/seniority" --demo --s3
	[[ $output == *'source tree'* ]]
}

@test "make uninstall removes everything that make install made" {
	make -C "$TREE" install DESTDIR="$PWD/to" >log 2>&1
	[ "$(to/usr/local/bin/seniority s3ls --version)" = "s3ls $(version)" ]
	[ -s to/usr/local/share/man/man1/seniority-s3ls.1.gz ]
	# the same bytes at every time: no time, no name in the archive's head
	gzip -lNv to/usr/local/share/man/man1/seniority-s3ls.1.gz | grep -q seniority-s3ls.1
	[ "$(find to -type f -perm /022)" = '' ]
	make -C "$TREE" uninstall DESTDIR="$PWD/to" >>log
	[ "$(find to ! -type d)" = '' ]
}

@test "sudo make install leaves no files of root in the tree, even if it has to build first" {
	local as_root=() as_owner=() owner
	cp -r "$TREE" tree
	if ((EUID == 0)); then
		chmod go+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_TEST_TMPDIR"
		chown -R nobody:nogroup tree
		as_owner=(setpriv --reuid nobody --regid nogroup --clear-groups)
	else
		sudo -n true 2>/dev/null || skip "neither root nor sudo without a password"
		as_root=(sudo -n)
	fi
	owner=$(stat -c %U tree)
	rm -r tree/build/completions
	touch tree/src/cursor/cursor.c
	"${as_root[@]}" make -C tree -j2 install DESTDIR="$PWD/to" >log 2>&1 || { tail log; false; }
	grep -q 'src/cursor/cursor.c' log
	[ "$(to/usr/local/bin/seniority cursor --version)" = "cursor $(version)" ]
	[ "$(find to ! -user root)" = '' ]
	[ "$(find tree ! -user "$owner")" = '' ]
	[ -s tree/build/completions/seniority ]
	"${as_owner[@]}" make -C tree clean
	[ ! -e tree/build ]
	"${as_root[@]}" rm -r to
}

@test "make install without scdoc says so, and installs the rest" {
	make -C "$TREE" SCDOC=no-such-program install DESTDIR="$PWD/to" PREFIX=/opt/s >log 2>&1
	grep -q 'warning: no-such-program is not there: installed without the manual pages' log
	[ -x to/opt/s/bin/seniority ]
	[ ! -e to/opt/s/share/man ]
}

@test "make dist makes an archive that builds the same version" {
	make -s -C "$TREE" dist
	tar -xzf "$TREE/build/seniority-$(version).tar.gz"
	[ -x "seniority-$(version)/pipeline.sh" ]
	[ ! -e "seniority-$(version)/bin" ]
	[ ! -e "seniority-$(version)/build" ]
	diff -r --exclude=bin --exclude=build --exclude=debian "$TREE" "seniority-$(version)"
}

@test "the CronJob is YAML, and never runs twice at once" {
	$PYTHON - "$ROOT/packaging/kubernetes/cronjob.yaml" <<-END
		import sys, yaml
		job = yaml.safe_load(open(sys.argv[1]))
		assert job["kind"] == "CronJob"
		assert job["spec"]["concurrencyPolicy"] == "Forbid"
		pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
		print("\n".join(e["name"] for e in pod["containers"][0]["env"]), file=open("names", "w"))
		assert {v["name"] for v in pod["volumes"]} == {v["name"] for v in pod["containers"][0]["volumeMounts"]}
	END
	# what it sets are settings
	"$DEB/usr/bin/seniority" s3ls --print-config | sed -E 's/^# //' | grep -oE '^[a-z_0-9]+' | tr a-z A-Z | sort >known
	[ -z "$(sort names | comm -23 - known)" ]
}
