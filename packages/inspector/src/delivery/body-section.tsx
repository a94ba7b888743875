import { parseExactJson } from '../json/exact-json.ts';
import { JsonView } from '../json/json-view.tsx';
import { countText } from '../layout/number-text.ts';
import { readBodyText } from './body-text.ts';

/** The body of a delivery or of a rejected request: as JSON if it is JSON, and as it was received. */
export function BodySection(parts: { title: string; body: Uint8Array; downloadHref?: string | undefined }) {
  const { title, body, downloadHref } = parts;
  const { text, shown, truncated } = readBodyText(body);
  const json = text === undefined ? undefined : parseExactJson(text);
  return (
    <section>
      <div class="section-head">
        <h2>{title}</h2>
        <div class="actions">
          {json && (
            <button class="quiet" type="button" data-fold="#json" data-script="" hidden>
              Collapse all
            </button>
          )}
          <button class="quiet" type="button" data-copy="#body" data-script="" hidden>
            Copy
          </button>
          {downloadHref !== undefined && (
            <a class="button quiet" href={downloadHref} download>
              Download
            </a>
          )}
        </div>
      </div>
      {json && (
        <section class="code json" id="json" tabindex={0} aria-label="Event as JSON">
          <JsonView value={json} />
        </section>
      )}
      <details class="raw" open={json === undefined}>
        <summary>{`Body as received, ${countText(body.byteLength)} bytes`}</summary>
        {text === undefined && !truncated && <p class="note">The body is not UTF-8. These are its bytes.</p>}
        {truncated && <p class="note">Only the beginning is shown.</p>}
        <pre class="code" id="body" tabindex={0}>
          {shown}
        </pre>
      </details>
    </section>
  );
}
