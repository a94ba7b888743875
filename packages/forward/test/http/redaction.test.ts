import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  answers,
  answersGarbage,
  type Behavior,
  neverAnswers,
  resets,
  startTarget,
} from '../support/target.ts';
import { failureOf, post, token, transport } from '../support/transport.ts';

describe('a ForwardError', () => {
  /** Answer with the URL and the headers of the request. */
  const echoes: Behavior = (response, request) =>
    response.writeHead(400).end(`\x1b[31m\u0085\u202e${request.url} ${JSON.stringify(request.headers)}`);

  it.each<[string, Behavior]>([
    ['an answer that echoes the request', echoes],
    ['a redirect', answers(302, '', { location: `https://example.com/${token}` })],
    ['a reset connection', resets],
    ['garbage', answersGarbage],
    ['no answer', neverAnswers],
    ['an error', answers(500)],
  ])('does not contain secrets of the request after %s', async (_name, behavior) => {
    const target = await startTarget(behavior);
    const error = await failureOf(post(transport({ timeout: 300, retries: 1 }), target.url));
    const everything = `${inspect(error, { depth: Infinity, showHidden: true })}${error.stack}${JSON.stringify(error)}`;
    expect(everything).not.toContain(token);
    expect(everything).not.toContain('/hook');
    expect(error.message).not.toMatch(/\p{C}/u);
    expect(error.message).not.toContain('\\u001b');
    expect(error.message).toContain(new URL(target.url).host);
    expect(error.message.length).toBeLessThan(600);
  });

  const encodable = 'tok/+:@="0123&ef';
  it.each<[string, (text: string) => string]>([
    ['URL-encoded', (text) => encodeURIComponent(text).toLowerCase()],
    ['in JSON', (text) => JSON.stringify(text).replaceAll('/', '\\/')],
    ['in HTML', (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
    ['in uppercase', (text) => text.toUpperCase()],
  ])('does not contain a secret that the answer echoes %s', async (_name, write) => {
    const target = await startTarget(answers(400, `no ${write(encodable)}`));
    const url = new URL(`/hook?key=${encodeURIComponent(encodable)}`, target.url);
    const error = await failureOf(transport().send({ url, headers: {}, body: '' }));
    expect(error.message).toMatch(/: "no \W+"\. /);
  });
});
