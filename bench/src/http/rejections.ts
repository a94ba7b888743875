import type { Progress } from '../report/progress.ts';
import { ratiosOf, type Series, seriesOf, shuffled } from '../report/statistics.ts';
import { type SignedBody, signedBodies } from '../support/bodies.ts';
import { requestRate, startTarget, type Target, toRequest } from './load.ts';

/** The figures of one reason to reject, over HTTP on plain Node. */
export interface RejectionResult {
  readonly name: string;
  readonly status: number;
  /** Microseconds per request. */
  readonly time: Series;
  /** Its time over that of accepting a body of about the same size, round by round. The target is at most 1. */
  readonly overAccepting: Series;
}

interface Trial {
  readonly name: string;
  readonly server: string;
  readonly status: number;
  readonly bytes: number;
  /** Requests in a round. */
  readonly count: number;
  readonly request: (signed: SignedBody) => Uint8Array;
}

// The receiver closes the connection of a rejected sender. So that both pay for a new connection, the accepted requests ask
// for it.
const genuine = ({ body, digest }: SignedBody) => closing(toRequest(body, digest));
const forged = ({ body, digest }: SignedBody) =>
  closing(toRequest(body, digest.split('').reverse().join('')));

const small = { bytes: 512, count: 1500 } as const;
const large = { bytes: 1024 * 1024, count: 32 } as const;

const server = 'core/node';
const accepted: Trial = { name: 'accepting, 0.5 KB', server, status: 200, ...small, request: genuine };
const acceptedLarge: Trial = { name: 'accepting, 1 MB', server, status: 200, ...large, request: genuine };

const trials: readonly (readonly [Trial, Trial])[] = [
  [{ ...accepted, name: 'bad signature, 0.5 KB', status: 401, request: forged }, accepted],
  [
    { ...accepted, name: 'foreign address, 0.5 KB', server: 'core/node, for other addresses', status: 403 },
    accepted,
  ],
  [{ ...acceptedLarge, name: 'bad signature, 1 MB', status: 401, request: forged }, acceptedLarge],
  [{ ...acceptedLarge, name: 'oversized, 1.1 MB', status: 413, bytes: large.bytes * 1.1 }, acceptedLarge],
  [
    {
      ...acceptedLarge,
      name: 'oversized, 1.1 MB in chunks',
      status: 413,
      bytes: large.bytes * 1.1,
      request: inChunks,
    },
    acceptedLarge,
  ],
];

/** Compare the cost of a rejection with the cost of accepting the same request. */
export async function measureRejections(rounds: number, progress: Progress): Promise<RejectionResult[]> {
  const all = [...new Set(trials.flat())];
  const targets = new Map<string, Target>();
  for (const name of new Set(all.map((trial) => trial.server))) targets.set(name, await startTarget(name));
  try {
    const times = new Map<Trial, number[]>(all.map((trial) => [trial, []]));
    const warmUp = 3;
    for (let round = -warmUp; round < rounds; round++) {
      progress.report(`rejections: round ${Math.max(round + 1, 0)} of ${rounds}`);
      for (const trial of shuffled(all)) {
        const target = targets.get(trial.server);
        if (target === undefined) throw new Error(`No server is named ${trial.server}`);
        const requests = signedBodies(trial.count, trial.bytes).map(trial.request);
        const rate = await requestRate(target, requests, trial.status, { reconnects: true });
        if (round >= 0) times.get(trial)?.push(1_000_000 / rate);
      }
    }
    const timesOf = (trial: Trial) => times.get(trial) ?? [];
    return trials.map(([trial, accepting]) => ({
      name: trial.name,
      status: trial.status,
      time: seriesOf(timesOf(trial)),
      overAccepting: ratiosOf(timesOf(trial), timesOf(accepting)),
    }));
  } finally {
    for (const target of targets.values()) target.stop();
  }
}

/** Return a request that asks the server to close the connection. */
function closing(request: Buffer): Buffer {
  const end = request.indexOf('\r\n');
  return Buffer.concat([
    request.subarray(0, end),
    Buffer.from('\r\nConnection: close'),
    request.subarray(end),
  ]);
}

/** Return a request without a declared length. The receiver must count the bytes to find that the body is too large. */
function inChunks({ body, digest }: SignedBody): Uint8Array {
  const request = genuine({ body, digest }).toString('latin1');
  const head = request
    .slice(0, request.indexOf('\r\n\r\n'))
    .replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked');
  const parts: Uint8Array[] = [Buffer.from(`${head}\r\n\r\n`, 'latin1')];
  const size = 64 * 1024;
  for (let at = 0; at < body.byteLength; at += size) {
    const chunk = body.subarray(at, at + size);
    parts.push(Buffer.from(`${chunk.byteLength.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
