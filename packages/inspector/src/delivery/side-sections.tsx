import type { DeliveryRecord } from '@spiderfoot-webhooks/core/stores';
import { printable } from '@spiderfoot-webhooks/core/terminal';
import { Text } from '../layout/text.tsx';
import { Time } from '../layout/time.tsx';
import type { Commands } from './commands.ts';

/** Other deliveries of the same scan or target. */
export function RelatedSection(parts: {
  title: string;
  deliveries: readonly DeliveryRecord[];
  allHref: string | undefined;
}) {
  const { title, deliveries, allHref } = parts;
  if (deliveries.length === 0) return null;
  return (
    <section>
      <div class="section-head">
        <h2>{title}</h2>
        {allHref !== undefined && <a href={allHref}>All</a>}
      </div>
      <table>
        <tbody>
          {deliveries.map(({ key, eventType, receivedAt }) => (
            <tr>
              <td>
                <a href={encodeURIComponent(key)}>
                  <Text of={eventType} />
                </a>
              </td>
              <td class="number note">
                <Time at={receivedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Commands that send the delivery again. */
export function CommandSection({ commands }: { commands: Commands }) {
  return (
    <section>
      <div class="section-head">
        <h2>Send it again</h2>
      </div>
      <Command id="curl" title="With curl and openssl" text={commands.curl} />
      <Command id="send" title="A new event of this type" text={commands.send} />
      {commands.replay !== undefined && (
        <Command id="replay-command" title="Replay from the command line" text={commands.replay} />
      )}
    </section>
  );
}

function Command({ id, title, text }: { id: string; title: string; text: string }) {
  return (
    <details class="command">
      <summary>{title}</summary>
      <button class="quiet" type="button" data-copy={`#${id}`} data-script="" hidden>
        Copy
      </button>
      <pre class="code" id={id} tabindex={0}>
        {text.split('\n').map(printable).join('\n')}
      </pre>
    </details>
  );
}
