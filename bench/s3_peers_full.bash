# shellcheck shell=bash disable=SC2154 # shared with bench/run
# s3_peers at full size: it takes half an hour, and 5 GB of memory for the server. No part of a usual run.

# shellcheck source-path=SCRIPTDIR source=s3_peers.bash
. "$home/bench/s3_peers.bash"

bench_s3_peers_full() {
	peers_all 2000 10000 100000 3
}
