import { describe, expect, it } from 'vitest';
import { groupOf } from '../../src/events/event-group.ts';
import { elasticDocument } from '../../src/siem/formats/elastic.ts';
import { ocsfDocument } from '../../src/siem/formats/ocsf.ts';
import { splunkDocument } from '../../src/siem/formats/splunk.ts';
import { toRecord } from '../../src/siem/record.ts';
import { received } from '../support/events.ts';

/** Return a document as it is sent, without undefined members. */
const sent = <Document>(document: Document): Document => JSON.parse(JSON.stringify(document));

async function recordOf(type: string, data: object) {
  const { event, context } = await received(type, { data });
  return toRecord(event, context, {});
}

const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const md5 = 'd41d8cd98f00b204e9800998ecf8427e';

describe('OCSF observables', () => {
  it.each([
    ['target', 'example.com', 1, 'Hostname'],
    ['target', 'münchen.example', 1, 'Hostname'],
    ['asset', 'xn--mnchen-3ya.example', 1, 'Hostname'],
    ['hostname', '_dmarc.example.com', 1, 'Hostname'],
    ['internet_name', 'www.example.com', 1, 'Hostname'],
    ['dest_host', 'www.example.com', 1, 'Hostname'],
    ['data', 'www.example.com', 1, 'Hostname'],
    ['target', '192.0.2.1', 2, 'IP Address'],
    ['ip', '2001:db8::1', 2, 'IP Address'],
    ['anything', '192.0.2.1', 2, 'IP Address'],
    ['target', 'security@example.com', 5, 'Email Address'],
    ['contact', 'security@example.com', 5, 'Email Address'],
    ['url', 'https://example.com/a?b=c', 6, 'URL String'],
    ['data', 'http://192.0.2.1:8080/', 6, 'URL String'],
    ['sha256', sha256, 8, 'Hash'],
    ['hash', `sha256:${sha256}`, 8, 'Hash'],
    ['data', md5.toUpperCase(), 8, 'Hash'],
    ['target', '192.0.2.0/24', 12, 'Subnet'],
    ['netblock', '2001:db8::/32', 12, 'Subnet'],
  ])(
    'observables include the member %s: %j, with the type_id %i (%s)',
    async (name, value, type_id, type) => {
      const document = sent(ocsfDocument(await recordOf('high_risk_event', { [name]: value })));
      expect(document.observables).toEqual([{ name: `unmapped.data.${name}`, type, type_id, value }]);
    },
  );

  it.each([
    ['version', '5.0.3'],
    ['target', 'John Doe'],
    ['target', '999.0.2.1'],
    ['target', '192.0.2.0/33'],
    ['target', '+1 555 0100'],
    ['target', 'fe80::1%eth0'],
    ['file', 'invoice.pdf'],
    ['module', 'sfp_dns.py'],
    ['task_id', md5],
    ['scan_id', md5],
    ['hash', md5.slice(1)],
    ['url', 'javascript:alert(1)'],
    ['url', 'https://'],
    ['message', 'a sentence, with words.'],
    ['target', ''],
    ['target', null],
    ['target', 7],
    ['target', 'a.'.repeat(200)],
  ])('observables do not include the member %s: %j', async (name, value) => {
    const document = ocsfDocument(await recordOf('event.new', { [name]: value }));
    expect(document.observables).toBeUndefined();
  });

  it('observables are found at any depth, each once, and are named by the path to the value in the document', async () => {
    const data = {
      target: 'example.com',
      context: { hosts: ['example.com', 'www.example.com'], ips: [{ ip: '192.0.2.1' }, '192.0.2.1'] },
      'a key': { url: 'https://example.com/' },
    };
    const document = sent(ocsfDocument(await recordOf('finding.new', data)));
    expect(document.observables?.map(({ name, value }) => [name, value])).toEqual([
      ['unmapped.data.target', 'example.com'],
      ['unmapped.data.context.hosts[1]', 'www.example.com'],
      ['unmapped.data.context.ips[0].ip', '192.0.2.1'],
      ['unmapped.data.a key.url', 'https://example.com/'],
    ]);
    for (const { name, value } of document.observables ?? []) {
      const steps = name.split(/[.[\]]+/).filter((step) => step !== '');
      expect(steps.reduce<unknown>((at, step) => Reflect.get(Object(at), step), document)).toBe(value);
    }
  });

  it.each([
    [
      'MALICIOUS_IPADDR',
      'AbuseIPDB [192.0.2.66]\n<SFURL>https://abuse.example/192.0.2.66</SFURL>',
      '192.0.2.66',
    ],
    ['MALICIOUS_INTERNET_NAME', 'VirusTotal [evil.example.com]', 'evil.example.com'],
    ['TCP_PORT_OPEN', '192.0.2.1:443', '192.0.2.1'],
    ['INTERNET_NAME', 'www.example.com', 'www.example.com'],
    ['EMAILADDR_COMPROMISED', 'admin@example.com [breach]', 'admin@example.com'],
  ])("observables are found in SpiderFoot's text for the type %s: %j", async (event_type, text, value) => {
    const record = await recordOf('malware_detected', { event_type, data: text });
    expect(ocsfDocument(record).observables).toMatchObject([{ name: 'unmapped.data.data', value }]);
  });

  it.each([
    ['HUMAN_NAME', 'ada.lovelace'],
    ['INTERESTING_FILE', 'invoice.pdf'],
    ['SOFTWARE_USED', 'nginx.conf'],
  ])("observables do not include the text of SpiderFoot's type %s: %j", async (event_type, text) => {
    const record = await recordOf('high_risk_event', { event_type, data: text });
    expect(ocsfDocument(record).observables).toBeUndefined();
  });

  it('observables are limited to 100, and to a depth of 8', async () => {
    const many = Array.from({ length: 5000 }, (_, n) => `h${n}.example.com`);
    let deep: object = { target: 'deep.example.com' };
    for (let n = 0; n < 900; n += 1) deep = { deep };
    const { observables } = ocsfDocument(await recordOf('finding.new', { targets: many, deep }));
    expect(observables).toHaveLength(100);
    expect(ocsfDocument(await recordOf('finding.new', { deep })).observables).toBeUndefined();
  });

  it('observables of a group include those of its events', async () => {
    const { event, context } = await received('high_risk_event', { data: { target: 'a.example' } });
    const document = ocsfDocument(toRecord(groupOf([event, event]), context, {}));
    expect(document.observables).toMatchObject([
      { name: 'unmapped.data.events[0].data.target', value: 'a.example' },
    ]);
  });
});

