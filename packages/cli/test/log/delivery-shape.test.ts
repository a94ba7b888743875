import { expect, it } from 'vitest';
import { temporaryFolder } from '../support/certificates.ts';
import { spiderfoot } from '../support/command.ts';
import { listening, sendEvent, until } from '../support/listen-process.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The fields that a receiver knows when it answers. */
const requestFields = [
  'id',
  'endpoint',
  'receivedAt',
  'ip',
  'eventType',
  'dialect',
  'scanId',
  'target',
  'attempts',
  'body',
];

async function printed(...args: string[]): Promise<Fields> {
  const { code, lines, stderr } = await spiderfoot([...args]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(lines.at(-1) ?? '');
}

it('prints one delivery in the same shape in listen, log, log show, tail and export', async () => {
  const db = `${await temporaryFolder()}/w.db`;
  const { url, events, stop } = await listening(['--store', db, '--json', '--verbose']);
  await sendEvent(url, 'scan_completed', { data: { scan_id: 's1', target: 'example.com' } });
  await until(() => events().length === 1);
  await stop();
  const [live = {}] = events();
  const shown = await printed('log', 'show', '1', '--store', db, '--json');
  const { body, ...record } = shown;
  expect(record).toMatchObject({
    key: '1',
    eventType: 'scan_completed',
    scanId: 's1',
    target: 'example.com',
  });
  expect(body).toBeTypeOf('string');
  expect(Object.fromEntries(requestFields.map((name) => [name, live[name]]))).toEqual(
    Object.fromEntries(requestFields.map((name) => [name, shown[name]])),
  );
  expect(await printed('log', 'list', '--store', db, '--json')).toEqual(record);
  expect(await printed('log', 'export', '--store', db)).toEqual(shown);
  expect(await printed('tail', '--store', db, '--json')).toEqual(record);
  for (const name of [...Object.keys(live), ...Object.keys(shown)]) expect(name).not.toContain('_');
});
