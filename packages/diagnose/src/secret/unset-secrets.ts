const variables = [
  'SPIDERFOOT_WEBHOOK_SECRET|WEBHOOK_SECRET|SECRET|SPIDERFOOT_SECRET|SIGNING_SECRET|HMAC_SECRET',
  'WEBHOOK_SIGNING_SECRET|SECRET_KEY|WEBHOOK_KEY|secret|webhook_secret|webhookSecret|API_KEY|TOKEN',
].flatMap((line) => line.split('|'));

/** Yield the texts that programs use as the secret if it is not set, or if a variable was not replaced. */
export function* unsetSecrets(): Generator<string, void, undefined> {
  yield* [
    '',
    ' ',
    '\n',
    'undefined',
    'null',
    'None',
    'nil',
    'false',
    'true',
    '0',
    '1',
    'NULL',
    'Null',
    '""',
    "''",
    '~',
  ];
  yield* [
    'NaN',
    '<nil>',
    '(null)',
    '<no value>',
    '{}',
    '[]',
    '[object Object]',
    '[object Promise]',
    'Array',
    '-',
    '...',
  ];
  yield* [
    '\0',
    "b''",
    '<null>',
    'unset',
    'not set',
    'not-set',
    'Undefined',
    'function',
    'Promise { <pending> }',
  ];
  for (const name of variables) {
    yield* [
      name,
      `$${name}`,
      `\${${name}}`,
      `$(${name})`,
      `%${name}%`,
      `{{${name}}}`,
      `{{ ${name} }}`,
      `<${name}>`,
    ];
    yield* [
      `\${env:${name}}`,
      `process.env.${name}`,
      `os.environ["${name}"]`,
      `os.environ['${name}']`,
      `$env:${name}`,
    ];
    yield* [
      `ENV['${name}']`,
      `getenv('${name}')`,
      `@${name}@`,
      `#{${name}}`,
      `\${${name}:-}`,
      `\${{ secrets.${name} }}`,
    ];
    yield* [
      `\${secrets.${name}}`,
      `secrets.${name}`,
      `env.${name}`,
      `env(${name})`,
      `{${name}}`,
      `!${name}!`,
      `:${name}`,
    ];
    yield* [
      `!env ${name}`,
      `ENC(${name})`,
      `{env.${name}}`,
      `{$${name}}`,
      `__${name}__`,
      `$\${${name}}`,
      `$$${name}`,
    ];
    yield* [`\${var.${name}}`, `var.${name}`, `\${local.${name}}`, `{{ .Values.${name} }}`, `{{ .${name} }}`];
    yield* [
      `<%= ${name} %>`,
      `<%= ENV['${name}'] %>`,
      `%(${name})s`,
      `%{${name}}`,
      `[[${name}]]`,
      `<<${name}>>`,
    ];
    yield* [
      `\${env.${name}}`,
      `{{ env.${name} }}`,
      `{{ env "${name}" }}`,
      `\${{ env.${name} }}`,
      `$[${name}]`,
    ];
  }
  for (const file of [
    'secret',
    'secret.txt',
    'webhook-secret',
    'webhook_secret',
    'webhook_secret.txt',
    'spiderfoot_webhook_secret',
  ]) {
    yield* [
      file,
      `/run/secrets/${file}`,
      `@${file}`,
      `./${file}`,
      `file:${file}`,
      `file:///run/secrets/${file}`,
    ];
    yield* [
      `/etc/secrets/${file}`,
      `/var/run/secrets/${file}`,
      `/etc/spiderfoot/${file}`,
      `./secrets/${file}`,
    ];
  }
}
