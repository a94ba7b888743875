"""Make the mistakes in signatures that are common in Python, and print each as a line of JSON.

A line contains the names of the mistakes, the received body (in base64), the signature and the receiver's secret. It may
also contain the receiver's previous secrets and other headers.
"""

import base64
import configparser
import hashlib
import hmac
import json

EVENT = {
    "event_type": "scan.complete",
    "timestamp": 1795459140.5,
    "payload": {"scan_id": "s1", "target": "b\u00fccher.example/<a&b>", "progress": 1.0, "events": 3, "1": None},
}
BODY = json.dumps(EVENT).encode()
SECRET = "s3cret-0f"


def sign(body, secret=SECRET, digest=hashlib.sha256):
    key = secret if isinstance(secret, bytes) else secret.encode()
    return "sha256=" + hmac.new(key, body, digest).hexdigest()


def row(mistakes, signature, body=BODY, secret=SECRET, **more):
    names = mistakes if isinstance(mistakes, list) else [mistakes]
    print(json.dumps({"mistakes": names, "signature": signature, "body": base64.b64encode(body).decode(),
                      "secret": secret, **more}))


# Bodies: the sender signs a different body than it sends, or the receiver keeps a different body than it received.
LINES = BODY.replace(b", ", b",\n") + b"\n"
PLAIN = json.dumps(EVENT, ensure_ascii=False).encode()
row("newline-lost", sign(BODY + b"\n"))
row("newline-added", sign(BODY), BODY + b"\n")
row("body-trimmed", sign((b"  " + BODY + b" \n ").strip()), b"  " + BODY + b" \n ")
row("byte-order-mark-added", sign(BODY), BODY.decode().encode("utf-8-sig"))
row("byte-order-mark-lost", sign(BODY.decode().encode("utf-8-sig")))
row("line-ends-crlf", sign(LINES), LINES.replace(b"\n", b"\r\n"))
row("line-ends-lf", sign(LINES.replace(b"\n", b"\r\n")), LINES)
row("line-ends-dropped", sign(LINES.replace(b"\n", b"")), LINES)
PRETTY = json.dumps(EVENT, indent=2).encode()
MIXED = b'{\n  "event_type": "x",\n  "data": { "a": [1, 2] }\n}\n'
for file in [PRETTY, PRETTY + b"\n", PRETTY.replace(b"\n", b"\r\n"), json.dumps(EVENT, indent="\t").encode(), MIXED, LINES]:
    row("line-ends-lost", sign(file), file.replace(b"\r", b"").replace(b"\n", b""))
for columns in (80, 76, 41):
    screen = [BODY[at:at + columns] for at in range(0, len(BODY), columns)]
    row("wrapped-lines", sign(BODY), b"\n".join(screen))
    row("wrapped-lines", sign(BODY), b"\r\n".join(line.rstrip() for line in screen) + b"\r\n")
for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
    row("body-utf-16", sign(BODY), BODY.decode().encode(encoding))
    row("body-utf-16", sign(PLAIN), (PLAIN.decode() + "\r\n").encode(encoding))
row("latin-1", sign(PLAIN.decode().encode("latin-1")), PLAIN)
row("encoded-twice", sign(PLAIN), PLAIN.decode("latin-1").encode())
row("signed-encoded-twice", sign(PLAIN.decode("latin-1").encode()), PLAIN)
row("signed-encoded-twice", sign(PLAIN.decode("cp1252").encode()), PLAIN)
row("utf-16", sign(PLAIN.decode().encode("utf-16")), PLAIN)
row("utf-16", sign(PLAIN.decode().encode("utf-16-be")), PLAIN)
row("signed-nothing", sign(b""))
row("signed-as-json-string", sign(json.dumps(BODY.decode()).encode()))
row("written-as-json-string", sign(BODY), json.dumps(BODY.decode()).encode())
row("invalid-utf-8-replaced", sign(b'{"a": "\xff"}'.decode(errors="replace").encode()), b'{"a": "\xff"}')