describe('OCSF vulnerabilities', () => {
  it.each([
    ['vulnerability_found', { cve_id: 'CVE-2024-12345' }, ['CVE-2024-12345']],
    [
      'vulnerability_found',
      { cve_id: 'cve-2024-12345', data: 'CVE-2021-44228' },
      ['CVE-2024-12345', 'CVE-2021-44228'],
    ],
    ['high_risk_event', { cve: 'CVE-2024-12345' }, ['CVE-2024-12345']],
    ['finding.new', { cve_ids: ['CVE-2024-1111', 'CVE-2024-2222'] }, ['CVE-2024-1111', 'CVE-2024-2222']],
    ['finding.new', { data: { cve_id: 'CVE-2024-1111' } }, ['CVE-2024-1111']],
    ['finding.critical', { vulnerability: { id: 'CVE-2024-1111' } }, ['CVE-2024-1111']],
    ['finding.new', { description: 'Exploits CVE-2024-1111, CVE-2024-1111.' }, ['CVE-2024-1111']],
  ])('vulnerabilities of %s with the data %j are %j', async (type, data, uids) => {
    const document = sent(ocsfDocument(await recordOf(type, data)));
    expect(document).toMatchObject({
      class_uid: 2002,
      vulnerabilities: uids.map((uid) => ({ cve: { uid } })),
    });
  });

  it('vulnerabilities are also in an alert, which is still a Detection Finding', async () => {
    const document = sent(ocsfDocument(await recordOf('alert.high', { message: 'CVE-2024-1111 found' })));
    expect(document).toMatchObject({ class_uid: 2004, vulnerabilities: [{ cve: { uid: 'CVE-2024-1111' } }] });
  });

  it.each(['none', 'CVE-24-1', 'CVE-2024-', 'XCVE-2024-1234567', null, 7])(
    'vulnerabilities are omitted for the cve_id %j',
    async (cve_id) => {
      const document = sent(ocsfDocument(await recordOf('vulnerability_found', { cve_id })));
      expect(document.class_uid).toBe(2004);
      expect(document).not.toHaveProperty('vulnerabilities');
    },
  );
});

it('Elastic has the addresses, hosts and hashes of an event under "related", and the first CVE', async () => {
  const data = { target: 'example.com', cve_id: 'CVE-2024-1111', ips: ['192.0.2.1', '2001:db8::1'], sha256 };
  const document = sent(elasticDocument(await recordOf('vulnerability_found', data)));
  expect(document).toMatchObject({
    related: { hosts: ['example.com'], ip: ['192.0.2.1', '2001:db8::1'], hash: [sha256] },
    vulnerability: { id: 'CVE-2024-1111', enumeration: 'CVE' },
  });
});

it('Splunk has the first URL, hash and CVE of an event in the fields of its models', async () => {
  const data = {
    target: 'example.com',
    cve_id: 'CVE-2024-1111',
    cvss: 9.8,
    url: 'https://example.com/',
    md5,
  };
  const { event } = sent(splunkDocument(await recordOf('vulnerability_found', data), {}));
  expect(event).toMatchObject({
    cve: 'CVE-2024-1111',
    cvss: '9.8',
    url: 'https://example.com/',
    file_hash: md5,
    dest: 'example.com',
  });
});
