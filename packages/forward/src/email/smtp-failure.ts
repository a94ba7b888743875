import { AttemptError, type FailureDetails, systemCode } from '../errors/failure.ts';
import { redactedExcerpt } from '../text/redacted-excerpt.ts';
import type { SmtpSettings } from './options.ts';

/** What nodemailer tells of a failure, as far as it is read. */
interface SmtpError {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly responseCode?: unknown;
  readonly response?: unknown;
  readonly permanent?: unknown;
}

/**
 * Why a mail was not taken: a reply of 4xx is worth another try, one of 5xx is not, and without a reply the connection is to
 * blame. Of the error a code and the server's reply are told: its message and its members can hold what was sent.
 */
export function failureOfMail(error: unknown, server: SmtpSettings): AttemptError {
  const { code, originalCode, responseCode, response, permanent }: SmtpError =
    typeof error === 'object' && error !== null ? error : {};
  const reply = typeof response === 'string' ? redactedExcerpt(response, secretsOf(server)) : undefined;
  if (code === 'EAUTH' || code === 'ENOAUTH') {
    return fail(
      { code: 'rejected', detail: reply, hint: 'Check the user and the password of "smtp".' },
      responseCode,
    );
  }
  if (code === 'ETLS' && permanent === true) {
    const hint = 'It offers no STARTTLS: give a server that does, or see "allowPlaintext".';
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

/** What a server might echo: the password, and the forms in which SMTP sends it. */
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
