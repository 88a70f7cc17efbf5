# shellcheck shell=bash
# rights.bash: what some tests need of a machine that not every machine grants, and how many tests may skip
# for the want of it. A test asks by `needs NAME` (helper.bash), which skips it if the machine has no
# such right. tests/run counts a skip as a failure if the machine does have the right, or if
# more tests skip for it than are allowed here. On a machine with all rights none skips.

# shellcheck disable=SC2034 # whoever sources this takes it
# name, and how many tests of one build may skip for it
declare -A RIGHTS=(
	[mounts]=1 # mount a file system in a namespace of one's own: chroots and most containers refuse it
	[ipv6]=1   # the loopback address ::1
	[users]=2  # be another user: root may
)

# Prints the option of unshare that gives a namespace in which one may mount; fails if none does.
mounts_option() {
	local option
	for option in -rm -m; do
		unshare $option true && echo "$option" && return
	done 2>/dev/null
	return 1
}

# Whether this machine grants the right NAME.
right_granted() {
	case $1 in
	mounts) mounts_option >/dev/null ;;
	users) ((EUID == 0)) ;;
	ipv6) grep -q '^00000000000000000000000000000001 ' /proc/net/if_inet6 ;;
	*) return 2 ;;
	esac 2>/dev/null
}
