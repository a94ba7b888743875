import { register } from 'node:module';

// Makes Node look like another platform: no package finds a `node:` module or the `node` condition, and our packages find no
// global of Node.
const hooks = `
  import { isBuiltin } from 'node:module';
  export function resolve(specifier, context, next) {
    if (isBuiltin(specifier) && context.parentURL?.includes('/node_modules/')) {
      throw new Error(specifier + ' is imported by ' + context.parentURL);
    }
    return next(specifier, { ...context, conditions: context.conditions.filter((name) => name !== 'node') });
  }
  export async function load(url, context, next) {
    const loaded = await next(url, context);
    if (!url.includes('/@spiderfoot-webhooks/')) return loaded;
    const none = ['process', 'Buffer', 'global', 'setImmediate'].map((name) => name + ' = undefined');
    return { ...loaded, source: 'const ' + none.join(', ') + ';' + loaded.source };
  }
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const { createReceiver, sign, verify } = await import('@spiderfoot-webhooks/core');
const { signedRequest } = await import('@spiderfoot-webhooks/core/testing');
const { fetchHandler } = await import('@spiderfoot-webhooks/core/web');

const secret = 'bare-s3cret';
const receiver = createReceiver({ secret });
receiver.on('scan_completed', ({ data }) => console.log(data.target));
const handle = fetchHandler(receiver);
for (const signer of [secret, 'another']) {
  const response = await handle(await signedRequest('scan.complete', { secret: signer }));
  console.log(response.status);
}
console.log(await verify(secret, '{}', await sign(secret, '{}')));
