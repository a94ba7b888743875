import { createTransport } from '../../http/transport.ts';
import { toJson } from '../../text/well-formed-json.ts';
import { guideDocument } from '../formats/guide.ts';
import { ocsfDocument } from '../formats/ocsf.ts';
import type { GuideOptions, OcsfOptions } from '../options.ts';
import { readCredential, readEndpoint, rejectOthers, transportOptionsOf } from '../read-options.ts';
import type { SiemRecord } from '../record.ts';
import type { Target } from '../target.ts';

export function guideTarget(options: GuideOptions): Target {
  return postTarget(options, '/events', guideDocument);
}

export function ocsfTarget(options: OcsfOptions): Target {
  return postTarget(options, '', ocsfDocument);
}

/** Send each event in a request of its own, with a bearer token. */
function postTarget(
  options: GuideOptions | OcsfOptions,
  path: string,
  toDocument: (record: SiemRecord) => object,
): Target {
  rejectOthers(options, ['apiKey']);
  const url = readEndpoint(options.endpoint, path, options);
  const authorization = `Bearer ${readCredential('apiKey', options.apiKey)}`;
  const transport = createTransport('siem', transportOptionsOf(options), url);
  return {
    async send(record, { signal }) {
      const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': record.id };
      await transport.send({ url, headers, body: toJson(toDocument(record)), signal });
    },
    close: transport.close,
  };
}
