import { toJson } from './well-formed-json.ts';

/**
 * What of an event may stand in a message. Everything in an event is text that somebody out there has chosen: a
 * target's name, a banner, a page's title.
 */

/** Overrides and isolates that make text read other than it is: `exe.cod` for `doc.exe`. */
const bidirectional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** One line, well-formed, without control characters, of at most so many code points. */
export function clean(text: string, most: number): string {
  // Nobody reads past this, and what follows need not be looked at.
  const line = wellFormed(text.slice(0, 4 * most))
    .replace(bidirectional, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return cut(line, most);
}

/** Replace each lone surrogate. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Shorten text to at most `most` code points. Shortened text ends in `…`. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const points = [...text];
  return points.length <= most ? text : `${points.slice(0, most - 1).join('')}…`;
}

/**
 * Text with some of its characters replaced, at most so many UTF-16 units long. What is cut is never a replacement,
 * nor a pair of surrogates, in the middle.
 */
export function replaced(text: string, replace: (character: string) => string, most: number): string {
  return joined(Array.from(text, replace), most);
}

/** Join parts into text of at most `most` UTF-16 units. A longer text is cut between two parts. */
export function joined(parts: readonly string[], most: number): string {
  let text = '';
  for (const part of parts) {
    if (text.length + part.length > most - 1) return `${text}…`;
    text += part;
  }
  return text;
}

/** Return a member of an event's data as text: `''` if it is missing, JSON if it is an object or a list. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return String(value);
  try {
    return toJson(value);
  } catch {
    // What a schema of the user's has made of it: a bigint, a cycle.
    return '';
  }
}

/** What is markup in HTML, also within an attribute. */
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
