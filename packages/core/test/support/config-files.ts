import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** The folder of the configuration files. It is removed after the tests. */
export const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

let serial = 0;

/** Write a configuration file, and return its path. */
export function configFileWith(content: string | Uint8Array): string {
  const path = join(folder, `${++serial}.ini`);
  writeFileSync(path, content);
  return path;
}

/** The [webhooks] section of SpiderFoot's guide, with the keys that other parts of the guide add. */
export const guideConfig = `[webhooks]
# Enable webhooks
enabled = true

# Default webhook URL
default_url = https://your-server.com/webhook

# Webhook secret for signature verification
secret = your-webhook-secret

# Events to send
events = scan_completed,high_risk_event,correlation_found

# Retry configuration
max_retries = 3
retry_delay = 30

verify_tls = True
ca_bundle = /path/to/ca-bundle.pem
client_cert = /path/to/client.pem
client_key = /path/to/client.key
`;

/** Two endpoints, a section without webhooks, an endpoint in the format of Slack, and a disabled endpoint. */
export const multiEndpointConfig = `[DEFAULT]
trusted_proxies = loopback
[global]
dbpath = /var/lib/spiderfoot.db
100% = raw % of another section's
[webhooks]
enabled: yes
max_retries: 5
[webhooks:security_team]
url = https://security.company.com/webhook
events =
    high_risk_event
    # a comment in between
    scan_completed
secret = a%%b%%%%c
previous_secret = previous-secret
allowed_ips = 192.168.1.100, 10.0.0.0/24
[webhooks:siem-system]
SECRET: siem:system=secret ; and not a comment
events: all
path = /siem
tolerance = 300
timeout = 10
signature_header = X-SpiderFoot-Signature-256
[webhooks:slack_alerts]
url = https://hooks.slack.com/services/YOUR/SLACK/WEBHOOK
events = scan_failed,high_risk_event
format = slack
[webhooks:off]
enabled = no
`;
