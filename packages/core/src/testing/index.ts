/**
 * Create signed webhooks for tests, byte for byte as SpiderFoot's Python code writes them.
 * @packageDocumentation
 */
export { pythonFloat, pythonJson } from './python-json.ts';
export { sampledTypes, sampleOf, samples } from './samples.ts';
export type { SenderDialect } from './senders.ts';
export {
  type SignedOptions,
  type SignedWebhook,
  signedDelivery,
  signedRequest,
  signedWebhook,
  type TestEventType,
} from './signed-webhooks.ts';
