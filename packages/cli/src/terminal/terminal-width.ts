/** Return the number of columns of a terminal. If the stream is not a terminal, return `COLUMNS`, or else 80. */
export function columnsOf(stream: { readonly columns?: number } = process.stdout): number {
  const columns = stream.columns || Number(process.env.COLUMNS);
  return columns > 0 ? columns : 80;
}

/** Return the maximum width of a line: the width of the terminal, or `Infinity` if another program reads the output. */
export function lineWidth(): number {
  return process.stdout.isTTY ? columnsOf() : Number.POSITIVE_INFINITY;
}
