import type {
  RejectedRequest,
  RejectionRecord,
  RejectionWithRequest,
} from '@spiderfoot-webhooks/core/stores';
import { BodySection } from '../delivery/body-section.tsx';
import { Fact, TextFact } from '../layout/facts.tsx';
import { StepLink } from '../layout/step-link.tsx';
import { Text } from '../layout/text.tsx';
import { Time } from '../layout/time.tsx';
import { hintOf } from './code-counts.ts';
import type { DiagnosisResult } from './diagnoser.ts';
import { DiagnosisSection } from './diagnosis.tsx';

interface RequestViewParts {
  readonly rejection: RejectionWithRequest;
  /** `undefined` if the signature was not the reason. */
  readonly diagnosis: DiagnosisResult | undefined;
}

/** Links to the requests that were rejected before and after this one. A newer one appears live. */
export function RequestLinks({ kept, shown }: { kept: readonly RejectionRecord[]; shown: string }) {
  const index = kept.findIndex(({ key }) => key === shown);
  const hrefOf = (other: RejectionRecord | undefined) => other && encodeURIComponent(other.key);
  return (
    <>
      <StepLink quiet href={index < 0 ? undefined : hrefOf(kept[index - 1])}>
        ← Newer
      </StepLink>
      <StepLink quiet href={index < 0 ? undefined : hrefOf(kept[index + 1])}>
        Older →
      </StepLink>
    </>
  );
}

/** The code of a rejected request, and its usual cause. */
export function RequestHeading({ rejection: { key, code } }: Pick<RequestViewParts, 'rejection'>) {
  return (
    <div>
      <p class="note">
        <a href="../rejected">Rejected</a> / {key}
      </p>
      <h1>
        <Text of={code} />
      </h1>
      <p class="note">{hintOf(code)}</p>
    </div>
  );
}

/** A rejected request: why it was rejected, its headers and its body. */
export function RequestView({ rejection, diagnosis }: RequestViewParts) {
  const { code, receivedAt, endpoint, ip, request } = rejection;
  return (
    <div class="detail">
      <div>
        {diagnosis !== undefined && <DiagnosisSection result={diagnosis} />}
        {request === undefined ? (
          <p class="empty">An older version recorded this rejection without its request.</p>
        ) : (
          <Content request={request} />
        )}
      </div>
      <aside>
        <section>
          <div class="section-head">
            <h2>Request</h2>
          </div>
          <dl class="facts">
            <TextFact name="Code" value={code} />
            <Fact name="Received">
              <Time at={receivedAt} />
            </Fact>
            <TextFact name="Endpoint" value={endpoint} />
            <TextFact name="Client" value={ip} />
            <TextFact name="Method" value={request?.method} />
          </dl>
        </section>
      </aside>
    </div>
  );
}

function Content({ request }: { request: RejectedRequest }) {
  const { headers, body, truncated } = request;
  return (
    <>
      <section>
        <div class="section-head">
          <h2>Headers</h2>
        </div>
        <dl class="facts headers">
          {headers.map(([name, value]) => (
            <>
              <dt>
                <Text of={name} />
              </dt>
              <dd>
                <Text of={value} class="mono" />
              </dd>
            </>
          ))}
        </dl>
      </section>
      {truncated && <p class="note">Only the first 64 KiB of the body were kept.</p>}
      {body === undefined ? (
        <p class="note">
          No body was kept: the request was rejected before its body was read, or the body contains a secret
          of the receiver.
        </p>
      ) : (
        <BodySection title="Body" body={body} />
      )}
    </>
  );
}
