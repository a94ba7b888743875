import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { ForwardError } from '../../errors/forward-error.ts';
import { createTransport } from '../../http/transport.ts';
import { rejectUnknown } from '../../option-checks.ts';
import { memberOf, parseJson } from '../../text/parse-json.ts';
import { redactedExcerpt } from '../../text/redacted-excerpt.ts';
import { toJson } from '../../text/well-formed-json.ts';
import { createBatches, type Settlement } from '../batches/batches.ts';
import { defaultIndex, elasticDocument } from '../formats/elastic.ts';
import type { ElasticOptions } from '../options.ts';
import { readCredential, readEndpoint, readName, rejectOthers, transportOptionsOf } from '../read-options.ts';
import type { Target } from '../target.ts';

/**
 * The parts of the answer that are read: for each event, its status, the reason of a rejection, and whether
 * it is in the failure store.
 */
const answerParts = 'errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason';
const maxAnswer = 1_048_576;

/**
 * Send events to Elasticsearch's `_bulk`, with one `create` per event. The id of the document is the delivery's id, so
 * Elasticsearch recognizes an event that is sent again.
 * @see https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
 */
export function bulkTarget(options: ElasticOptions): Target {
  rejectOthers(options, ['apiKey', 'basic', 'index', 'batch']);
  const url = readEndpoint(options.endpoint, '/_bulk', options);
  url.searchParams.set('filter_path', answerParts);
  const headers = { authorization: readAuthorization(options), 'content-type': 'application/x-ndjson' };
  const index = readName('index', options.index) ?? defaultIndex;
  const transport = createTransport('siem', transportOptionsOf(options), url);
  const name = `siem (${url.host})`;

  const batches = createBatches(url.host, options, async (documents, signal) => {
    const body = documents.join('');
    const answer = await transport.send({ url, headers, body, signal, maxAnswer });
    const items = itemsOf(answer.body);
    if (items?.length !== documents.length) {
      throw new ForwardError(name, 1, { code: 'invalid_answer', status: answer.status });
    }
    return items.map((item) => settlementOf(item, (text) => redactedExcerpt(text, { url, headers })));
  });

  return {
    async send(record, context) {
      const action = { create: { _index: index, _id: record.id } };
      const lines = `${toJson(action)}\n${toJson(elasticDocument(record, index))}\n`;
      const failureStore = await batches.add(lines, context.signal);
      if (failureStore !== 'used') return;
      // Fall back to the receiver's logger, because no search finds an event in the failure store.
      const logger = options.logger ?? context.logger;
      logger.warn({ target: 'siem', host: url.host, index, id: record.id, failureStore }, inFailureStore);
    },
    async close() {
      await Promise.all([batches.close(), transport.close()]);
    },
  };
}

function readAuthorization(options: ElasticOptions): string {
  if (!('basic' in options)) return `ApiKey ${readCredential('apiKey', options.apiKey)}`;
  if ('apiKey' in options)
    throw new ConfigurationError('basic', 'cannot be combined with "apiKey". Set one of them.');
  const { basic } = options;
  if (typeof basic !== 'object' || basic === null) {
    throw new ConfigurationError('basic', 'must be an object with "username" and "password".');
  }
  rejectUnknown(basic, ['username', 'password'], 'basic.');
  const { username, password } = basic;
  for (const [option, value] of Object.entries({ username, password })) {
    if (typeof value !== 'string' || value === '')
      throw new ConfigurationError(`basic.${option}`, 'is missing.');
  }
  if (username.includes(':')) throw new ConfigurationError('basic.username', 'must not contain a colon.');
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function itemsOf(body: string): readonly unknown[] | undefined {
  const items = memberOf(parseJson(body), 'items');
  return Array.isArray(items) ? items : undefined;
}

const inFailureStore =
  'Elasticsearch stored the event in the failure store of the data stream: its mapping or an ingest pipeline rejected it';

/** Return the result for one event. If it is in the failure store, it was accepted, with a remark. */
function settlementOf(item: unknown, quote: (text: string) => string | undefined): Settlement {
  const result = memberOf(item, 'create');
  const status = memberOf(result, 'status');
  if (typeof status !== 'number') return { failure: { code: 'invalid_answer' } };
  if (status >= 200 && status < 300) {
    return { remark: memberOf(result, 'failure_store') === 'used' ? 'used' : undefined };
  }
  // 409 Conflict: an earlier attempt stored the event, but its answer was lost.
  if (status === 409) return {};
  if (status === 429) return { failure: { code: 'rate_limited', status } };
  if (status >= 500) return { failure: { code: 'unavailable', status } };
  const error = memberOf(result, 'error');
  const detail = quote(`${memberOf(error, 'type')}: ${memberOf(error, 'reason')}`);
  return { failure: { code: 'rejected', status, detail } };
}