# JSON: another program wrote the body, and it was signed after Python had parsed and serialized it.
SENT = json.dumps(EVENT, separators=(",", ":"), indent=1).encode()
WRITERS = {
    "python": {},
    "python-compact": {"separators": (",", ":")},
    "python-unicode": {"ensure_ascii": False},
    "python-compact-unicode": {"separators": (",", ":"), "ensure_ascii": False},
    "python-indent-2": {"indent": 2},
    "python-indent-4": {"indent": 4},
}
for name, options in WRITERS.items():
    for suffix, order in {"": {}, "-sorted": {"sort_keys": True}}.items():
        row(f"json-{name}{suffix}", sign(json.dumps(json.loads(SENT), **options, **order).encode()), SENT)
        row(f"payload-{name}{suffix}", sign(json.dumps(EVENT["payload"], **options, **order).encode()))
GUIDE = json.dumps({"event_type": "scan_completed", "data": {"b": 1, "a": 2}}).encode()
row("data-python-sorted", sign(json.dumps(json.loads(GUIDE)["data"], sort_keys=True).encode()), GUIDE)
row("json-python-line", sign((json.dumps(json.loads(SENT)) + "\n").encode()), SENT)

# Secrets: the other side uses a different secret than the receiver.
row("secret-newline-lost", sign(BODY, SECRET + "\n"))
row("secret-white-space", sign(BODY, " x y ".strip()), secret=" x y ")
row("secret-space-lost", sign(BODY, SECRET + " "))
row("secret-hex-decoded", sign(BODY, bytes.fromhex("c0ffee00")), secret="c0ffee00")
row("secret-base64-decoded", sign(BODY, base64.b64decode("c2VjcmV0IQ==")), secret="c2VjcmV0IQ==")
row("secret-base64-decoded", sign(BODY, base64.b64decode("c2VjcmV0IQ==")), secret="whsec_c2VjcmV0IQ==")
row("secret-hex-encoded", sign(BODY, SECRET.encode().hex()))
row("secret-base64-encoded", sign(BODY, base64.b64encode(SECRET.encode())))
row("secret-case", sign(BODY, SECRET.upper()))
row("secret-encoding", sign(BODY, "s\u00e9cret".encode("latin-1")), secret="s\u00e9cret")
row("secret-encoding", sign(BODY, "se\u0301cret"), secret="s\u00e9cret")
row("secret-byte-order-mark", sign(BODY, SECRET.encode("utf-8-sig")))
row("secret-not-set", sign(BODY, str(None)))
row("secret-of-the-guide", sign(BODY, "your-webhook-secret"))
row("secret-previous", sign(BODY, "an-older-one"), previous=["even-older", "an-older-one"])
INI = "[webhooks]\nquoted = \"s3cret\"\npercent = 50%%off\n"
READ = configparser.ConfigParser()
READ.read_string(INI)
row("secret-quotes-lost", sign(BODY, READ["webhooks"]["quoted"]), secret="s3cret")
row("secret-ini-percent", sign(BODY, READ["webhooks"]["percent"]), secret="50%%off")

# Digests.
row("signature-sha-1", sign(BODY, digest=hashlib.sha1))
row("signature-sha-512", sign(BODY, digest=hashlib.sha512))
row("signature-sha-384", sign(BODY, digest=hashlib.sha384))
row("signature-sha-224", sign(BODY, digest=hashlib.sha224))
row("signature-md5", sign(BODY, digest=hashlib.md5))
RAW = hmac.new(SECRET.encode(), BODY, hashlib.sha256)
row("signature-base64", "sha256=" + base64.b64encode(RAW.digest()).decode())
row("signature-base64", base64.urlsafe_b64encode(RAW.digest()).decode().rstrip("="))
row("signature-base64-of-hex", base64.b64encode(RAW.hexdigest().encode()).decode())
row("signature-prefix", "v1=" + RAW.hexdigest())
row("signature-joined", f"{sign(BODY, 'x')}, {sign(BODY)}")
row("signature-surrounded", f'"{sign(BODY)}"')
row("signature-cut", sign(BODY)[:-1])
row("signature-cut", sign(BODY)[20:])
row(["signature-base64", "signature-cut"], base64.b64encode(RAW.digest())[:31].decode())
row("signature-too-long", sign(BODY) + "0a")
row("signature-too-long", RAW.hexdigest() * 2)
for separator in "-: _":
    row("signature-hex-notation", RAW.digest().hex(separator).upper())
