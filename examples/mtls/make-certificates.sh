#!/bin/sh
# Creates a certificate authority, a certificate for the receiver, a certificate for SpiderFoot, and a spiderfoot.ini with
# their paths and a secret. Use them only for tests on this machine. They expire after 30 days.
#
#   sh make-certificates.sh FOLDER [URL]
set -eu

folder=${1:?usage: sh make-certificates.sh FOLDER [URL]}
url=${2:-https://127.0.0.1:3443/webhook}

# Only the owner may read the keys.
umask 077
mkdir -p "$folder"
cd "$folder"

# The default configuration of openssl differs between machines, so this script uses its own.
cat >openssl.cnf <<'CONF'
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[receiver]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[spiderfoot]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
CONF

new_key() {
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
  openssl req -new -config openssl.cnf -key "$1.key" -subj "/CN=$2" -out "$1.csr"
}

new_key ca 'Throwaway webhook authority'
openssl x509 -req -in ca.csr -signkey ca.key -days 30 -extfile openssl.cnf -extensions authority -out ca.pem

for name in receiver spiderfoot; do
  new_key "$name" "$name"
  openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" \
    -days 30 -extfile openssl.cnf -extensions "$name" -out "$name.pem"
done

# Python's configparser, and therefore the receiver, requires each % to be doubled.
here=$(pwd | sed 's/%/%%/g')
cat >spiderfoot.ini <<INI
[webhooks]
enabled = true
default_url = $url
secret = $(openssl rand -hex 32)
verify_tls = True
ca_bundle = $here/ca.pem
client_cert = $here/spiderfoot.pem
client_key = $here/spiderfoot.key
INI

# Without the authority's key, no further certificate can be signed.
rm -f ca.key ./*.csr openssl.cnf
