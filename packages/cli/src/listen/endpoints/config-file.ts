import type { ReceiverOptions, Secret } from '@spiderfoot-webhooks/core';

/** The path of a receiver, and its options. */
export interface EndpointPlan {
  readonly path: string;
  readonly options: ReceiverOptions;
}

/** Return all secrets of the endpoints, including the previous ones. */
export function secretsOf(endpoints: readonly EndpointPlan[]): readonly Secret[] {
  return endpoints.flatMap(({ options: { secret } }) => secret).filter((secret) => secret !== false);
}

/** The endpoints in a configuration file. */
export interface ConfiguredEndpoints {
  readonly endpoints: readonly EndpointPlan[];
  /** Notes about the file for the user, each a sentence. */
  readonly remarks: readonly string[];
}

/** Read a configuration file. @throws ConfigurationError that names the file, the line and the key */
export async function readConfig(path: string): Promise<ConfiguredEndpoints> {
  const { loadConfig } = await import('@spiderfoot-webhooks/core/config');
  const { enabled, endpoints, ignored } = loadConfig(path);
  const remarks = [
    ...(enabled ? [] : [`${path} contains "enabled = false", so SpiderFoot sends no events.`]),
    ...ignored.map(
      ({ section, key, line }) =>
        `${path}, line ${line}: "${key}" in [${section}] is ignored, because only SpiderFoot uses it.`,
    ),
  ];
  return {
    endpoints: endpoints.map(({ path: endpointPath, options }) => ({ path: endpointPath, options })),
    remarks,
  };
}
