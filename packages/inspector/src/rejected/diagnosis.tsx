import type { Secret } from '@spiderfoot-webhooks/core';
import type { RejectedRequest } from '@spiderfoot-webhooks/core/stores';
import { type Diagnosis, diagnose, diagnoseNotation, type Step } from '@spiderfoot-webhooks/diagnose';
import { Text } from '../layout/text.tsx';

/** The signature headers of SpiderFoot's senders, in the order in which a receiver reads them. */
const signatureHeaders = ['x-spiderfoot-signature', 'x-spiderfoot-signature-256', 'x-signature-256'];

/** Bytes. A diagnosis blocks the process, for less than half a second with a body of this size. */
const largestBody = 16 * 1024;

/** The parts of a diagnosis that the page shows. */
interface Shown extends Pick<Diagnosis, 'steps' | 'mistakes'> {
  readonly kind: Diagnosis['conclusion']['kind'] | 'notation';
  readonly conclusion: string;
}

/** Diagnose a request. `undefined` if a part of it is missing. */
function diagnosisOf({ headers, body, truncated }: RejectedRequest, secret: Secret): Shown | undefined {
  const [[, signature] = ['', ''], ...others] = signatureHeaders.flatMap((name) => {
    const value = headers.find(([other]) => other.toLowerCase() === name)?.[1];
    return value === undefined ? [] : [[name, value] as const];
  });
  if (body === undefined) return notationOf(signature);
  if (typeof secret !== 'string' || truncated || body.byteLength > largestBody) return undefined;
  const { conclusion, ...diagnosis } = diagnose({
    ...{ secret, body, signature, otherHeaders: Object.fromEntries(others) },
  });
  return { ...diagnosis, kind: conclusion.kind, conclusion: conclusion.text };
}

/** A malformed signature is rejected before the body is read. */
function notationOf(signature: string): Shown | undefined {
  const { steps, mistakes } = diagnoseNotation(signature);
  if (steps.every(({ verdict }) => verdict === 'right')) return undefined;
  const conclusion = 'The signature is malformed, so the receiver rejected it before it read the body.';
  return { steps, mistakes, kind: 'notation', conclusion };
}

/** The mistakes that explain the signature, and the steps of the diagnosis. It shows no secret. */
export function DiagnosisSection({ request, secret }: { request: RejectedRequest; secret: Secret }) {
  const diagnosis = diagnosisOf(request, secret);
  return (
    <section data-diagnosis={diagnosis?.kind ?? 'none'}>
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
          <div class="notice bad">
            {diagnosis.mistakes?.map(({ fix }) => (
              <p>
                <b>{fix}</b>
              </p>
            ))}
            <p>{diagnosis.conclusion}</p>
          </div>
          <Steps steps={diagnosis.steps} />
        </>
      )}
    </section>
  );
}

const marks = { right: '✓', wrong: '✗', notable: '•' };
const classes = { right: 'good', wrong: 'bad', notable: 'warn' };

function Steps({ steps }: { steps: readonly Step[] }) {
  return (
    <dl class="facts steps">
      {steps.map(({ what, verdict, seen }) => (
        <>
          <dt>
            <span class={classes[verdict]}>{marks[verdict]}</span> {what}
          </dt>
          <dd>
            <Text of={seen} />
          </dd>
        </>
      ))}
    </dl>
  );
}
