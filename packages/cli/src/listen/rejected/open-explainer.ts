import { createKeepRequest, spiderfootHeaders } from '@spiderfoot-webhooks/core/adapter';
import { shellWord } from '../../terminal/invocation.ts';
import { secretsOf } from '../endpoints/config-file.ts';
import type { ReceivingPlan } from '../endpoints/plan-endpoints.ts';
import type { ListenFlags } from '../flags.ts';
import { createDiagnoser } from './diagnoser.ts';
import { createExplainer, type Explainer } from './explain-rejections.ts';
import { openRejectedFiles } from './rejected-files.ts';

/** Create the explainer of rejected requests, and the folder of `--save-rejected`. */
export async function openExplainer(flags: ListenFlags, { endpoints }: ReceivingPlan): Promise<Explainer> {
  const { saveRejected } = flags;
  const all = endpoints.map(({ options }) => options);
  const headers = all.flatMap(({ signatureHeader = spiderfootHeaders }) => signatureHeader);
  const keep = createKeepRequest(
    secretsOf(endpoints),
    headers.map((name) => name.toLowerCase()),
  );
  const files = saveRejected === undefined ? undefined : await openRejectedFiles(saveRejected, keep);
  return createExplainer({
    endpoints,
    diagnoser: createDiagnoser(),
    files,
    secretArguments: secretArguments(flags),
  });
}

/** Return the arguments that name the secret, without the secret. */
function secretArguments({ secretFile, config, secret, makeSecret }: ListenFlags): string {
  if (secretFile !== undefined) return ` --secret-file ${shellWord(secretFile)}`;
  if (config !== undefined) return ` --config ${shellWord(config)}`;
  return secret === undefined && makeSecret === undefined ? '' : ' --secret …';
}
