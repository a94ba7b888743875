/**
 * Send SpiderFoot's events by email, over SMTP with TLS.
 * @packageDocumentation
 */
import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { createTransport } from 'nodemailer';
import { createPolicy } from '../attempts/policy.ts';
import { policyOptionNames } from '../attempts/policy-options.ts';
import { type Forwarder, toForwarder } from '../forwarder.ts';
import { readBoolean, rejectUnknown } from '../option-checks.ts';
import { readTls } from '../tls-options.ts';
import { composeMail } from './mail.ts';
import {
  type EmailOptions,
  emailOptionNames,
  readAddresses,
  readServer,
  type SmtpSettings,
} from './options.ts';
import { failureOfMail } from './smtp-failure.ts';

export type { EmailOptions, SmtpServer } from './options.ts';

/**
 * Send events by email, over SMTP with TLS. The handler succeeds once the server has accepted the mail for at least
 * one address. If the server rejected other addresses, their number is logged as a warning to `logger`, or to the
 * receiver's logger.
 *
 * The `Message-ID` of a mail contains the delivery's id. If the server's answer to a mail was lost and the mail was
 * sent again, both copies have the same `Message-ID`.
 * @throws ConfigurationError that names the option, at startup
 * @example
 * const mail = email({
 *   smtp: process.env.SMTP_URL ?? '',
 *   from: 'SpiderFoot <spiderfoot@example.com>',
 *   to: 'security@example.com',
 * });
 * receiver.on('high_risk_event', mail, { name: 'mail' });
 */
export function email(options: EmailOptions): Forwarder {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('smtp', 'is missing. Call email({ smtp, from, to }).');
  }
  rejectUnknown(options, [...emailOptionNames, ...policyOptionNames]);
  const { smtp, from, to, subject, allowPlaintext = false, tls, ...policyOptions } = options;
  if (subject !== undefined && typeof subject !== 'function') {
    throw new ConfigurationError('subject', 'must be a function of the event that returns a string.');
  }
  const server = readServer(smtp);
  const [sender] = readAddresses('from', from, 1);
  const recipients = readAddresses('to', to, 100);
  const domain = sender?.address.split('@')[1];
  // Mail servers limit the number of connections from one client.
  const policy = createPolicy('email', { maxInFlight: 4, ...policyOptions }, server.origin);
  const { timeout } = policy.settings;
  const transporter = createTransporter(server, {
    allowPlaintext: readBoolean('allowPlaintext', allowPlaintext),
    timeout,
    tls: readTls(tls),
  });

  return toForwarder(
    async (event, context) => {
      const mail = {
        ...composeMail(event, context, subject),
        from: sender,
        to: recipients,
        messageId: `<${context.id}@${domain}>`,
        date: context.receivedAt,
        // Prevents out-of-office replies.
        headers: { 'Auto-Submitted': 'auto-generated' },
      };
      const send = (signal: AbortSignal) =>
        transporter.sendMail({ ...mail, signal }).catch((error: unknown) => {
          signal.throwIfAborted();
          throw failureOfMail(error, server);
        });
      const { rejected } = await policy.run(server.origin, send, context.signal);
      if (rejected.length === 0) return;
      const logger = options.logger ?? context.logger;
      logger.warn(
        { target: 'email', host: server.host, rejected: rejected.length },
        'The mail server rejected some of the recipients',
      );
    },
    () => policy.close(),
  );
}

function createTransporter(
  { host, port, secure, auth }: SmtpSettings,
  { allowPlaintext, timeout, tls }: { allowPlaintext: boolean; timeout: number; tls: object },
) {
  return createTransport({
    host,
    port,
    secure,
    requireTLS: !secure && !allowPlaintext,
    tls,
    // If a password is configured but the server does not ask for one, it is the wrong server.
    ...(auth !== undefined && { auth, forceAuth: true }),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
    // Otherwise, text of an event could name a file or a URL that nodemailer includes in the mail.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}
