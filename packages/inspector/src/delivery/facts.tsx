import type { DeliveryWithBody } from '@spiderfoot-webhooks/core/stores';
import { Fact, TextFact } from '../layout/facts.tsx';
import { countText } from '../layout/number-text.ts';
import { Text } from '../layout/text.tsx';
import { Time } from '../layout/time.tsx';
import type { EventFacts } from './event-facts.ts';

interface FactsParts {
  readonly delivery: DeliveryWithBody;
  readonly event: EventFacts;
  /** The URL of the scan on SpiderFoot's server. */
  readonly scanHref: string | undefined;
}

/** The facts of a delivery and of the form in which it was sent. */
export function Facts({ delivery, event, scanHref }: FactsParts) {
  const { key, id, endpoint, receivedAt, ip, dialect, scanId, target, attempts, failures, body } = delivery;
  return (
    <section>
      <div class="section-head">
        <h2>Delivery</h2>
      </div>
      <dl class="facts">
        <Fact name="Received">
          <Time at={receivedAt} />
        </Fact>
        <TextFact name="Event time" value={event.timestamp} />
        <TextFact name="Target" value={target} />
        {scanId !== undefined && (
          <Fact name="Scan">
            {scanHref === undefined ? (
              <Text of={scanId} class="mono" />
            ) : (
              <a href={scanHref} rel="noreferrer">
                <Text of={scanId} class="mono" />
              </a>
            )}
          </Fact>
        )}
        <TextFact name="Attempts" value={String(attempts)} />
        {failures > 0 && <TextFact name="Failures" value={String(failures)} />}
        <TextFact name="Endpoint" value={endpoint} />
        <TextFact name="Client" value={ip} />
        <TextFact name="Source" value={event.source} />
        <TextFact name="Dialect" value={dialect} />
        <TextFact name="Sent as" value={event.sentType} />
        {event.nonFinite > 0 && <TextFact name="NaN values" value={String(event.nonFinite)} />}
        <TextFact name="Size" value={`${countText(body.byteLength)} bytes`} />
        <TextFact name="Key" value={key} />
        {id !== undefined && (
          <Fact name="ID">
            <Text of={id} class="mono" />
          </Fact>
        )}
      </dl>
    </section>
  );
}
