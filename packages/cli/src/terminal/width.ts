/** Columns of the terminal that a stream writes to, and of one that is none: 80, or what `COLUMNS` says. */
export function columnsOf(stream: { readonly columns?: number } = process.stdout): number {
  const told = stream.columns || Number(process.env.COLUMNS);
  return told > 0 ? told : 80;
}

/** Columns that a line may have: a terminal's, and as many as it takes where another program reads. */
export function lineWidth(): number {
  return process.stdout.isTTY ? columnsOf() : Number.POSITIVE_INFINITY;
}
