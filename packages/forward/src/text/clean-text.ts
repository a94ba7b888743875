import { toJson } from './well-formed-json.ts';

/** Bidirectional controls, which can make text look different: `doc.exe` displayed as `exe.cod`. */
const bidirectional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Return text as one well-formed line without control characters, of at most `maxLength` code points. All text in an
 * event may be chosen by the scanned party: the name of a target, a banner, the title of a page.
 */
export function clean(text: string, maxLength: number): string {
  // Limits the work for a long text, of which only the beginning is displayed.
  const line = wellFormed(text.slice(0, 4 * maxLength))
    .replace(bidirectional, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return cut(line, maxLength);
}

/** Replace each lone surrogate. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Shorten text to at most `maxLength` code points. Shortened text ends in `…`. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const points = [...text];
  return points.length <= maxLength ? text : `${points.slice(0, maxLength - 1).join('')}…`;
}

/**
 * Replace characters of a text, and shorten it to at most `maxLength` UTF-16 units. A replacement or a surrogate pair
 * is never cut in the middle.
 */
export function replaced(text: string, replace: (character: string) => string, maxLength: number): string {
  return joined(Array.from(text, replace), maxLength);
}

/** Join parts into text of at most `maxLength` UTF-16 units. A longer text is cut between two parts. */
export function joined(parts: readonly string[], maxLength: number): string {
  let text = '';
  for (const part of parts) {
    if (text.length + part.length > maxLength - 1) return `${text}…`;
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
    // A user's schema can produce a value that JSON cannot represent: a bigint, or an object with a cycle.
    return '';
  }
}

/** The characters that are markup in HTML, including in attributes. */
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
