import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDiscord } from '../../src/discord/message.ts';
import { formattingIn } from '../support/discord.ts';

describe('a title in Discord', () => {
  const titleOf = (title: string) => toDiscord({ title, level: 'info', fields: [] }).embeds[0]?.title ?? '';

  it.each([
    'SpiderFoot Scan Started: example.com',
    'SpiderFoot Scan Completed: sub-domain.example.com (2 of 3) #5 @ 10:30:45',
    '192.0.2.1:443',
    '2001:db8::1',
    '2001:db8:1:2::10',
    'fe80::dead:beef',
    'https: a > b & b < c',
    'scan_id task_7f3a my_host_name.example.com',
    'C:\\Users\\ada',
    'security@example.com',
    '10 ~ 20 | 30 [x] (y) {z} - 1 + 2 = 3! "q" \'r\'',
    'Asset [internal] found',
    '*.example.com',
    '5 * 3',
    '_dmarc.example.com',
    'a || b',
    'it`s',
  ])('a title leaves %s unchanged, without a backslash', (title) => {
    expect(titleOf(title)).toBe(title);
  });

  it.each([
    ['*b* **c**', '\\*b\\* \\*\\*c\\*\\*'],
    ['_i_', '\\_i\\_'],
    ['__u__', '\\_\\_u\\_\\_'],
    ['a__u__b', 'a\\_\\_u\\_\\_b'],
    ['~~s~~', '\\~\\~s\\~\\~'],
    ['||s||', '\\|\\|s\\|\\|'],
    ['`c`', '\\`c\\`'],
    ['[a](https://evil.example)', '\\[a](https\\://evil.example)'],
    ['https://evil.example', 'https\\://evil.example'],
    ['<@1> <@&1> <#1> <:a:1> <a:b:1> <t:1> </a:1> <https://e>', undefined],
    ['@everyone @here', '\\@everyone \\@here'],
    [':smile: :white_check_mark: :+1: :100: :a:', undefined],
    ['2001:db8:a:b::1', '2001:db8\\:a\\:b::1'],
    ['# h', '\\# h'],
    ['### h', '\\### h'],
    ['-# s', '\\-# s'],
    ['- l', '\\- l'],
    ['> q', '\\> q'],
    ['* l', '\\* l'],
    ['\\*b\\*', '\\\\\\*b\\\\\\*'],
    ['\\\\host\\share', '\\\\\\host\\share'],
  ])('a title escapes the formatting in %s', (title, expected) => {
    expect(formattingIn(titleOf(title))).toEqual([]);
    if (expected !== undefined) expect(titleOf(title)).toBe(expected);
  });

  it('a title equals the original text after a client has removed the backslashes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'*_~|`[](<@#:>-\\a1 .'), maxLength: 100 }), (text) => {
        const title = titleOf(text);
        expect(title.replace(/\\([^\dA-Za-z\s])/g, '$1')).toBe(text);
        expect(formattingIn(title)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('a long title is cut between two characters, not inside an escape', () => {
    const title = titleOf('*'.repeat(300));
    expect(title.length).toBeLessThanOrEqual(256);
    expect(title).toMatch(/^(?:\\\*)+…$/);
  });
});
