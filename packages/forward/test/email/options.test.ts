import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { describe, expect, it } from 'vitest';
import { type EmailOptions, email } from '../../src/email/index.ts';

const username = 'mailer@example.com';
const password = 'pässword-of-the-mailer/ü';

describe('email()', () => {
  const valid = { smtp: 'smtps://mail.example.com', from: 'a@example.com', to: 'b@example.com' };
  const invalid: [string, object | undefined, string][] = [
    ['missing options', undefined, 'smtp'],
    ['a missing server', { ...valid, smtp: undefined }, 'smtp'],
    ['a server over https', { ...valid, smtp: 'https://mail.example.com' }, 'smtp'],
    ['a URL without a host', { ...valid, smtp: 'smtps://' }, 'smtp'],
    ['a missing host', { ...valid, smtp: {} }, 'smtp.host'],
    ['an invalid host', { ...valid, smtp: { host: 'mail example' } }, 'smtp.host'],
    ['a port of 0', { ...valid, smtp: { host: 'mail', port: 0 } }, 'smtp.port'],
    ['a user name without a password', { ...valid, smtp: { host: 'mail', username } }, 'smtp.password'],
    ['a password without a user name', { ...valid, smtp: { host: 'mail', password } }, 'smtp.username'],
    [
      'a password with an unescaped %',
      { ...valid, smtp: `smtps://u:${'secret'}%zz@mail.example.com` },
      'smtp',
    ],
    ['an unknown member', { ...valid, smtp: { host: 'mail', pass: password } }, 'smtp.pass'],
    ['an empty sender', { ...valid, from: '' }, 'from'],
    ['two senders', { ...valid, from: 'a@example.com, b@example.com' }, 'from'],
    ['a sender with a line break', { ...valid, from: 'a@example.com\r\nBcc: c@example.com' }, 'from'],
    ['an empty list of recipients', { ...valid, to: [] }, 'to'],
    ['a recipient without a domain', { ...valid, to: ['b@example.com', 'admin'] }, 'to'],
    ['a recipient with a line break', { ...valid, to: 'b@example.com\nBcc: c@example.com' }, 'to'],
    ['a subject that is a string', { ...valid, subject: 'Alert' }, 'subject'],
    ['a string for allowPlaintext', { ...valid, allowPlaintext: 'yes' }, 'allowPlaintext'],
    ['an unknown option', { ...valid, cc: 'c@example.com' }, 'cc'],
    ['negative retries', { ...valid, retries: -1 }, 'retries'],
  ];
  it.each(invalid)(
    'rejects %s with an error that names the option and no password',
    (_name, options, option) => {
      let thrown: unknown;
      try {
        email(options as EmailOptions);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(ConfigurationError);
      expect(thrown).toMatchObject({ option });
      expect(String(thrown)).not.toMatch(/pässword|secret/);
    },
  );
});
