import { createHmac } from 'node:crypto';

export const secret = 'bench-webhook-secret';

/** The measured sizes: a plain event, an event with a page of findings, the largest body that is accepted by default. */
export const sizes = [
  { name: '0.5 KB', bytes: 512 },
  { name: '20 KB', bytes: 20 * 1024 },
  { name: '1 MB', bytes: 1024 * 1024 },
] as const;

/** A signed body, as it is sent. */
export interface SignedBody {
  readonly body: Buffer;
  /** 64 hex digits. */
  readonly digest: string;
}

let serial = 0;

/** Create signed events of about the given size. Each event is different, so that none is a duplicate. */
export function signedBodies(count: number, bytes: number): SignedBody[] {
  return Array.from({ length: count }, () => {
    const body = Buffer.from(JSON.stringify(event(serial++, bytes)));
    return { body, digest: createHmac('sha256', secret).update(body).digest('hex') };
  });
}

function event(number: number, bytes: number): object {
  const plain = {
    event_type: 'scan_completed',
    timestamp: '2024-01-01T12:00:00Z',
    source: 'spiderfoot',
    version: '5.0.3',
    data: {
      scan_id: `scan_${number}`,
      target: 'example.com',
      target_type: 'DOMAIN_NAME',
      status: 'FINISHED',
      events_found: 1234,
      high_risk_events: 5,
      duration: 3600,
      modules_used: ['sfp_dnsresolve', 'sfp_ssl', 'sfp_portscan_tcp', 'sfp_whois', 'sfp_shodan'],
    },
    metadata: {
      workspace_id: 'ws_abc123',
      user: 'admin',
      scan_name: 'Weekly security scan of the perimeter',
      source: 'schedule',
    },
  };
  const findings = Array.from(
    { length: Math.max(0, Math.floor((bytes - 512) / findingBytes)) },
    (_, index) => ({
      event_id: `evt_${padded(number)}_${padded(index)}`,
      type: 'VULNERABILITY_CVE_HIGH',
      data: `CVE-2023-${padded(index)}`,
      risk: 10 + (index % 90),
      module: 'sfp_nuclei',
      source: { host: `host-${padded(index)}.example.com`, port: 443 },
    }),
  );
  return findings.length === 0 ? plain : { ...plain, data: { ...plain.data, findings } };
}

/** Every finding has the same number of bytes, so that a body never exceeds its size. */
const findingBytes = 178;

function padded(number: number): string {
  return String(number).padStart(6, '0');
}
