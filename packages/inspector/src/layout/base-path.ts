/**
 * Return the path of a request below the base path, beginning with a slash. Return `/:outside` for any other path, which no
 * route matches.
 */
export function pathBelow(basePath: string, url: string): string {
  const { pathname } = new URL(url);
  if (pathname.startsWith(basePath)) return pathname.slice(basePath.length - 1);
  return '/:outside';
}

/**
 * Return the relative path from a page to the base path: `./` for `/deliveries`, `../` for `/deliveries/1`. All links are
 * relative, so that they also work behind a proxy that removes a prefix.
 * @param path the path below the base path
 */
export function rootFrom(path: string): string {
  return '../'.repeat(path.split('/').length - 2) || './';
}
