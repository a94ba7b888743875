import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../src/index.ts';
import { pythonJson, signedRequest, signedWebhook } from '../../src/testing/index.ts';

describe('signedWebhook()', () => {
  const secret = 'testing-s3cret';

  it('signs a notification in its own header', async () => {
    const { headers, body } = await signedWebhook('scan_failed', { secret, dialect: 'notification' });
    expect(headers['x-signature-256']).toMatch(/^sha256=[0-9a-f]{64}$/);
    expect(headers).not.toHaveProperty('x-spiderfoot-signature');
    expect(parseEvent(body)).toMatchObject({
      event: { event_type: 'scan_failed' },
      wire: { dialect: 'notification' },
    });
  });

  it('signs in the header of the option signatureHeader', async () => {
    const signatureHeader = 'x-spiderfoot-signature-256';
    const { headers } = await signedWebhook('scan_failed', { secret, signatureHeader });
    expect(Object.keys(headers).filter((name) => name.includes('signature'))).toEqual([signatureHeader]);
  });

  it('omits the event header if the type is not valid in a header', async () => {
    const request = await signedRequest('тип', { secret });
    expect(request.headers.get('x-spiderfoot-event')).toBeNull();
    expect(parseEvent(await request.text())).toMatchObject({ event: { event_type: 'тип' } });
  });

  it.each([new Map(), new Date(0), /x/])(
    'pythonJson() throws a TypeError for %o, which Python cannot serialize',
    (value) => {
      expect(() => pythonJson({ value })).toThrow(TypeError);
    },
  );
});
