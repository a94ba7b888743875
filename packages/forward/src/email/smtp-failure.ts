import { AttemptError, type FailureDetails, systemCode } from '../errors/failure.ts';
import { redactedExcerpt } from '../text/redacted-excerpt.ts';
import type { SmtpSettings } from './options.ts';

/** The members of nodemailer's errors that are read. */
interface SmtpError {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
  readonly permanent?: unknown;
}

/**
 * Return the failure of a mail that was not accepted. A 4xx reply is retried, and a 5xx reply is not. If there was no
 * reply, it is a connection failure. Only the error's code and the server's reply are used, because the error's message
 * and other members can contain the mail.
 */
export function failureOfMail(error: unknown, server: SmtpSettings): AttemptError {
  const { code, originalCode, responseCode, response, permanent }: SmtpError =
    typeof error === 'object' && error !== null ? error : {};
  const reply = typeof response === 'string' ? redactedExcerpt(response, secretsOf(server)) : undefined;
  if (code === 'EAUTH' || code === 'ENOAUTH') {
    return fail(
      { code: 'rejected', detail: reply, hint: 'Check the user name and the password in "smtp".' },
      responseCode,
    );
  }
  if (code === 'ETLS' && permanent === true) {
    const hint = 'The server does not offer STARTTLS. Use another server, or set "allowPlaintext: true".';
    return fail({ code: 'rejected', detail: reply, hint }, responseCode);
  }
  if (typeof responseCode === 'number') {
    return fail({ code: permanent === true ? 'rejected' : 'unavailable', detail: reply }, responseCode);
  }
  if (code === 'ETIMEDOUT') return fail({ code: 'timeout' });
  return fail({ code: 'connection', detail: systemCode(originalCode) ?? systemCode(code) });
}

function fail(failure: FailureDetails, status?: unknown): AttemptError {
  return new AttemptError({ ...failure, status: typeof status === 'number' ? status : undefined });
}

/** Return the secrets that a server might echo: the user name and the password, as text and in the forms that SMTP sends. */
function secretsOf({ auth, origin }: SmtpSettings) {
  const url = new URL(origin);
  if (auth === undefined) return { url, headers: {} };
  const { user, pass } = auth;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const headers = {
    user,
    pass,
    user64: base64(user),
    pass64: base64(pass),
    plain: base64(`\0${user}\0${pass}`),
  };
  return { url, headers };
}
