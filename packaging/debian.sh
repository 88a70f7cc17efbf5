# shellcheck shell=bash
# debian.sh: the one list of the packages that the build, the demo and the tests need, and how to install those
# that are missing. To be sourced by bash. The names are the same in Debian 12 and 13 and in Ubuntu 24.04 (main
# and universe); if one comes to differ, this is the place to say so.

# shellcheck disable=SC2034 # whoever sources this takes the lists it needs
# A plain `make`.
PACKAGES_BUILD=(gcc libc6-dev make protobuf-c-compiler libprotobuf-c-dev libgrpc-dev libcurl4-openssl-dev
	libssl-dev libexpat1-dev libhiredis-dev libjsmn-dev libyaml-dev libxxhash-dev zlib1g-dev libzstd-dev
	libsimde-dev)

# The demo. redis-tools holds the server's binary too; the package redis-server would add only a
# service that starts with the machine, which nobody asked for.
PACKAGES_DEMO=(redis-tools)

# A real S3 server on loopback: Ceph's gateway on one monitor and one OSD in memory.
PACKAGES_S3=(radosgw ceph-mon ceph-osd ceph-common curl)

# The C unit tests.
PACKAGES_UNIT=(libcmocka-dev redis-tools)

# The tests: the runner, and clients that share no code with ours.
PACKAGES_TEST=("${PACKAGES_UNIT[@]}" bats parallel jq curl shellcheck gzip zstd procps
	python3-grpcio python3-protobuf python3-botocore openssl xxhash python3-prometheus-client prometheus gnuplot-nox libxml2-utils
	swift-proxy swift-account swift-container swift-object memcached tinyproxy-bin libnss-wrapper
	build-essential debhelper fakeroot lintian scdoc systemd man-db groff zsh python3-yaml)

# tests/fresh, and what its --arch needs.
PACKAGES_FRESH=(debootstrap)
PACKAGES_EMULATE=(qemu-user-static binfmt-support)

# `make lint` and `make coverage`.
PACKAGES_LINT=(clang-tidy clang-format cppcheck shellcheck gcovr)

packages_missing() {
	local name
	for name in "$@"; do
		[[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || echo "$name"
	done
}

# packages_install PROGRAM NAME...: installs what is missing, after saying so. Returns 2 where it cannot.
packages_install() {
	local program=$1 missing as_root=()
	shift
	if ! command -v dpkg-query >/dev/null; then
		echo "$program: not a Debian system; what is needed, by Debian's names: $*" >&2
		return 0
	fi
	mapfile -t missing < <(packages_missing "$@")
	((${#missing[@]} > 0)) || return 0
	if [ "${NO_INSTALL:-}" ]; then
		echo "$program: error: not installed, and --no-install was given: ${missing[*]}" >&2
		return 2
	fi
	if ((EUID != 0)); then
		command -v sudo >/dev/null || {
			echo "$program: error: cannot install ${missing[*]}: neither root nor sudo" >&2
			return 2
		}
		as_root=(sudo)
	fi
	echo "$program: installing by apt-get: ${missing[*]}" >&2
	# env, because sudo drops the caller's environment
	if ! { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
		"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
			apt-get -q install -y --no-install-recommends "${missing[@]}"; } >&2; then
		echo "$program: error: apt-get could not install ${missing[*]}" >&2
		return 2
	fi
}

# redis_program FOLDER: makes sure that `redis-server` can be called: where only redis-tools is there, by a
# link in FOLDER, which goes to the end of PATH (the binary goes by the name it is called by).
redis_program() {
	command -v redis-server >/dev/null && return
	mkdir -p "$1"
	ln -sf "$(command -v redis-check-rdb)" "$1/redis-server"
	PATH=$PATH:$1
}

# swift_configure PROGRAM: Ubuntu's packages of Swift bring no swift.conf, without which none of its servers starts.
swift_configure() {
	local conf=/etc/swift/swift.conf as_root=()
	if [ -e $conf ] || ! command -v swift-proxy-server >/dev/null; then return 0; fi
	((EUID == 0)) || as_root=(sudo)
	echo "$1: writing $conf, which Ubuntu's packages leave out" >&2
	printf '[swift-hash]\nswift_hash_path_suffix = %s\n' "$RANDOM$RANDOM$RANDOM" | "${as_root[@]}" tee $conf >/dev/null
}
