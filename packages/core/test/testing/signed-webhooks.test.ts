import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../src/index.ts';
import { pythonJson, signedRequest, signedWebhook } from '../../src/testing/index.ts';

describe('what the testing kit signs', () => {
  const secret = 'testing-s3cret';

  it('may be a notification, under the header of those', async () => {
    const { headers, body } = await signedWebhook('scan_failed', { secret, dialect: 'notification' });
    expect(headers['x-signature-256']).toMatch(/^sha256=[0-9a-f]{64}$/);
    expect(headers).not.toHaveProperty('x-spiderfoot-signature');
    expect(parseEvent(body)).toMatchObject({
      event: { event_type: 'scan_failed' },
      wire: { dialect: 'notification' },
    });
  });

  it('may be signed under another header', async () => {
    const signatureHeader = 'x-spiderfoot-signature-256';
    const { headers } = await signedWebhook('scan_failed', { secret, signatureHeader });
    expect(Object.keys(headers).filter((name) => name.includes('signature'))).toEqual([signatureHeader]);
  });

  it('may be of a type that no header can hold', async () => {
    const request = await signedRequest('тип', { secret });
    expect(request.headers.get('x-spiderfoot-event')).toBeNull();
    expect(parseEvent(await request.text())).toMatchObject({ event: { event_type: 'тип' } });
  });

  it.each([new Map(), new Date(0), /x/])('cannot be %o, which Python has nothing like', (value) => {
    expect(() => pythonJson({ value })).toThrow(TypeError);
  });
});
