/** Return the parts of a line that Discord would format. An escaped character is literal. */
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
