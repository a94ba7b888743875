import type { UnauthenticatedRejections } from '@spiderfoot-webhooks/core/stores';
import { ColumnHeads } from '../layout/column-heads.tsx';
import { Text } from '../layout/text.tsx';
import { Time } from '../layout/time.tsx';

/** The most requests on the page. */
const mostShown = 100;

interface KeptParts {
  /** Newest first. */
  readonly kept: UnauthenticatedRejections['latest'];
  /** Whether the store can return a request. */
  readonly linked: boolean;
}

/** The rejected requests that the store has kept. */
export function KeptRequests({ kept, linked }: KeptParts) {
  if (!linked && kept.length === 0) return null;
  return (
    <section>
      <div class="section-head">
        <h2>Kept requests</h2>
      </div>
      {kept.length === 0 ? (
        <p class="note">
          No request was kept. To see a rejected request and the mistake in its signature, set the option{' '}
          <code>keepRejected</code> of the receiver, or <code>--keep-rejected 100</code> of the command{' '}
          <code>listen</code>.
        </p>
      ) : (
        <KeptTable kept={kept} linked={linked} />
      )}
    </section>
  );
}

function KeptTable({ kept, linked }: KeptParts) {
  return (
    <>
      {linked && (
        <p class="note">
          Open a request to see its headers and its body. If its signature is invalid, the page shows the
          mistake.
        </p>
      )}
      <table>
        <ColumnHeads columns={['Received', 'Code', { label: 'Endpoint', class: 'wide' }, 'Client']} />
        <tbody data-keyed="">
          {kept.slice(0, mostShown).map(({ key, receivedAt, code, endpoint, ip }) => (
            <tr data-key={key}>
              <td>
                <Time at={receivedAt} />
              </td>
              <td>
                {linked ? (
                  <a href={`rejected/${encodeURIComponent(key)}`}>
                    <Text of={code} />
                  </a>
                ) : (
                  <Text of={code} />
                )}
              </td>
              <td class="wide">
                <Text of={endpoint} />
              </td>
              <td>{ip === undefined ? '–' : <Text of={ip} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
