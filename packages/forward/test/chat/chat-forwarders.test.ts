import { describe, expect, it, onTestFinished } from 'vitest';
import { discord } from '../../src/discord/index.ts';
import { toDiscord } from '../../src/discord/message.ts';
import { type AnyEvent, type Forwarder, messageOf } from '../../src/index.ts';
import { slack } from '../../src/slack/index.ts';
import { toSlack } from '../../src/slack/message.ts';
import { teams } from '../../src/teams/index.ts';
import { toTeams } from '../../src/teams/message.ts';
import { received } from '../support/events.ts';
import { answers, startTarget } from '../support/target.ts';

const chats: [
  string,
  (options: { url: string; allowHttp: true }) => Forwarder,
  (event: AnyEvent) => object,
][] = [
  ['slack', slack, (event) => toSlack(messageOf(event))],
  ['discord', discord, (event) => toDiscord(messageOf(event))],
  ['teams', teams, (event) => toTeams(messageOf(event))],
];

describe.each(chats)('%s', (name, create, toBody) => {
  it('posts its message to the URL', async () => {
    const target = await startTarget(answers(200));
    const forward = create({ url: `${target.url}/services/T0/B0?x=1`, allowHttp: true });
    onTestFinished(() => forward.close());
    const { event, context } = await received('scan.complete');
    await forward(event, context);
    expect(target.requests.length).toBe(1);
    expect(target.requests[0]).toMatchObject({ method: 'POST', path: '/services/T0/B0?x=1' });
    expect(target.requests[0]?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(target.requests[0]?.body ?? '')).toEqual(toBody(event));
  });

  it('retries a 503, and rejects after a 404 with an excerpt of the answer', async () => {
    const target = await startTarget(answers(503), answers(404, 'no_service'));
    const forward = create({ url: `${target.url}/services/T0/B0/top-secret-token`, allowHttp: true });
    onTestFinished(() => forward.close());
    const { event, context } = await received('scan_completed');
    await expect(forward(event, context)).rejects.toMatchObject({
      name: 'ForwardError',
      target: `${name} (${new URL(target.url).host})`,
      code: 'rejected',
      status: 404,
      attempt: 2,
      message: expect.stringContaining('"no_service"'),
    });
    expect(target.requests.length).toBe(2);
  });
});
