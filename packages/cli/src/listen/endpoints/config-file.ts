import type { ReceiverOptions } from '@spiderfoot-webhooks/core';

/** Where a receiver is, and what it is made with. */
export interface EndpointPlan {
  readonly path: string;
  readonly options: ReceiverOptions;
}

/** What a configuration file asks for. */
export interface ConfiguredEndpoints {
  readonly endpoints: readonly EndpointPlan[];
  /** What of it somebody should know, in sentences. */
  readonly remarks: readonly string[];
}

/** @throws ConfigurationError that names file, line and key */
export async function readConfig(path: string): Promise<ConfiguredEndpoints> {
  const { loadConfig } = await import('@spiderfoot-webhooks/core/config');
  const { enabled, endpoints, ignored } = loadConfig(path);
  const remarks = [
    ...(enabled ? [] : [`${path} has "enabled = false": SpiderFoot sends nothing until that is changed.`]),
    ...ignored.map(
      ({ section, key, line }) => `${path}, line ${line}: "${key}" of [${section}] is left to SpiderFoot.`,
    ),
  ];
  return { endpoints: endpoints.map(({ path: at, options }) => ({ path: at, options })), remarks };
}
