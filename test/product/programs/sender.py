"""Sends webhooks like each of SpiderFoot's senders, with only Python's standard library.

Reads a list of jobs from standard input and posts each one `times` times with the same bytes. Prints
{"status": 200, "body": "..."} for each response, one per line.
"""

import hashlib
import hmac
import json
import sys
import time
import urllib.error
import urllib.request

# Do not send requests to loopback through a configured proxy.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def envelope(job):
    if job["dialect"] == "guide":
        return {
            "event_type": job["event_type"],
            "timestamp": job.get("timestamp", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())),
            "source": "spiderfoot",
            "version": "5.0.3",
            "data": job["data"],
            "metadata": {"workspace_id": "ws_abc123", "user": "admin", "scan_name": "Weekly Security Scan"},
        }
    if job["dialect"] == "notification":
        return {
            "event": job["event_type"],
            "title": "SpiderFoot",
            "message": f"The event {job['event_type']}",
            "data": job["data"],
            "source": "spiderfoot",
        }
    if job["dialect"] == "topic":
        return {
            "topic": job["event_type"],
            "title": "SpiderFoot",
            "message": f"The topic {job['event_type']}",
            "severity": "info",
            "timestamp": job.get("timestamp", time.time()),
            "data": job["data"],
        }
    return {
        "event_type": job["event_type"],
        "timestamp": job.get("timestamp", time.time()),
        "payload": job["data"],
    }


# The header with the signature. The notification service never signs.
signature_headers = {
    "guide": "X-SpiderFoot-Signature",
    "shipped": "X-SpiderFoot-Signature",
    "delivery": "X-SpiderFoot-Signature-256",
    "notification": "X-Signature-256",
}


def request(job):
    dialect = job["dialect"]
    body = json.dumps(envelope(job), default=str, sort_keys=dialect == "delivery").encode("utf-8")
    headers = {"Content-Type": "application/json"}
    if dialect in signature_headers:
        signature = hmac.new(job["secret"].encode("utf-8"), body, hashlib.sha256).hexdigest()
        headers[signature_headers[dialect]] = f"sha256={signature}"
    if job["dialect"] == "shipped":
        headers["X-SpiderFoot-Event"] = job["event_type"]
        headers["User-Agent"] = "SpiderFoot-Webhook/1.0"
    headers.update(job.get("headers", {}))
    return urllib.request.Request(job["url"], data=body, headers=headers, method="POST")


def post(prepared):
    try:
        with opener.open(prepared, timeout=10) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


for each in json.load(sys.stdin):
    prepared = request(each)
    for _ in range(each.get("times", 1)):
        status, answer = post(prepared)
        print(json.dumps({"status": status, "body": answer.decode("utf-8")}), flush=True)