row("signature-hex-notation", "sha256=" + RAW.digest().hex(" ", 4))
row("signature-hex-notation", "0x" + RAW.hexdigest())
row("signature-hex-notation", "sha256=" + ", ".join(f"0x{byte:02x}" for byte in RAW.digest()))
row("signature-hex-notation", "".join(f"\\x{byte:02x}" for byte in RAW.digest()))
row("signature-hex-notation", RAW.hexdigest()[:60] + "\n" + RAW.hexdigest()[60:])
row("signature-surrounded", str(RAW.hexdigest().encode()))
row("signature-surrounded", json.dumps({"signature": sign(BODY)}))
row("signature-surrounded", "\u201c" + sign(BODY) + "\u201d.")
row("hmac-swapped", hmac.new(BODY, SECRET.encode(), hashlib.sha256).hexdigest())
row("hash-secret-first", hashlib.sha256(SECRET.encode() + BODY).hexdigest())
row("hash-body-first", hashlib.sha256(BODY + SECRET.encode()).hexdigest())
row("hash-without-secret", hashlib.sha256(BODY).hexdigest())

# JSON as libraries of Java and databases write it.
MIXED_NUMBERS = b'{"url": "https://example.com/?a=1&b=\'2\'", "n": 12345678, "list": [1, 2.5], "empty": {}}'
row("json-gson", sign(b'{"url":"https://example.com/?a\\u003d1\\u0026b\\u003d\\u00272\\u0027","n":12345678,"list":[1,2.5],"empty":{}}'), MIXED_NUMBERS)
row("json-gson-doubles", sign(b'{"url":"https://example.com/?a\\u003d1\\u0026b\\u003d\\u00272\\u0027","n":1.2345678E7,"list":[1.0,2.5],"empty":{}}'), MIXED_NUMBERS)
row("json-jackson-pretty", sign(b'{\n  "url" : "https://example.com/?a=1&b=\'2\'",\n  "n" : 12345678,\n  "list" : [ 1, 2.5 ],\n  "empty" : { }\n}'), MIXED_NUMBERS)
row("json-jsonb", sign(b'{"n": 12345678, "url": "https://example.com/?a=1&b=\'2\'", "list": [1, 2.5], "empty": {}}'), MIXED_NUMBERS)
SPACED = b'{ "event_type":"x",  "url": "https://example.com" }'
row("json-escapes-changed", sign(SPACED.replace(b"/", b"\\/")), SPACED)
row("json-part-signed", sign(json.dumps(EVENT["payload"]).encode()), json.dumps({"event_type": "x", "batch": {"first": EVENT["payload"]}}).encode())

# The body, the secret and the digest in another encoding.
BEYOND = json.dumps({"event_type": "x", "name": "\U0001f600"}, ensure_ascii=False)
UNITS = [BEYOND.encode("utf-16-le")[at:at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(BEYOND.encode("utf-16-le")), 2)]
row("surrogates-encoded-apart", sign(b"".join(unit.encode("utf-8", "surrogatepass") for unit in UNITS)), BEYOND.encode())
row("secret-base32-decoded", sign(BODY, base64.b32decode("JBSWY3DPEHPK3PXP")), secret="JBSWY3DPEHPK3PXP")
row("secret-prefix", sign(BODY, "whsec_" + SECRET))
row("secret-prefix", sign(BODY, SECRET), secret="Bearer " + SECRET)
row("signature-binary", RAW.digest().decode("latin-1"))

# SpiderFoot's other senders.
row("other-header", sign(BODY, "proxy"), headers={"X-SpiderFoot-Signature-256": sign(BODY)})

# Several mistakes at once.
row(["json-python-sorted", "secret-newline-lost"], sign(json.dumps(EVENT, sort_keys=True).encode(), SECRET + "\n"))
row(["newline-lost", "secret-quotes-lost"], sign(BODY + b"\n", f'"{SECRET}"'))
row(["signature-base64", "payload-python-compact-sorted"],
    base64.b64encode(hmac.new(SECRET.encode(), json.dumps(EVENT["payload"], separators=(",", ":"), sort_keys=True).encode(), hashlib.sha256).digest()).decode())
row(["signature-sha-1", "newline-added", "secret-hex-decoded"], sign(BODY, bytes.fromhex("c0ffee00"), hashlib.sha1), BODY + b"\n", "c0ffee00")
row(["json-python", "hash-secret-first"], hashlib.sha256(SECRET.encode() + json.dumps(json.loads(SENT)).encode()).hexdigest(), SENT)
