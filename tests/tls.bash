# shellcheck shell=bash
# tls.bash: certificates of an authority of one's own. Use: `load tls`.

# make_certificates FOLDER: ca.pem; server.pem and server.key, signed by it for 127.0.0.1; other.pem, which signed nothing.
make_certificates() {
	local dir=$1
	mkdir -p "$dir"
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Test CA" -keyout "$dir/ca.key" -out "$dir/ca.pem"
	openssl req -newkey rsa:2048 -nodes -subj "/CN=127.0.0.1" -keyout "$dir/server.key" -out "$dir/server.csr"
	printf 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n' >"$dir/server.ext"
	openssl x509 -req -days 2 -in "$dir/server.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial \
		-extfile "$dir/server.ext" -out "$dir/server.pem"
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Another CA" -keyout "$dir/other.key" -out "$dir/other.pem"
}
