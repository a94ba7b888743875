import { EcsFlat } from '@elastic/ecs';
import { samples } from '@spiderfoot-webhooks/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { elasticDocument } from '../../src/siem/formats/elastic.ts';
import { splunkDocument } from '../../src/siem/formats/splunk.ts';
import { siem } from '../../src/siem/index.ts';
import { toRecord } from '../../src/siem/record.ts';
import { received } from '../support/events.ts';
import { answers, startTarget } from '../support/target.ts';

async function recordOf(type: string, data?: object) {
  const { event, context } = await received(type, data === undefined ? {} : { data });
  return toRecord(event, context, {});
}

describe('Elastic', () => {
  it.each([
    ['scan_started', 'event', ['process'], ['start'], undefined],
    ['scan.rerun', 'event', ['process'], ['start'], undefined],
    ['scan_progress', 'event', ['process'], ['info'], undefined],
    ['scan_completed', 'event', ['process'], ['end'], 'success'],
    ['multi_scan_completed', 'event', ['process'], ['end'], 'success'],
    ['scan_failed', 'event', ['process'], ['end'], 'failure'],
    ['scan.stopped', 'event', ['process'], ['end'], undefined],
    ['scan.created', 'event', ['configuration'], ['creation'], undefined],
    ['scan.archived', 'event', ['configuration'], ['change'], undefined],
    ['scan.deleted', 'event', ['configuration'], ['deletion'], undefined],
    ['task.failed', 'event', ['process'], ['end'], 'failure'],
    ['module.started', 'event', ['process'], ['start'], undefined],
    ['workspace_created', 'event', ['configuration'], ['creation'], undefined],
    ['high_risk_event', 'alert', ['vulnerability'], ['info'], undefined],
    ['vulnerability_found', 'alert', ['vulnerability'], ['info'], undefined],
    ['event.false_positive', 'event', ['vulnerability'], ['info'], undefined],
    ['malware_detected', 'alert', ['malware'], ['info'], undefined],
    ['correlation_completed', 'alert', ['vulnerability'], ['info'], undefined],
    ['alert.high', 'alert', undefined, ['info'], undefined],
    ['webhook.test', 'event', undefined, ['info'], undefined],
  ])(
    'maps %s to the kind %s, the category %j and the type %j',
    async (name, kind, category, type, outcome) => {
      const { event } = elasticDocument(await recordOf(name));
      expect({ ...event, category: event.category }).toMatchObject({ kind, category, type, outcome });
    },
  );

  it.each(Object.keys(samples).filter((type) => type.startsWith('scan')))(
    'gives %s a category and a type that ECS allows in it',
    async (type) => {
      const { event } = elasticDocument(await recordOf(type));
      const [category] = event.category ?? [];
      const known = EcsFlat['event.category'].allowed_values.find(({ name }) => name === category);
      expect(known?.expected_event_types).toEqual(expect.arrayContaining(event.type));
    },
  );

  it.each([
    ['logs-spiderfoot-default', 'spiderfoot', 'default'],
    ['logs-osint.webhook-prod', 'osint.webhook', 'prod'],
    ['metrics-spiderfoot_2-a.b', 'spiderfoot_2', 'a.b'],
  ])('gives a document in the data stream %s the dataset %s', async (index, dataset, namespace) => {
    const target = await startTarget(answers(200, '{"errors":false,"items":[{"create":{"status":201}}]}'));
    const options = {
      format: 'elastic',
      allowHttp: true,
      endpoint: target.url,
      apiKey: 'key',
      index,
    } as const;
    const forward = siem(options);
    onTestFinished(() => forward.close());
    const { event, context } = await received('scan_completed');
    await forward(event, context);
    const [action, document] = String(target.requests[0]?.body)
      .split('\n')
      .map((line) => JSON.parse(line || 'null'));
    expect(action).toMatchObject({ create: { _index: index } });
    const type = index.slice(0, index.indexOf('-'));
    expect(document).toMatchObject({
      event: { dataset, module: 'spiderfoot' },
      data_stream: { type, dataset, namespace },
    });
  });

  it.each(['osint', 'osint-2024-01', 'logs-osint', 'logs-a-b-c', 'my-logs-osint-default'])(
    'sets no data stream if the index is %s',
    async (index) => {
      const document = elasticDocument(await recordOf('scan_completed'), index);
      expect(document.event.dataset).toBe('spiderfoot');
      expect(document.data_stream).toBeUndefined();
    },
  );
});

describe('Splunk', () => {
  const models = ['alert', 'alarm', 'event', 'task', 'warning'];
  const words = ['critical', 'high', 'medium', 'low', 'informational'];

  it.each([...Object.keys(samples), 'brand.new'])(
    'sets the fields of the Common Information Model in %s, without the target in the signature',
    async (name) => {
      const signatures = ['a.example', 'b.example'].map(async (target) => {
        const { event } = splunkDocument(await recordOf(name, { target }), {});
        expect(event).toMatchObject({
          app: 'SpiderFoot',
          vendor_product: 'SpiderFoot',
          signature_id: name,
          dest: target,
          id: expect.stringMatching(/^[0-9a-f]{32}$/),
        });
        expect(models).toContain(event.type);
        expect(words).toContain(event.severity);
        expect(event.description).not.toBe(undefined);
        return event.signature;
      });
      expect(new Set(await Promise.all(signatures)).size).toBe(1);
    },
  );

  it.each([
    ['alert.high', 'alert', 'High Alert'],
    ['system_alert', 'alert', 'System Alert'],
    ['high_risk_event', 'alert', 'High Risk Finding'],
    ['malware_detected', 'alert', 'Malware Detected'],
    ['correlation_completed', 'alert', 'Correlation Completed'],
    ['scan_completed', 'task', 'Scan Completed'],
    ['task.failed', 'task', 'Task Failed'],
    ['system.config_changed', 'event', 'Configuration Changed'],
    ['brand.new', 'event', 'Other Event'],
  ])('maps %s to the type %s and the signature %s', async (name, type, signature) => {
    expect(splunkDocument(await recordOf(name), {}).event).toMatchObject({ type, signature });
  });

  it('sets the source, the destination and the user that the event names', async () => {
    const { event, context } = await received('alert.high', {
      data: { src_ip: '198.51.100.7', context: { target: 'example.com' } },
    });
    const record = toRecord({ ...event, metadata: { user: 'ada' } }, context, {});
    expect(splunkDocument(record, {}).event).toMatchObject({
      src: '198.51.100.7',
      dest: 'example.com',
      user: 'ada',
    });
  });

  it('reports malware as allowed, because SpiderFoot blocks nothing', async () => {
    expect(splunkDocument(await recordOf('malware_detected'), {}).event).toMatchObject({
      action: 'allowed',
      category: 'malware',
    });
  });
});
