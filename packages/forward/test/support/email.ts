import { expect, onTestFinished } from 'vitest';
import { type EmailOptions, email } from '../../src/email/index.ts';
import { makeCertificate } from './certificate.ts';
import { type MailServer, parseMail } from './mail-server.ts';

export const { key, cert } = makeCertificate();

/** Create a forwarder to a mail server on loopback. It is closed after the test. */
export function forwarderTo(port: number, options: Partial<EmailOptions> = {}) {
  const forward = email({
    smtp: { host: '127.0.0.1', port },
    from: 'SpiderFoot <spiderfoot@example.com>',
    to: 'security@example.com',
    tls: { ca: cert },
    retries: 1,
    baseDelay: 1,
    breaker: false,
    ...options,
  });
  onTestFinished(() => forward.close());
  return forward;
}

/** Return the only mail that the server has received, and its parsed message. */
export function onlyMailOf({ mails }: MailServer) {
  expect(mails).toHaveLength(1);
  const [mail] = mails;
  if (mail === undefined) throw new Error('The server received no mail.');
  return { ...mail, ...parseMail(mail.message) };
}
