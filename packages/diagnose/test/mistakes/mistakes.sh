#!/usr/bin/env bash
# Make the mistakes in signatures that are common in a shell, and print each as a line of JSON, as mistakes.py does.
set -euo pipefail
secret='s3cret-0f'
body='{"event_type": "scan.complete", "timestamp": 1795459140.5, "payload": {"target": "example.com"}}'
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

sign() { openssl dgst -sha256 -hmac "$1" | sed 's/^.*= /sha256=/'; }

hex_key() { od -An -tx1 -v | tr -d ' \n'; }

signed_by_key() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(cat)" < "$1" | sed 's/^.*= /sha256=/'; }

row() { # mistake, signature, file of the body, secret
  printf '{"mistakes": ["%s"], "signature": "%s", "body": "%s", "secret": "%s"}\n' \
    "$1" "$2" "$(base64 < "$3" | tr -d '\n')" "${4:-$secret}"
}

printf %s "$body" > "$folder/sent"
echo "$body" > "$folder/echoed"
printf '%s' "$body" | python3 -m json.tool > "$folder/pretty"
tr -d '\r\n' < "$folder/pretty" > "$folder/as-curl-sends-it"

row newline-lost "$(echo "$body" | sign "$secret")" "$folder/sent"
row newline-added "$(sign "$secret" < "$folder/sent")" "$folder/echoed"
row line-ends-dropped "$(sign "$secret" < "$folder/as-curl-sends-it")" "$folder/pretty"
row json-python-tool "$(sign "$secret" < "$folder/pretty")" "$folder/sent"
row secret-newline-lost "$(echo "$secret" | hex_key | signed_by_key "$folder/sent")" "$folder/sent"
row secret-hex-decoded "$(echo c0ffee00 | signed_by_key "$folder/sent")" "$folder/sent" c0ffee00
row signature-surrounded "$(openssl dgst -sha256 -hmac "$secret" < "$folder/sent" | sed 's/^.*= /X-SpiderFoot-Signature: sha256=/')" "$folder/sent"
row signature-command-output "$(openssl dgst -sha256 -hmac "$secret" < "$folder/sent")" "$folder/sent"
row signature-command-output "sha256=$(openssl dgst -sha256 -hmac "$secret" "$folder/sent")" "$folder/sent"
row signature-command-output "$(openssl dgst -sha256 -hmac "$secret" -r < "$folder/sent")" "$folder/sent"
row signature-command-output "$(openssl dgst -sha256 -hmac "$secret" -r < "$folder/sent" | sed 's/ .*/  -/')" "$folder/sent"
row 'signature-command-output", "signature-hex-notation' "$(openssl dgst -sha256 -hmac "$secret" -c < "$folder/sent")" "$folder/sent"
row line-ends-lost "$(sign "$secret" < "$folder/pretty")" "$folder/as-curl-sends-it"
row hash-without-secret "$(sha256sum < "$folder/sent" | cut -d' ' -f1)" "$folder/sent"
row secret-hex-encoded "$(sign "$(printf %s "$secret" | hex_key)" < "$folder/sent")" "$folder/sent"
row secret-base64-encoded "$(sign "$(echo "$secret" | base64)" < "$folder/sent")" "$folder/sent"
# In double quotes, the shell expands $NotSet.
row secret-expanded-by-shell "$(sign "$(sh -c 'printf %s "pa$NotSet-rest"')" < "$folder/sent")" "$folder/sent" 'pa$NotSet-rest'
# A file with variables: the sender reads it with a shell, and the receiver uses the raw text.
printf 'SECRET=%s # of the receiver\n' "$secret" > "$folder/env"
row secret-comment "$(. "$folder/env"; sign "$SECRET" < "$folder/sent")" "$folder/sent" "$secret # of the receiver"
row secret-assignment "$(. "$folder/env"; sign "$SECRET" < "$folder/sent")" "$folder/sent" "SECRET=$secret"
printf "QUOTED='%s'\n" "$secret" > "$folder/env"
row secret-in-quotes "$(. "$folder/env"; sign "$QUOTED" < "$folder/sent")" "$folder/sent" "'$secret'"
printf %s '{"event_type": "x", "text": "a\\n\\"b\\" C"}' > "$folder/escapes"
row backslashes-doubled "$(sed 's/\\/\\\\/g' "$folder/escapes" | sign "$secret")" "$folder/escapes"
row white-space-removed "$(tr -d ' ' < "$folder/escapes" | sign "$secret")" "$folder/escapes"
row letter-case "$(tr '[:upper:]' '[:lower:]' < "$folder/escapes" | sign "$secret")" "$folder/escapes"
printf '{"event_type":"x   y"}' > "$folder/spaced"
spaced=$(cat "$folder/spaced")
row words-split "$(echo $spaced | sign "$secret")" "$folder/spaced"
row secret-comment-lost "$(sign "$secret # production" < "$folder/sent")" "$folder/sent"
