import { describe, expect, it } from 'vitest';
import { answers, startTarget } from '../support/target.ts';
import { failureOf, post, transport } from '../support/transport.ts';

describe('the option allowPrivate', () => {
  it.each([
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '①②⑦.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::127.0.0.1]',
    'localhost',
    '10.0.0.1',
    '169.254.169.254',
    '[fd00::1]',
  ])('allowPrivate: false rejects the host %s', async (host) => {
    const target = await startTarget(answers(200));
    const url = target.url.replace('127.0.0.1', host);
    const error = await failureOf(post(transport({ allowPrivate: false, timeout: 2000 }), url));
    expect(error.code).toBe('forbidden_address');
    expect(target.requests.length).toBe(0);
  });

  it('allowPrivate is true by default', async () => {
    const target = await startTarget(answers(200));
    expect(await post(transport(), target.url.replace('127.0.0.1', 'localhost'))).toMatchObject({
      status: 200,
    });
  });
});

describe('the options allowedHosts and allowHttp', () => {
  it('allowedHosts allows only the listed hosts, with their ports', async () => {
    const [allowed, other] = [await startTarget(answers(200)), await startTarget(answers(200))];
    const sender = transport({ allowedHosts: [new URL(allowed.url).host] });
    expect(await post(sender, allowed.url)).toMatchObject({ status: 200 });
    expect(await failureOf(post(sender, other.url))).toMatchObject({ code: 'forbidden_address', attempt: 0 });
    expect(other.requests.length).toBe(0);
  });

  it('http URLs are rejected unless allowHttp is set', async () => {
    const target = await startTarget(answers(200));
    const error = await failureOf(post(transport({ allowHttp: false }), target.url));
    expect(error).toMatchObject({ code: 'forbidden_address', attempt: 0 });
    expect(error.message).toContain('allowHttp');
    expect(target.requests.length).toBe(0);
  });
});
