import type { Outcome, Receiver } from '@spiderfoot-webhooks/core';
import { rejections } from '@spiderfoot-webhooks/core';
import {
  type SenderDialect,
  type SignedOptions,
  sampledTypes,
  sampleOf,
  signedDelivery,
} from '@spiderfoot-webhooks/core/testing';
import type { Hono } from 'hono';
import { CsrfField } from '../layout/csrf-field.tsx';
import { sendPage } from '../layout/page.tsx';
import { Text } from '../layout/text.tsx';
import { createRoutes, type Site, type SiteEnv } from '../site.ts';

const dialects = ['guide', 'shipped', 'delivery', 'notification', 'topic'] as const satisfies SenderDialect[];

/** The page that sends a test event through the receiver. */
export function tryItRoutes(site: Site): Hono<SiteEnv> {
  const { receiver, secret, signatureHeaders, readOnly } = site.settings;
  const app = createRoutes();
  const page = { page: 'try-it', title: 'Try it' } as const;
  const isOff = readOnly || receiver === undefined || secret === undefined;

  app.get('/try-it', (c) => {
    const content = isOff ? (
      <Unavailable readOnly={readOnly} />
    ) : (
      <TryItForm csrfToken={c.get('csrfToken')} />
    );
    return sendPage(c, site, { ...page, content });
  });

  app.post('/try-it', async (c) => {
    if (isOff) return c.text('This inspector cannot send test events.\n', 403);
    const form = await c.req.formData();
    const type = String(form.get('type') ?? '').trim();
    const dialect = dialects.find((name) => name === form.get('dialect')) ?? 'guide';
    if (type === '' || type.length > 200) return c.text('The type must have 1 to 200 characters.\n', 400);
    const outcome = await sendTestEvent(receiver, type, {
      ...{ secret, dialect },
      ...(signatureHeaders?.[0] !== undefined && { signatureHeader: signatureHeaders[0] }),
    });
    // A receiver that stores nothing, or uses another store, has no page to link to.
    const stored = outcome.id === undefined ? undefined : await site.store.get(outcome.id);
    const content = (
      <>
        <OutcomeNotice outcome={outcome} storedKey={stored?.key} />
        <TryItForm csrfToken={c.get('csrfToken')} type={type} dialect={dialect} />
      </>
    );
    return sendPage(c, site, { ...page, content });
  });
  return app;
}

/** The event is signed and passes through the whole pipeline. `data.test` marks it as a test. */
async function sendTestEvent(receiver: Receiver, type: string, options: SignedOptions): Promise<Outcome> {
  const data = { ...Object(sampleOf(type)), test: true };
  return receiver.receive(await signedDelivery(type, { ...options, data }));
}

function Unavailable({ readOnly }: { readOnly: boolean }) {
  return (
    <p class="empty">
      {readOnly
        ? 'This inspector is read-only.'
        : 'To send test events, pass the options "receiver" and "secret" to the inspector.'}
    </p>
  );
}

function OutcomeNotice({ outcome, storedKey }: { outcome: Outcome; storedKey: string | undefined }) {
  const isRejected = outcome.status === 'rejected';
  return (
    <div class={isRejected ? 'notice bad' : 'notice good'} role="status">
      <p>
        <b>{isRejected ? outcome.code : outcome.status}</b>{' '}
        {storedKey !== undefined && (
          <a href={`deliveries/${encodeURIComponent(storedKey)}`}>Show the delivery</a>
        )}
      </p>
      {isRejected && <p>{outcome.hint ?? rejections[outcome.code].hint}</p>}
      {isRejected &&
        outcome.issues?.map(({ path, message }) => (
          <p>
            <Text of={`${path}: ${message}`} />
          </p>
        ))}
    </div>
  );
}

function TryItForm(parts: { csrfToken: string; type?: string; dialect?: SenderDialect }) {
  const { csrfToken, type = 'scan_completed', dialect: chosen = 'guide' } = parts;
  return (
    <form class="panel form" method="post">
      <CsrfField token={csrfToken} />
      <p class="note">
        The event is signed and passes through the receiver, so your handlers run. Its data contains{' '}
        <code>"test": true</code>.
      </p>
      <label class="field">
        Event type
        <input
          type="text"
          name="type"
          value={type}
          list="event-types"
          required
          maxlength={200}
          autocomplete="off"
        />
        <datalist id="event-types">
          {sampledTypes.map((name) => (
            <option value={name}></option>
          ))}
        </datalist>
      </label>
      <label class="field">
        Sender
        <select name="dialect">
          {dialects.map((name) => (
            <option value={name} selected={name === chosen}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <div class="actions">
        <button type="submit" class="primary">
          Send a test event
        </button>
      </div>
    </form>
  );
}
