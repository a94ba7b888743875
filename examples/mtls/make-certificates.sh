#!/bin/sh
# Makes a certificate authority, and what it has signed: a certificate for the receiver and one for SpiderFoot, with a
# spiderfoot.ini that names them and a secret. All of it is for trying things out, on this machine, for a month.
#
#   sh make-certificates.sh FOLDER [URL]
set -eu

folder=${1:?usage: sh make-certificates.sh FOLDER [URL]}
url=${2:-https://127.0.0.1:3443/webhook}

# Keys are for their owner's eyes.
umask 077
mkdir -p "$folder"
cd "$folder"

# What openssl would ask of its own configuration file differs from machine to machine.
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

# Python's configparser, and the receiver with it, wants a % doubled.
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

# Without its key nobody gets a further certificate out of this authority.
rm -f ca.key ./*.csr openssl.cnf
