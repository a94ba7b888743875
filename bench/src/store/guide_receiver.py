"""The guide's own receiver: its Flask app with its WebhookLogger, which opens, writes, commits and closes per request."""

import hashlib
import hmac
import json
import os
import sqlite3
from datetime import datetime

from flask import Flask, jsonify, request

app = Flask(__name__)
SECRET = os.environ["SPIDERFOOT_WEBHOOK_SECRET"]
DATABASE = os.environ["SPIDERFOOT_WEBHOOK_DB"]


def connect():
    return sqlite3.connect(DATABASE, timeout=30)


with connect() as first:
    first.execute(
        """CREATE TABLE IF NOT EXISTS webhook_logs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, event_type TEXT NOT NULL, source_ip TEXT,
            payload TEXT NOT NULL, processed BOOLEAN DEFAULT FALSE, error_message TEXT)"""
    )
first.close()


def log_webhook(event_type, source_ip, payload, processed=True, error=None):
    conn = connect()
    conn.execute(
        """INSERT INTO webhook_logs (timestamp, event_type, source_ip, payload, processed, error_message)
           VALUES (?, ?, ?, ?, ?, ?)""",
        (datetime.utcnow().isoformat(), event_type, source_ip, json.dumps(payload), processed, error),
    )
    conn.commit()
    conn.close()


def verify_signature(payload, signature):
    if signature.startswith("sha256="):
        signature = signature[7:]
    expected = hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)


@app.route("/webhook", methods=["POST"])
def handle_webhook():
    payload = request.get_data(as_text=True)
    if not verify_signature(payload, request.headers.get("X-SpiderFoot-Signature", "")):
        return jsonify({"error": "Invalid signature"}), 401
    data = json.loads(payload)
    log_webhook(data["event_type"], request.remote_addr, data)
    return jsonify({"status": "success"}), 200
