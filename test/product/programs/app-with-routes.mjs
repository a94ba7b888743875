// Runs a receiver with `serve` in an app with other routes: FRAMEWORK=express node app-with-routes.mjs
// Its handler ends on SIGUSR2. TLS_CERT and TLS_KEY make it serve HTTPS.
import { readFileSync } from 'node:fs';
import { getRequestListener } from '@hono/node-server';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { readEnvironment, serve, webhookListener } from '@spiderfoot-webhooks/core/node';
import * as expressAdapter from '@spiderfoot-webhooks/express';
import * as honoAdapter from '@spiderfoot-webhooks/hono';
import * as koaAdapter from '@spiderfoot-webhooks/koa';
import express from 'express';
import { Hono } from 'hono';
import Koa from 'koa';

const { FRAMEWORK, KEEP_ALIVE, MAX_CONNECTIONS, TLS_CERT, TLS_KEY } = process.env;
const { host, port, options } = readEnvironment();
const receiver = createReceiver(options);
receiver.on('scan_started', async () => {
  console.log('begun');
  await new Promise((resolve) => process.once('SIGUSR2', resolve));
});

const frameworks = {
  node: () => webhookListener(receiver),
  express: () => express().all('/webhook', expressAdapter.webhookHandler(receiver)),
  koa() {
    const koa = new Koa();
    // Koa prints the error of a reset connection.
    koa.silent = true;
    return koa.use(koaAdapter.webhookHandler(receiver)).callback();
  },
  hono: () => getRequestListener(new Hono().all('/webhook', honoAdapter.webhookHandler(receiver)).fetch),
};
const webhook = frameworks[FRAMEWORK ?? 'node']();

/** Larger than the buffers of both sides. */
const large = Buffer.alloc(64 * 1024 * 1024, 'x');

let counted = 0;

function app(req, res) {
  if (req.url === '/counted') return res.end(String(++counted));
  if (req.url === '/large') return res.end(large);
  if (req.url === '/upload') return req.on('data', () => {}).on('end', () => res.end('all of it'));
  return webhook(req, res);
}

const { server, url } = await serve(app, receiver, {
  host,
  port,
  grace: 2_000_000_000,
  ...(KEEP_ALIVE && KEEP_ALIVE !== 'default' && { keepAliveTimeout: Number(KEEP_ALIVE) }),
  ...(MAX_CONNECTIONS && { maxConnections: Number(MAX_CONNECTIONS) }),
  ...(TLS_CERT && {
    tls: { cert: readFileSync(TLS_CERT), key: readFileSync(TLS_KEY), handshakeTimeout: 2_000_000_000 },
  }),
  async onClose() {
    console.log('closed');
  },
});
// Node's own timeouts would close a silent connection. That would hide a server that fails to close it at shutdown.
Object.assign(server, { headersTimeout: 0, requestTimeout: 0, ...(!KEEP_ALIVE && { keepAliveTimeout: 0 }) });
server.on('upgrade', (_req, socket) => socket.on('error', () => {}).write('HTTP/1.1 101 Switching\r\n\r\n'));
server.on('connect', (_req, socket) => socket.on('error', () => {}).write('HTTP/1.1 200 OK\r\n\r\n'));
console.log(`listening on ${url}/webhook`);
