import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';

// Every name that every entry of the packages exports at run time.
const require = createRequire(import.meta.url);
for (const name of readdirSync('node_modules/@spiderfoot-webhooks')) {
  const { exports } = require(`@spiderfoot-webhooks/${name}/package.json`);
  for (const subpath of Object.keys(exports).filter((key) => !key.endsWith('.json'))) {
    const entry = `@spiderfoot-webhooks/${name}${subpath.slice(1)}`;
    console.log(
      `${entry}: ${Object.keys(await import(entry))
        .toSorted()
        .join(', ')}`,
    );
  }
}
