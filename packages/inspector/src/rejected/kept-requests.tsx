import type { RejectionRecord, UnauthenticatedRejections } from '@spiderfoot-webhooks/core/stores';
import { ColumnHeads } from '../layout/column-heads.tsx';
import { Text } from '../layout/text.tsx';
import { Time } from '../layout/time.tsx';
import { canDo, type Site } from '../site.ts';
import type { Diagnoser } from './diagnoser.ts';
import { noDiagnosis } from './diagnosis.tsx';

/** The most requests on the page. */
const mostShown = 100;

interface KeptParts {
  /** Newest first. */
  readonly kept: UnauthenticatedRejections['latest'];
  readonly site: Pick<Site, 'store' | 'settings' | 'diagnoser'>;
}

/** The rejected requests that the store has kept. */
export function KeptRequests({ kept, site }: KeptParts) {
  if (!canDo(site, 'rejection') && kept.length === 0) return null;
  return (
    <section>
      <div class="section-head">
        <h2>Kept requests</h2>
      </div>
      {kept.length === 0 ? (
        <p class="note">
          No requests were kept. To see a rejected request and the mistake in its signature, set the
          receiver's option <code>keepRejected</code>, or pass <code>--keep-rejected 100</code> to the command{' '}
          <code>listen</code>.
        </p>
      ) : (
        <KeptTable kept={kept} site={site} />
      )}
    </section>
  );
}

function KeptTable({ kept, site }: KeptParts) {
  const linked = canDo(site, 'rejection');
  const diagnosed = linked && site.settings.secret !== undefined;
  return (
    <>
      {linked && (
        <p class="note">Open a request to see its headers, its body, and why its signature is invalid.</p>
      )}
      <table>
        <ColumnHeads
          columns={[
            'Received',
            { label: 'Code', class: 'cause' },
            { label: 'Endpoint', class: 'wide' },
            'Client',
          ]}
        />
        <tbody data-keyed="">
          {kept.slice(0, mostShown).map((rejection) => (
            <tr data-key={rejection.key}>
              <td>
                <Time at={rejection.receivedAt} />
              </td>
              <td class="cause">
                {linked ? (
                  <a href={`rejected/${encodeURIComponent(rejection.key)}`}>
                    <Text of={rejection.code} />
                  </a>
                ) : (
                  <Text of={rejection.code} />
                )}
                {diagnosed && rejection.code === 'invalid_signature' && (
                  <Text of={mistakeIn(rejection, site.diagnoser)} class="note cut" />
                )}
              </td>
              <td class="wide">
                <Text of={rejection.endpoint} />
              </td>
              <td>{rejection.ip === undefined ? '–' : <Text of={rejection.ip} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** The line is there before the diagnosis, so that the diagnosis does not move the rows below. */
function mistakeIn(rejection: RejectionRecord, diagnoser: Diagnoser): string {
  const diagnosis = diagnoser.finished(rejection);
  if (diagnosis === undefined) return 'Not diagnosed yet';
  if (diagnosis === 'failed') return noDiagnosis.failed;
  return diagnosis.mistakes?.[0]?.fix ?? diagnosis.conclusion;
}
