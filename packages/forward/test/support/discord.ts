/** What Discord would format in a line of text. An escaped character is only itself. */
export function formattingIn(text: string): string[] {
  const shown = text.replace(/\\[^\dA-Za-z\s]/g, '.');
  const formats = [
    /\*.*\*/,
    /`.*`/,
    /__.*__/,
    /(?<!\w)_.*_(?!\w)/,
    /~~.*~~/,
    /\|\|.*\|\|/,
    /<[@#:/a-z]/i,
    /@(?:everyone|here)/,
    /\[.*\]\(/,
    /:\/\//,
    /:(?:bee|smile|a|\+1|100|white_check_mark):/,
    /^(?:#{1,3}|-#?|\*|>(?:>>)?)\s/,
  ];
  return formats.flatMap((format) => shown.match(format) ?? []);
}
