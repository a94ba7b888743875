/** Yield a secret as YAML and spreadsheets read it. */
export function* numericForms(secret: string): Generator<string, void, undefined> {
  const value = Number(secret.replaceAll('_', ''));
  if (secret.trim() !== '' && !Number.isNaN(value)) {
    yield* [
      String(value),
      value.toFixed(1),
      value.toExponential(),
      value.toExponential().replace('e+', 'E+'),
    ];
    if (Number.isInteger(value) && Math.abs(value) < 1e300) yield BigInt(value).toString();
    if (/^0[0-7]+$/.test(secret)) yield String(Number.parseInt(secret, 8));
    yield secret.replace(/^0+(?=\d)/, '');
    for (let zeros = 1; zeros <= 8; zeros++) yield '0'.repeat(zeros) + secret;
  }
  const words: Readonly<Record<string, readonly string[]>> = {
    yes: ['true', 'True', '1'],
    on: ['true', 'True', '1'],
    true: ['True', '1', 'true'],
    no: ['false', 'False', '', '0'],
    off: ['false', 'False', '', '0'],
    false: ['False', '', '0', 'false'],
    null: ['', 'None', 'null'],
    '~': ['', 'None', 'null'],
  };
  yield* words[secret.toLowerCase()] ?? [];
}
