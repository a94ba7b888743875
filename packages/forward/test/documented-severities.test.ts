import { readFileSync } from 'node:fs';
import { severities, severityOf } from '@spiderfoot-webhooks/core/events';
import { samples } from '@spiderfoot-webhooks/core/testing';
import { expect, it } from 'vitest';

const page = readFileSync(new URL('../../../docs/forwarding.md', import.meta.url), 'utf8');

/** Return the types in each row of the table in the section "Severity". */
function documentedTypes(): Record<string, string[]> {
  const [, section = ''] = page.split('\n## Severity\n');
  const [text = ''] = section.split('\n## ');
  const rows = text.matchAll(/^\| `(INFO|LOW|MEDIUM|HIGH|CRITICAL)` *\| (.*) \|$/gm);
  return Object.fromEntries(
    Array.from(rows, ([, severity = '', types = '']) => [
      severity,
      Array.from(types.matchAll(/`([\w.]+)`/g), ([, type = '']) => type).sort(),
    ]),
  );
}

it('lists every known type with its severity in the table of docs/forwarding.md', () => {
  const expected = Object.fromEntries(severities.map((severity): [string, string[]] => [severity, []]));
  for (const type of Object.keys(samples)) {
    const event = {
      event_type: type,
      timestamp: '2024-01-01T12:00:00Z',
      source: 'spiderfoot',
      data: {},
      metadata: {},
    };
    expected[severityOf(event)]?.push(type);
  }
  for (const types of Object.values(expected)) types.sort();
  expect(documentedTypes()).toEqual(expected);
});
