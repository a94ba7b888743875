import { readFileSync } from 'node:fs';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { ConfigurationError, createReceiver } from '@spiderfoot-webhooks/core';
import { loadConfig } from '@spiderfoot-webhooks/core/config';
import {
  exitWithReason,
  jsonLine,
  lineLogger,
  readListenAddress,
  serve,
  webhookListener,
} from '@spiderfoot-webhooks/core/node';
import { storeFromEnvironment } from '@spiderfoot-webhooks/store';

/** A receiver over HTTPS that accepts events only from clients with a certificate. It still verifies each signature. */
async function main(): Promise<void> {
  const { SPIDERFOOT_CONFIG: file = 'certificates/spiderfoot.ini', PORT = '3443' } = process.env;
  const { host, port } = readListenAddress({ ...process.env, PORT });
  const [endpoint] = loadConfig(file).endpoints;
  if (endpoint === undefined)
    throw new ConfigurationError(
      'SPIDERFOOT_CONFIG',
      'names a file without an endpoint. Add a section [webhooks] with a secret.',
    );
  const logger = lineLogger();
  const stored = await storeFromEnvironment({ logger });
  const receiver = createReceiver({ ...endpoint.options, ...stored.options, logger });
  receiver.onAny((event, { id }) => {
    console.log(jsonLine({ handled: event.event_type, id }));
  });

  const webhook = webhookListener(receiver);
  const { server, url } = await serve(
    (req, res) => {
      if (req.url === endpoint.path) void webhook(req, res);
      else res.writeHead(404).end();
    },
    receiver,
    { host, port, tls: readTls(), onClose: stored.close },
  );
  // A client without a certificate fails in the TLS handshake. It sends no HTTP request, so the receiver cannot log it.
  server.on('tlsClientError', ({ code }: NodeJS.ErrnoException, { authorizationError }: TLSSocket) => {
    logger.warn({ reason: authorizationError ?? code }, 'rejected a client during the TLS handshake');
  });
  console.log(`listening on ${url}${endpoint.path}`);
}

function readTls(): TlsOptions {
  return {
    cert: readPem('TLS_CERT', 'certificates/receiver.pem'),
    key: readPem('TLS_KEY', 'certificates/receiver.key'),
    // Every client with a certificate from this authority may connect. Issue certificates only to senders of webhooks.
    ca: readPem('TLS_CLIENT_CA', 'certificates/ca.pem'),
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
  };
}

function readPem(variable: string, defaultPath: string): Buffer {
  const path = process.env[variable] || defaultPath;
  try {
    return readFileSync(path);
  } catch {
    throw new ConfigurationError(
      variable,
      `names ${path}, which cannot be read. To create it, run npm run certificates.`,
    );
  }
}

main().catch(exitWithReason);
