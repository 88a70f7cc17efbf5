# shellcheck shell=bash disable=SC2154,SC2034 # shared with bench/run and s3_peers.bash
# Of s3_peers the listing alone, at full size: it takes some minutes. No part of a usual run.

# shellcheck source-path=SCRIPTDIR source=s3_peers.bash
. "$home/bench/s3_peers.bash"

bench_s3_peers_list() {
	peers_buckets='' peers_all 0 0 100000 5
}
