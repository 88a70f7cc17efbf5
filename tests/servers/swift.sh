#!/bin/bash
# Another real S3 server on loopback: OpenStack Swift with its S3 interface, one node, one replica. Slow, and stricter than
# radosgw about the scope of signatures. Needs Debian's swift-proxy, swift-account, swift-container, swift-object and
# memcached; /etc/swift/swift.conf as Debian's packages bring it (on Ubuntu tests/run writes it). Runs as any user; the folder's filesystem must take user
# attributes (ext4, xfs, btrfs, a recent tmpfs).
#
# Use:
#   swift.sh start DIR PORT             ready when it returns; prints S3_ENDPOINT and so on as assignments
#   swift.sh stop DIR
#   swift.sh run DIR PORT COMMAND...    start, COMMAND with these settings, stop; COMMAND's status
# Takes PORT..PORT+4.
# Settings: S3_ACCESS_KEY (ACCOUNT:USER, test:tester), S3_SECRET_KEY (testing), TLS_CERT and TLS_KEY (PEM files: https),
# STORAGE_DOMAIN (virtual-host style, such as s3.localhost).

# shellcheck disable=SC2034,SC2154 # NAME is for common.bash, dir and port come from there
set -euo pipefail
NAME=swift.sh
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=common.bash
. "$here/common.bash"

cmd_stop() {
	stop_parts proxy object container account memcached
}

# One process for all three: nine calls of swift-ring-builder take 6 s more.
make_rings() {
	[ ! -f "$dir/etc/object.ring.gz" ] || return 0
	/usr/bin/python3 - "$dir/etc" $((port + 1)) $((port + 2)) $((port + 3)) >"$dir/log/rings" 2>&1 <<'END' ||
import sys
from swift.common.ring import RingBuilder
for name, port in zip(("account", "container", "object"), sys.argv[2:]):
    ring = RingBuilder(4, 1, 0)
    ring.add_dev(dict(id=0, region=1, zone=1, ip="127.0.0.1", port=int(port), device="sd1", weight=1.0, meta="",
                      replication_ip="127.0.0.1", replication_port=int(port)))
    ring.rebalance(seed="1")
    ring.get_ring().save("%s/%s.ring.gz" % (sys.argv[1], name))
END
		die "no rings, see $dir/log/rings"
}

defaults() {
	cat <<END
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = $2
user = $(id -un)
swift_dir = $dir/etc
devices = $dir/dev
mount_check = false
workers = 0
log_name = $1
log_level = INFO
recon_cache_path = $dir/cache
lock_path = $dir/lock
backlog = 4096
disable_fallocate = true
fallocate_reserve = 0
db_preallocation = off
END
}

write_backend() {
	{
		defaults "$1" "$2"
		# A container that is slow to be told would be left to a daemon that does not run here, and the
		# object would never be listed.
		[ "$1" != object ] || echo 'container_update_timeout = 60'
		cat <<END
[pipeline:main]
pipeline = healthcheck $1-server
[app:$1-server]
use = egg:swift#$1
disk_chunk_size = 1048576
network_chunk_size = 1048576
[filter:healthcheck]
use = egg:swift#healthcheck
END
	} >"$dir/etc/$1-server.conf"
}

write_proxy() {
	local filter filters="catch_errors gatekeeper healthcheck listing_formats bulk copy slo dlo symlink"
	{
		defaults proxy "$port"
		[ -z "${TLS_CERT:-}" ] || printf 'cert_file = %s\nkey_file = %s\n' "$TLS_CERT" "$TLS_KEY"
		cat <<END
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck proxy-logging cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-logging proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
object_chunk_size = 1048576
client_chunk_size = 1048576
conn_timeout = 10
node_timeout = 60
[filter:tempauth]
use = egg:swift#tempauth
user_${1/:/_} = $2 .admin
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
dns_compliant_bucket_names = true
max_upload_part_num = 10000
storage_domain = ${STORAGE_DOMAIN:-}
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:$((port + 4))
[filter:proxy-logging]
use = egg:swift#proxy_logging
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
END
		for filter in $filters; do
			printf '[filter:%s]\nuse = egg:swift#%s\n' "$filter" "$filter"
			[ "$filter" != slo ] || echo 'min_segment_size = 1'
		done
	} >"$dir/etc/proxy-server.conf"
}

healthy() {
	local url
	require_alive
	for url in "http://127.0.0.1:$((port + 1))" "http://127.0.0.1:$((port + 2))" "http://127.0.0.1:$((port + 3))" \
		"$scheme://127.0.0.1:$port"; do
		[ "$(curl -ksS -m 2 "$url/healthcheck" 2>/dev/null)" = OK ] || return 1
	done
}

cmd_start() {
	local key=${S3_ACCESS_KEY:-test:tester} secret=${S3_SECRET_KEY:-testing} part
	scheme=http
	[ -z "${TLS_CERT:-}" ] || scheme=https
	command -v swift-proxy-server >/dev/null || die "swift-proxy is not installed"
	[ -r /etc/swift/swift.conf ] || die "/etc/swift/swift.conf is missing"
	mkdir -p "$dir"/{etc,dev/sd1,cache,lock}
	make_rings
	write_backend account $((port + 1))
	write_backend container $((port + 2))
	write_backend object $((port + 3))
	write_proxy "$key" "$secret"
	spawn memcached memcached -l 127.0.0.1 -p $((port + 4)) -U 0 -m 32 -u "$(id -un)"
	for part in account container object proxy; do
		spawn "$part" "swift-$part-server" "$dir/etc/$part-server.conf" -v
	done
	wait_up_to 120 healthy || {
		cmd_stop
		die "not ready after two minutes, see $dir/log"
	}
	print_env "$scheme" "$port" "$key" "$secret"
}

main "$@"
