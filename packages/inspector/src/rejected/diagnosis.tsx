import type { Step } from '@spiderfoot-webhooks/diagnose';
import { Text } from '../layout/text.tsx';
import type { DiagnosisResult } from './diagnoser.ts';

/** The mistakes that explain the signature, and the steps of the diagnosis. It shows no secret. */
export function DiagnosisSection({ result }: { result: DiagnosisResult }) {
  return (
    <section data-region="diagnosis" data-diagnosis={typeof result === 'string' ? result : result.kind}>
      <div class="section-head">
        <h2>Diagnosis</h2>
      </div>
      {typeof result === 'string' ? (
        <p class="note">{noDiagnosis[result]}</p>
      ) : (
        <>
          <div class="notice bad">
            {result.mistakes?.map(({ fix }) => (
              <p>
                <b>{fix}</b>
              </p>
            ))}
            <p>{result.conclusion}</p>
          </div>
          <Steps steps={result.steps} />
        </>
      )}
    </section>
  );
}

/** The texts for a missing diagnosis. */
export const noDiagnosis = {
  'no-secret':
    'To find the mistake in the signature, pass the option "secret" to the inspector, or run spiderfoot-webhooks diagnose.',
  impossible: 'The signature can be diagnosed only if the secret is a string and the complete body was kept.',
  busy: 'Other diagnoses are running. Reload this page in a few seconds.',
  failed:
    'The diagnosis failed, or exceeded its limit on time or memory. Run spiderfoot-webhooks diagnose instead.',
};

const marks = { right: '✓', wrong: '✗', notable: '•' };
const classes = { right: 'good', wrong: 'bad', notable: 'warn' };

function Steps({ steps }: { steps: readonly Step[] }) {
  return (
    <dl class="facts steps">
      {steps.map(({ what, verdict, seen }) => (
        <>
          <dt>
            <span class={`mark ${classes[verdict]}`}>{marks[verdict]}</span> {what}
          </dt>
          <dd>
            <Text of={seen} />
          </dd>
        </>
      ))}
    </dl>
  );
}
