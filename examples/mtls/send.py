"""Sends one event as SpiderFoot does over mutual TLS: `python3 send.py spiderfoot.ini [event type]`.

Reads the guide's keys from [webhooks] (default_url, secret, ca_bundle, client_cert, client_key) and prints the response.
Exits with 1 if there is no response or its status is not 2xx. Without client_cert, it presents no certificate.
"""

import configparser
import hashlib
import hmac
import http.client
import json
import ssl
import sys
import time
import urllib.error
import urllib.request


def tls_context(webhooks):
    context = ssl.create_default_context(cafile=webhooks.get("ca_bundle"))
    if "client_cert" in webhooks:
        context.load_cert_chain(webhooks["client_cert"], webhooks.get("client_key"))
    return context


def request(webhooks, event_type):
    event = {
        "event_type": event_type,
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "source": "spiderfoot",
        "version": "5.0.3",
        "data": {"scan_id": f"scan_{time.time_ns()}", "target": "example.com"},
    }
    body = json.dumps(event).encode("utf-8")
    signature = hmac.new(webhooks["secret"].encode("utf-8"), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-SpiderFoot-Signature": f"sha256={signature}"}
    return urllib.request.Request(webhooks["default_url"], data=body, headers=headers, method="POST")


def main():
    parser = configparser.ConfigParser()
    with open(sys.argv[1], encoding="utf-8") as file:
        parser.read_file(file)
    webhooks = parser["webhooks"]
    opener = urllib.request.build_opener(
        # Do not send requests for this machine through a configured proxy.
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=tls_context(webhooks)),
    )
    try:
        with opener.open(request(webhooks, (sys.argv[2:] or ["scan_completed"])[0]), timeout=10) as response:
            print(response.status, response.read().decode("utf-8"))
    except urllib.error.HTTPError as error:
        sys.exit(f"{error.code} {error.read().decode('utf-8')}")
    # With TLS 1.3, a client learns only when it reads the response that its certificate was refused.
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"no response: {error}")


main()
