/** Return JSON whose quotes were removed, with quotes around its names and its texts again. */
export function withQuotes(text: string): readonly string[] {
  if (!/^\s*\{\s*\w[^"]*:[^"]*\}\s*$/s.test(text)) return [];
  const named = text.replaceAll(/([{,]\s*)([A-Za-z_][\w.-]*)(?=\s*:)/g, '$1"$2"');
  const quoted = named.replaceAll(
    /(:\s*|[[,]\s*)([^\s"{}[\],][^"{}[\],]*)(?=[,}\]])/g,
    (_, before: string, value: string) => (isScalar(value) ? before + value : `${before}"${value}"`),
  );
  const texts = [quoted, quoted.replaceAll(/:(\s*)(?=[,}])/g, ':$1""')];
  return texts.flatMap((each) => [each, each.trim()]);
}

function isScalar(value: string): boolean {
  return /^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*$/.test(value);
}
