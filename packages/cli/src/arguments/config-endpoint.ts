import type { EndpointConfig } from '@spiderfoot-webhooks/core/config';
import { UsageFailure } from '../failure/failure.ts';

/** The values of the options that `addConfigOptions` adds. */
export interface ConfigOptions {
  readonly config?: string;
  readonly endpoint?: string;
}

/**
 * Return the endpoint that `--config` and `--endpoint` select.
 * @throws UsageFailure, ConfigurationError that names the file, the line and the key
 */
export async function readConfigEndpoint({
  config,
  endpoint,
}: ConfigOptions): Promise<EndpointConfig | undefined> {
  if (config === undefined) {
    if (endpoint === undefined) return undefined;
    throw new UsageFailure('--endpoint requires --config.', "Pass SpiderFoot's INI file with --config.");
  }
  const { loadConfig } = await import('@spiderfoot-webhooks/core/config');
  const { endpoints } = loadConfig(config);
  const names = endpoints.map(({ name }) => name).join(', ');
  const found = endpoints.filter(({ name }) => endpoint === undefined || name === endpoint);
  const [first, second] = found;
  if (first === undefined) {
    throw new UsageFailure(
      endpoint === undefined
        ? `${config} has no enabled endpoint whose format is json.`
        : `${config} has no endpoint "${endpoint}".`,
      names === '' ? undefined : `Its endpoints are: ${names}.`,
    );
  }
  if (second === undefined) return first;
  throw new UsageFailure(`${config} has several endpoints: ${names}.`, 'Select one with --endpoint.');
}
