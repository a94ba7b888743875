import { ForwardError } from '../../errors/forward-error.ts';
import { createTransport } from '../../http/transport.ts';
import { memberOf, parseJson } from '../../text/parse-json.ts';
import { toJson } from '../../text/well-formed-json.ts';
import { createBatches } from '../batches/batches.ts';
import { splunkDocument } from '../formats/splunk.ts';
import type { SplunkOptions } from '../options.ts';
import { readCredential, readEndpoint, readName, rejectOthers, transportOptionsOf } from '../read-options.ts';
import type { Target } from '../target.ts';

/**
 * Send events to Splunk's HTTP Event Collector. The HTTP status decides about a retry: 500 and 503 (the collector's codes
 * 8, 9, 18 to 20 and 23) and 429 (codes 26 and 27) are retried. Any other 4xx, such as for an invalid token, index or
 * event, is not.
 * @see "Troubleshoot HTTP Event Collector" in Splunk's documentation, for the codes
 */
export function hecTarget(options: SplunkOptions): Target {
  rejectOthers(options, ['apiKey', 'index', 'sourcetype', 'host', 'batch']);
  const url = readEndpoint(options.endpoint, '/services/collector/event', options);
  const headers = {
    authorization: `Splunk ${readCredential('apiKey', options.apiKey)}`,
    'content-type': 'application/json',
  };
  const metadata = {
    index: readName('index', options.index),
    sourcetype: readName('sourcetype', options.sourcetype ?? 'spiderfoot'),
    host: readName('host', options.host),
  };
  const transport = createTransport('siem', transportOptionsOf(options), url);
  const name = `siem (${url.host})`;

  const batches = createBatches(url.host, options, async (documents, signal) => {
    // The collector expects concatenated JSON objects, and rejects a JSON array.
    const { status, body } = await transport.send({ url, headers, body: documents.join('\n'), signal });
    if (!isSuccess(body)) throw new ForwardError(name, 1, { code: 'invalid_answer', status });
    return [];
  });

  return {
    async send(record, { signal }) {
      await batches.add(toJson(splunkDocument(record, metadata)), signal);
    },
    async close() {
      await Promise.all([batches.close(), transport.close()]);
    },
  };
}

/** A proxy's error page can also have the status 200, so check the collector's code. */
function isSuccess(body: string): boolean {
  return memberOf(parseJson(body), 'code') === 0;
}
