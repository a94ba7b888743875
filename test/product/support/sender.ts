import { fileURLToPath } from 'node:url';
import { pythonJson, type SenderDialect } from '@spiderfoot-webhooks/core/testing';
import { run } from './program.ts';

/** A webhook for the Python sender. */
export interface Job {
  readonly url: string;
  readonly secret: string;
  readonly dialect: SenderDialect;
  readonly event_type: string;
  /** May contain NaN and the infinities, which Python writes without quotes. */
  readonly data: Readonly<Record<string, unknown>>;
  /** ISO 8601 for the guide's envelope, epoch seconds for the others. A notification has no timestamp. @default now */
  readonly timestamp?: unknown;
  /** How often the same bytes are sent. @default 1 */
  readonly times?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PythonAnswer {
  readonly status: number;
  readonly body: string;
}

const sender = fileURLToPath(new URL('../programs/sender.py', import.meta.url));

/** Sends the webhooks from Python, in order. */
export async function sendFromPython(...jobs: readonly Job[]): Promise<readonly PythonAnswer[]> {
  const { code, lines, stderr } = await run('python3', [sender], { input: pythonJson(jobs) });
  if (code !== 0) throw new Error(`sender.py exited with code ${code}:\n${stderr}`);
  return lines.map(readAnswer);
}

function readAnswer(line: string): PythonAnswer {
  const answer: unknown = JSON.parse(line);
  if (isAnswer(answer)) return answer;
  throw new Error(`sender.py wrote ${line}`);
}

function isAnswer(answer: unknown): answer is PythonAnswer {
  return (
    typeof answer === 'object' &&
    answer !== null &&
    'status' in answer &&
    typeof answer.status === 'number' &&
    'body' in answer &&
    typeof answer.body === 'string'
  );
}
