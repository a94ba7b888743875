import { describe, expect, it } from 'vitest';
import { deliveryLines } from '../../src/log/delivery-details.ts';
import { recordLine, recordLines } from '../../src/log/delivery-table.ts';
import { hasColors } from '../../src/terminal/color.ts';
import { printable, printableLines } from '../../src/terminal/printable.ts';
import { fit, widthOf } from '../../src/terminal/text.ts';

describe('printable', () => {
  it.each([
    {
      name: 'escape sequences',
      text: '\u001b[31mred\u001b]0;title\u0007',
      shown: '\\u001b[31mred\\u001b]0;title\\u0007',
    },
    { name: 'C1 escape sequences', text: '\u009b31m\u0085', shown: '\\u009b31m\\u0085' },
    { name: 'line breaks', text: 'a\r\nb\u2028c\u2029', shown: 'a\\r\\nb\\u2028c\\u2029' },
    {
      name: 'characters that change the text direction',
      text: '\u202eevil\u2066\u200f',
      shown: '\\u202eevil\\u2066\\u200f',
    },
    {
      name: 'invisible characters',
      text: 'a\u200b\ufeff\u00adb\u{e0041}',
      shown: 'a\\u200b\\ufeff\\u00adb\\u{e0041}',
    },
    { name: 'lone surrogates', text: '\ud800a', shown: '\\ud800a' },
    { name: 'backspaces and deletes', text: 'ab\b\u007f', shown: 'ab\\u0008\\u007f' },
  ])('escapes $name', ({ text, shown }) => {
    expect(printable(text)).toBe(shown);
  });

  it('printable does not change words in any script', () => {
    const text = 'bücher 漢字 שלום 👩‍💻 \\u0041';
    expect(printable(text)).toBe(text);
  });

  it('printableLines keeps line feeds', () => {
    expect(printableLines('a\n\u001b[2J\rb')).toBe('a\n\\u001b[2J\\rb');
  });

  it('printable returns one line without control characters for any character', () => {
    for (let code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 97) {
      expect(printable(String.fromCodePoint(code))).not.toMatch(
        /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u,
      );
    }
  });
});

describe('a delivery with a state that another program wrote', () => {
  // SQLite stores any text in the column.
  const state = '\u001b[2J\u0007';
  const delivery = {
    key: '1',
    id: '0'.repeat(32),
    endpoint: 'default',
    receivedAt: new Date(0),
    ip: undefined,
    eventType: 'scan_completed',
    dialect: undefined,
    scanId: undefined,
    target: undefined,
    state: JSON.parse('"\\u001b[2J\\u0007"'),
    attempts: 0,
    failures: 0,
    nextAttempt: undefined,
    handlers: [],
    error: undefined,
    code: undefined,
    issues: [],
    body: new Uint8Array(),
  };

  it.each([
    { name: 'log', lines: recordLines([delivery], 200) },
    { name: 'tail', lines: [recordLine(delivery, 200)] },
    { name: 'log show', lines: deliveryLines(delivery) },
  ])('is printed by $name without control characters', ({ lines }) => {
    expect(lines.join('\n')).toContain('\\u001b[2J\\u0007');
    expect(lines.join('\n')).not.toContain(state);
  });
});

describe('text width', () => {
  it.each([
    { text: 'abc', columns: 3 },
    { text: 'e\u0301', columns: 1 },
    { text: '漢字', columns: 4 },
    { text: '👩‍💻', columns: 2 },
  ])('is $columns columns for $text', ({ text, columns }) => {
    expect(widthOf(text)).toBe(columns);
  });

  it('a text that was cut does not exceed the width', () => {
    expect(fit('abcdef', 6)).toBe('abcdef');
    expect(fit('abcdef', 4)).toBe('abc…');
    expect(fit('漢字漢字', 6)).toBe('漢字…');
    expect(fit('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…');
  });
});

describe('colors', () => {
  const terminal = { isTTY: true };
  it.each([
    { stream: terminal, env: {}, expected: true },
    { stream: {}, env: {}, expected: false },
    { stream: terminal, env: { NO_COLOR: '1' }, expected: false },
    { stream: terminal, env: { NO_COLOR: '' }, expected: true },
    { stream: terminal, env: { TERM: 'dumb' }, expected: false },
    { stream: {}, env: { FORCE_COLOR: '1' }, expected: true },
    { stream: terminal, env: { FORCE_COLOR: '0' }, expected: false },
    { stream: {}, env: { FORCE_COLOR: '1', NO_COLOR: '1' }, expected: false },
  ])('are $expected for $env and $stream', ({ stream, env, expected }) => {
    expect(hasColors(stream, env)).toBe(expected);
  });
});
