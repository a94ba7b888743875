import { readFileSync } from 'node:fs';

/** A mistake that was made with a real program. The tests do not need the program. */
interface RecordedMistake {
  readonly mistakes: readonly string[];
  readonly signature: string;
  /** The body in base64. */
  readonly body: string;
  readonly secret: string;
  /** The program or the command that made the mistake. */
  readonly command: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const recordedMistakes: readonly RecordedMistake[] = readFileSync(
  new URL('./recorded.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line): RecordedMistake => JSON.parse(line));
