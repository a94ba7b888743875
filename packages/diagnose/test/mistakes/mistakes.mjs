// Make the mistakes in signatures that are common in JavaScript, and print each as a line of JSON, as mistakes.py does.
import { createHmac } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** A body as Python writes it. */
const body =
  '{"event_type": "scan.complete", "timestamp": 1795459140.5, "payload": {"target": "b\\u00fccher.example/<a&b>", "progress": 1.0, "n": 2, "b": "x", "1": 0}}';
const secret = 's3cret-0f';

const sign = (text, key = secret) => `sha256=${createHmac('sha256', key).update(text).digest('hex')}`;

function row(mistakes, signature, { received = body, ...more } = {}) {
  const names = [mistakes].flat();
  const line = {
    mistakes: names,
    signature,
    body: Buffer.from(received).toString('base64'),
    secret,
    ...more,
  };
  console.log(JSON.stringify(line));
}

const parsed = JSON.parse(body);
const sorted = (value) =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.keys(value)
          .sort()
          .map((key) => [key, sorted(value[key])]),
      )
    : value;

// Python signed the body, and the receiver parsed and serialized it again.
const signed =
  '{"event_type": "scan.complete", "timestamp": 1795459140.5, "payload": {"scan_id": "\\u00fc"}}';
row('json-python', sign(signed), { received: JSON.stringify(JSON.parse(signed)) });
const floats = body.replace(', "1": 0', '');
row('json-python-floats', sign(floats), { received: JSON.stringify(JSON.parse(floats)) });
const many = `{"event_type": "x", "timestamp": 17.0, "payload": [${Array.from({ length: 20 }, (_, i) => i).join(', ')}]}`;
row('json-python-floats', sign(many), { received: JSON.stringify(JSON.parse(many)) });

// The sender serialized the body twice: once to sign it, and once to send it.
row('json-javascript', sign(JSON.stringify(parsed)));
row('json-javascript-indent-2', sign(JSON.stringify(parsed, null, 2)));
row('json-javascript-indent-4', sign(JSON.stringify(parsed, null, 4)));
row('json-javascript-indent-tab', sign(JSON.stringify(parsed, null, '\t')));
row('json-javascript-sorted', sign(JSON.stringify(sorted(JSON.parse(floats)))), { received: floats });
row('json-javascript-line', sign(`${JSON.stringify(parsed)}\n`));
row('json-javascript-indent-2-line', sign(`${JSON.stringify(parsed, null, 2)}\n`));
row('json-javascript-sorted-line', sign(`${JSON.stringify(sorted(JSON.parse(floats)), null, 2)}\n`), {
  received: floats,
});
row('payload-javascript', sign(JSON.stringify(parsed.payload)));

row('signed-nothing', sign(String(parsed)));
row('signed-nothing', sign(JSON.stringify({})));
row('signed-as-json-string', sign(JSON.stringify(JSON.stringify(parsed))), {
  received: JSON.stringify(parsed),
});
row('percent-encoding', sign(encodeURIComponent(body)));
row('percent-encoding', sign(body), { received: new URLSearchParams({ a: body }).toString().slice(2) });
row('utf-16', sign(Buffer.from(body, 'utf16le')));
row('latin-1', sign(Buffer.from('{"a": "ü"}', 'latin1')), { received: '{"a": "ü"}' });

row('secret-not-set', sign(body, `${process.env.SURELY_NOT_SET}`));
row('secret-not-set', sign(body, ''));
row('secret-in-quotes', sign(body, 'x y'), { secret: '"x y"' });
row('secret-percent-encoding', sign(body, encodeURIComponent('a/b c')), { secret: 'a/b c' });
row('secret-percent-encoding', sign(body, 'a/b c'), { secret: 'a%2Fb%20c' });
row('secret-hex-decoded', sign(body, Buffer.from('c0ffee00', 'hex')), { secret: 'c0ffee00' });
row('secret-base64-decoded', sign(body, Buffer.from('-_c0ffee', 'base64url')), { secret: '-_c0ffee' });
row('secret-encoding', sign(body, Buffer.from('secret-0', 'utf16le')), { secret: 'secret-0' });
row(['json-javascript', 'secret-base64-encoded'], sign(JSON.stringify(parsed), btoa(secret)));

// The bodies that languages write that may not be installed here.
const compact = '{"b":"ü/<a>","a":1}';
row('json-php', sign('{"b":"\\u00fc\\/<a>","a":1}'), { received: compact });
row('json-go', sign('{"b":"ü/\\u003ca\\u003e","a":1}'), { received: compact });
row('json-go-map', sign('{"a":1,"b":"ü/\\u003ca\\u003e"}'), { received: compact });
row('json-dotnet', sign('{"b":"\\u00FC/\\u003Ca\\u003E","a":1}'), { received: compact });
row('signed-compressed', sign(gzipSync(body)));
row('signed-compressed', sign(brotliCompressSync(body)));
