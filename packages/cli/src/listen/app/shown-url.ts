/** Return a URL without its query, which may contain a token. */
export function shownUrl({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}
