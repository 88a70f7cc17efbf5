#!/bin/bash
# A real S3 server on loopback: Ceph's radosgw with one monitor and one OSD that keeps everything in memory.
# Needs Debian's radosgw, ceph-mon, ceph-osd, ceph-common. Runs as any user.
#
# Use:
#   radosgw.sh start DIR PORT             ready when it returns; prints S3_ENDPOINT and so on as assignments
#   radosgw.sh stop DIR
#   radosgw.sh run DIR PORT COMMAND...    start, COMMAND with these settings, stop; COMMAND's status
# Takes PORT, PORT+1 (monitor) and PORT+10..PORT+40 (OSD).
# Settings: S3_ACCESS_KEY (testkey), S3_SECRET_KEY (testsecret), TLS_CERT and TLS_KEY (PEM files: https), HTTP_PORT (with
# them: plain http there), STORAGE_DOMAIN (virtual-host style, such as s3.localhost), MEM_BYTES (what it can hold, 8 GiB).

# shellcheck disable=SC2034,SC2154 # NAME is for common.bash, dir and port come from there
set -euo pipefail
NAME=radosgw.sh
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=common.bash
. "$here/common.bash"

cmd_stop() {
	# The gateway first: without an OSD it hangs as it stops.
	stop_parts rgw
	stop_parts osd mon
}

# Where the OSD finds its classes. Debian 13's Ceph has a default that is relative to /usr, and takes it for
# relative to the current folder.
class_dir() {
	local folder
	folder=$(ceph-conf --show-config-value osd_class_dir 2>/dev/null) || die "ceph-conf knows no osd_class_dir"
	[[ $folder == /* ]] || folder=/usr/$folder
	[ -d "$folder" ] || die "no folder of OSD classes: $folder"
	printf '%s\n' "$folder"
}

write_conf() {
	local classes frontend="endpoint=127.0.0.1:$port"
	[ -z "${TLS_CERT:-}" ] || frontend="ssl_endpoint=127.0.0.1:$port ssl_certificate=$TLS_CERT ssl_private_key=$TLS_KEY${HTTP_PORT:+ endpoint=127.0.0.1:$HTTP_PORT}"
	classes=$(class_dir)
	cat >"$dir/ceph.conf" <<END
[global]
fsid = $fsid
mon initial members = a
mon host = v2:127.0.0.1:$((port + 1))
public addr = 127.0.0.1
cluster addr = 127.0.0.1
public network = 127.0.0.0/8
auth cluster required = none
auth service required = none
auth client required = none
keyring = $dir/keyring
run dir = $dir/run
# a socket's path may have 107 bytes; folders of tests are longer
admin socket =
pid file =
log file = $dir/log/\$name.log
log to stderr = false
err to stderr = true
crash dir = $dir/run
# the gateway's own default is secure, which fails for ever where there is no authentication
ms mon client mode = crc
ms bind msgr1 = false
# who asks the monitor before it listens would wait 3 s for a second try
mon client hunt interval = 0.3
objecter tick interval = 0.5
# with the usual 1 s for each change of a map the making of the pools takes long
paxos propose interval = 0.02
paxos min wait = 0.01
ms bind port min = $((port + 10))
ms bind port max = $((port + 40))
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data = $dir/mon
mon data avail warn = 1
mon data avail crit = 1
mon warn on pool no redundancy = false
osd data = $dir/osd
osd objectstore = memstore
memstore device bytes = ${MEM_BYTES:-8589934592}
osd max object name len = 2048
osd memory target = 939524096
osd fast shutdown notify mon = false
osd mon shutdown timeout = 1
osd class dir = $classes
osd class load list = *
osd class default list = *
[client.rgw.x]
rgw data = $dir/rgw
# else each small GET on a kept connection takes 44 ms
rgw frontends = beast $frontend tcp_nodelay=1
rgw dns name = ${STORAGE_DOMAIN:-}
rgw enable usage log = false
rgw enable ops log = false
rgw relaxed s3 bucket names = false
# free what deleted objects and aborted uploads held after seconds rather than hours
rgw gc obj min wait = 10
rgw gc processor period = 10
END
}

# setup PROGRAM...: a step before the server is there; its output is kept for the case that it fails.
setup() {
	timeout 300 "$@" >>"$dir/log/setup" 2>&1 && return
	tail -n 5 "$dir/log/setup" >&2
	cmd_stop
	die "$1 failed, see $dir/log/setup"
}

answers() {
	require_alive
	case $(curl -ksS -m 2 -o /dev/null -w '%{http_code}' "$scheme://127.0.0.1:$port/" 2>/dev/null) in
	200 | 403) return 0 ;;
	*) return 1 ;;
	esac
}

cmd_start() {
	local key=${S3_ACCESS_KEY:-testkey} secret=${S3_SECRET_KEY:-testsecret} uuid
	scheme=http
	[ -z "${TLS_CERT:-}" ] || scheme=https
	command -v radosgw >/dev/null || die "radosgw is not installed"
	# Nothing is left of what was in memory: so nothing old is to be found on disk either.
	rm -rf "$dir/mon" "$dir/osd" "$dir/rgw" "$dir/run" "$dir/log"
	mkdir -p "$dir"/{mon,osd,rgw,run,log}
	: >"$dir/keyring"
	fsid=$(</proc/sys/kernel/random/uuid)
	uuid=$(</proc/sys/kernel/random/uuid)
	write_conf
	local conf=(--conf "$dir/ceph.conf")

	setup monmaptool --create --clobber --fsid "$fsid" --addv a "[v2:127.0.0.1:$((port + 1))]" "$dir/monmap"
	setup ceph-mon "${conf[@]}" -i a --mkfs --monmap "$dir/monmap"
	spawn mon ceph-mon "${conf[@]}" -i a -f
	wait_up_to 20 port_open "$((port + 1))" || require_alive
	setup ceph "${conf[@]}" osd new "$uuid"
	setup ceph-osd "${conf[@]}" -i 0 --mkfs --osd-uuid "$uuid"
	spawn osd ceph-osd "${conf[@]}" -i 0 -f
	spawn rgw radosgw "${conf[@]}" -n client.rgw.x -f
	setup radosgw-admin "${conf[@]}" -n client.rgw.x user create --uid=test --display-name=test \
		--access-key="$key" --secret-key="$secret"
	wait_up_to 120 answers || {
		cmd_stop
		die "not ready after two minutes, see $dir/log"
	}
	print_env "$scheme" "$port" "$key" "$secret"
}

main "$@"
