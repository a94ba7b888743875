import { connect } from 'node:net';
import { Program } from './program.ts';

export const examples = ['express', 'koa', 'hono', 'existing-express-api'] as const;

export type Example = (typeof examples)[number];

export const secret = 'product-s3cret-ünïcode';

/** A receiver that listens. */
export interface Listening {
  readonly program: Program;
  /** The webhook's URL. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

export type Variables = Readonly<Record<string, string>>;

/** Starts an example's built program without waiting until it listens. */
export function launch(example: Example, env: Variables): Program {
  return new Program(process.execPath, [`examples/${example}/dist/server.js`], { env });
}

/** Starts an example on a free port, by default with {@link secret}. */
export function serveExample(example: Example, env: Variables = {}): Promise<Listening> {
  return listening(launch(example, { PORT: '0', SPIDERFOOT_WEBHOOK_SECRET: secret, ...env }));
}

/** Waits for the line that every example prints. */
export async function listening(program: Program): Promise<Listening> {
  const said = await program.says(/^listening on (https?:\/\/(\S+):(\d+)\/webhook)$/m);
  const [, url = '', host = '', port = ''] = said;
  return { program, url, host, port: Number(port) };
}

/** The lines that the program has printed for handled events, in order. */
export function handledBy({ program }: Pick<Listening, 'program'>): readonly unknown[] {
  return program.lines.filter((line) => line.startsWith('{')).map((line): unknown => JSON.parse(line));
}

/** Waits until a port refuses connections. */
export async function untilClosed(port: number): Promise<void> {
  while (await connects(port)) await new Promise((resolve) => setTimeout(resolve, 20));
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => socket.destroy()).once('error', () => resolve(false));
    socket.once('close', () => resolve(true));
  });
}
