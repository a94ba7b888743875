import type { Secret } from '@spiderfoot-webhooks/core';
import type { RejectedRequest } from '@spiderfoot-webhooks/core/stores';
import { type Diagnosis, diagnose } from '@spiderfoot-webhooks/diagnose';
import { Text } from '../layout/text.tsx';

/** The signature headers of SpiderFoot's senders, in the order in which a receiver reads them. */
const signatureHeaders = ['x-spiderfoot-signature', 'x-spiderfoot-signature-256', 'x-signature-256'];

/** Bytes. A diagnosis blocks the process, for less than half a second with a body of this size. */
const largestBody = 16 * 1024;

/** Diagnose a request. `undefined` if a part of it is missing. */
function diagnosisOf({ headers, body, truncated }: RejectedRequest, secret: Secret): Diagnosis | undefined {
  if (typeof secret !== 'string' || body === undefined || truncated || body.byteLength > largestBody)
    return undefined;
  const [[, signature] = ['', ''], ...others] = signatureHeaders.flatMap((name) => {
    const value = headers.find(([other]) => other.toLowerCase() === name)?.[1];
    return value === undefined ? [] : [[name, value] as const];
  });
  return diagnose({ secret, body, signature, otherHeaders: Object.fromEntries(others) });
}

/** The steps of the diagnosis, and the mistakes that explain the signature. It shows no secret. */
export function DiagnosisSection({ request, secret }: { request: RejectedRequest; secret: Secret }) {
  const diagnosis = diagnosisOf(request, secret);
  return (
    <section data-diagnosis={diagnosis?.conclusion.kind ?? 'none'}>
      <div class="section-head">
        <h2>Diagnosis</h2>
      </div>
      {diagnosis === undefined ? (
        <p class="note">
          A diagnosis needs a secret that is text, and a complete body of at most 16 KiB. For a longer body,
          use the command <code>spiderfoot-webhooks diagnose</code>.
        </p>
      ) : (
        <>
          <p>{diagnosis.conclusion.text}</p>
          {diagnosis.mistakes?.map(({ fix }) => (
            <p>
              <b>{fix}</b>
            </p>
          ))}
          <dl class="facts">
            {diagnosis.steps.map(({ what, verdict, seen }) => (
              <>
                <dt>{`${marks[verdict]} ${what}`}</dt>
                <dd>
                  <Text of={seen} />
                </dd>
              </>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

const marks = { right: '✓', wrong: '✗', notable: '•' };
