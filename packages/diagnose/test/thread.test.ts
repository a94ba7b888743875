import { createHmac } from 'node:crypto';
import type { Evidence } from '@spiderfoot-webhooks/diagnose';
import { createDiagnosisThread, type DiagnosisThreadOptions } from '@spiderfoot-webhooks/diagnose/thread';
import { expect, it, onTestFinished } from 'vitest';

const secret = 'a-secret-of-the-receiver';
const body = Buffer.from('{"event_type": "scan_completed", "data": {}}');
const sign = (key: string, text: Buffer) => createHmac('sha256', key).update(text).digest('hex');
/** Signed with a secret that was read with its newline. */
const evidence: Evidence = { secret, body, signature: sign(`${secret}\n`, body) };
/** A diagnosis of this body takes much longer than the tests that stop it. */
const long: Evidence = {
  secret,
  body: Buffer.from(`{"text": "${'é'.repeat(1_000_000)}"}`),
  signature: sign('another', body),
};

function open(options?: DiagnosisThreadOptions) {
  const thread = createDiagnosisThread(options);
  onTestFinished(() => thread.close());
  return thread;
}

it('a thread diagnoses one signature after another, and returns no secret', async () => {
  const thread = open();
  for (let run = 0; run < 2; run++) {
    const result = await thread.diagnose(evidence);
    expect(result).toMatchObject({
      genuine: false,
      complete: true,
      mistakes: [{ name: 'secret-newline-lost' }],
      conclusion: { kind: 'explained' },
    });
    expect(Object.keys(result).toSorted()).toEqual([
      'complete',
      'conclusion',
      'genuine',
      'mistakes',
      'steps',
    ]);
    expect(JSON.stringify(result)).not.toContain(secret);
    expect(JSON.stringify(result)).not.toContain(sign(secret, body));
  }
  expect(evidence.body).toHaveLength(44);
});

it('a second diagnosis at the same time returns the reason busy', async () => {
  const thread = open();
  const first = thread.diagnose(evidence);
  expect(await thread.diagnose(evidence)).toBe('busy');
  expect(await first).toMatchObject({ conclusion: { kind: 'explained' } });
});

it('a diagnosis that exceeds its time limit ends, and the next one starts', async () => {
  const thread = open({ timeLimit: 1 });
  expect(await thread.diagnose(long)).toBe('time-limit');
  expect(await thread.diagnose(long)).toBe('time-limit');
});

it('close ends a running diagnosis, and no later diagnosis runs', async () => {
  const thread = open();
  const running = thread.diagnose(long);
  await thread.close();
  expect(await running).toBe('closed');
  expect(await thread.diagnose(evidence)).toBe('closed');
});

it('after a thread has failed, the next diagnosis starts another one', async () => {
  const thread = open();
  // A program without types can pass anything. Evidence without a secret throws in the thread.
  const broken: Evidence = JSON.parse('{"signature": "0f3b", "body": [123, 125]}');
  expect(await thread.diagnose(broken)).toBe('failed');
  expect(await thread.diagnose(evidence)).toMatchObject({ conclusion: { kind: 'explained' } });
});

it('a diagnosis of evidence that cannot be copied to a thread returns the reason failed', async () => {
  const thread = open();
  const otherHeaders: Record<string, string> = Object.create(null, {
    'x-a': {
      enumerable: true,
      get() {
        throw new Error('not readable');
      },
    },
  });
  expect(await thread.diagnose({ ...evidence, otherHeaders })).toBe('failed');
  expect(await thread.diagnose(evidence)).toMatchObject({ conclusion: { kind: 'explained' } });
});

it('a diagnosis that exceeds the memory limit ends, and the process continues', async () => {
  const thread = open({ memoryLimits: { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 2 } });
  const list = Buffer.from(`[${'{"a": "é<"},'.repeat(200_000)}1]`);
  expect(await thread.diagnose({ ...evidence, body: list })).toBe('memory-limit');
  expect(await thread.diagnose(evidence)).toMatchObject({ conclusion: { kind: 'explained' } });
});

it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])(
  'createDiagnosisThread rejects the time limit %s',
  (timeLimit) => {
    expect(() => createDiagnosisThread({ timeLimit })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', option: 'timeLimit' }),
    );
  },
);
