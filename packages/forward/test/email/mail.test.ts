import { samples } from '@spiderfoot-webhooks/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeMail } from '../../src/email/mail.ts';
import { cert, forwarderTo, key, onlyMailOf } from '../support/email.ts';
import { received } from '../support/events.ts';
import { startMailServer } from '../support/mail-server.ts';

describe('a mail', () => {
  it('a mail describes a finding as text and as HTML, over STARTTLS', async () => {
    const server = await startMailServer({ key, cert });
    const { event, context } = await received('high_risk_event');
    await forwarderTo(server.port)(event, context);
    const mail = onlyMailOf(server);
    expect(mail).toMatchObject({
      from: 'spiderfoot@example.com',
      to: ['security@example.com'],
      secure: true,
    });
    expect(Object.fromEntries(mail.headers)).toMatchObject({
      from: ['SpiderFoot <spiderfoot@example.com>'],
      to: ['security@example.com'],
      subject: ['SpiderFoot High Risk Finding: example.com'],
      'message-id': [`<${context.id}@example.com>`],
      date: [context.receivedAt.toUTCString().replace('GMT', '+0000')],
      'auto-submitted': ['auto-generated'],
    });
    const text = mail.parts.get('text/plain')?.replaceAll('\r\n', '\n');
    expect(text).toContain('SpiderFoot High Risk Finding: example.com\n\nTarget: example.com\n');
    expect(text).toContain('Finding: CVE-2021-44228\n');
    expect(text).toContain('Time: 2024-01-01T12:00:00.000Z\n');
    expect(text).toContain(`Delivery: ${context.id}\n`);
    expect(mail.parts.get('text/html')).toContain('<td>CVE-2021-44228</td>');
  });

  it.each(Object.keys(samples))('composeMail() writes a mail for the type %s', async (type) => {
    const { event, context } = await received(type);
    const { subject, text, html } = composeMail(event, context);
    expect(subject).toMatch(/^SpiderFoot [A-Z]/);
    expect(text).toContain(`Event: ${type}\n`);
    expect(html).toContain('<td>');
  });

  it('a mail contains no header, markup or SMTP command from an event', async () => {
    const server = await startMailServer({ key, cert });
    const target = 'a\r\nBcc: all@example.net\r\n\r\n<img src=x onerror=alert(1)>';
    const data = { target, data: '.\r\nMAIL FROM:<x@y>\r\n"><script>&amp;' };
    const { event, context } = await received('high_risk_event', { data });
    await forwarderTo(server.port)(event, context);
    const mail = onlyMailOf(server);
    expect(mail.to).toEqual(['security@example.com']);
    expect(mail.headers.has('bcc')).toBe(false);
    expect(mail.headers.get('subject')).toEqual([
      'SpiderFoot High Risk Finding: a Bcc: all@example.net <img src=x onerror=alert(1)>',
    ]);
    expect(mail.parts.get('text/html')).not.toMatch(/<(img|script)/);
    expect(mail.parts.get('text/html')).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(mail.parts.get('text/html')).toContain('&quot;&gt;&lt;script&gt;&amp;amp;');
  });

  it('a mail contains any text of an event as text only', async () => {
    const { event, context } = await received('high_risk_event');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (target, name) => {
        const hostile = { ...event, event_type: name, data: { target, [name]: target } };
        const { subject, text, html } = composeMail(hostile, context, () => target);
        expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(text).not.toMatch(/[^\P{Cc}\n]/u);
        const tags = new Set(html.match(/<[^>]*>/g)?.map((tag) => tag.replace(/ style="[^"]*"/, '')));
        expect(
          [...tags].filter((tag) => !/^<(!doctype html|\/?(html|body|h2|table|tr|th|td))>$/.test(tag)),
        ).toEqual([]);
        expect(html.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      }),
    );
  });

  it('a mail is sent to several recipients, with a cleaned custom subject', async () => {
    const server = await startMailServer({ key, cert });
    const { event, context } = await received('scan_failed');
    const to = ['a@example.com', 'Bee <b@example.com>, c@example.com'];
    await forwarderTo(server.port, { to, subject: ({ event_type }) => `[ÖSINT] ${event_type}\nBcc: x@y.z` })(
      event,
      context,
    );
    const mail = onlyMailOf(server);
    expect(mail.to).toEqual(['a@example.com', 'b@example.com', 'c@example.com']);
    expect(mail.headers.get('subject')).toEqual(['[ÖSINT] scan_failed Bcc: x@y.z']);
  });
});
