import { type ChildProcess, fork } from 'node:child_process';

/** A program in its own process. It replies to each question with a number, or with a list of numbers. */
export interface Child {
  readonly pid: number;
  ask(question: string): Promise<number>;
  list(question: string): Promise<readonly number[]>;
  /** End the process. It deletes its temporary files. */
  stop(): void;
}

/** Start a program that calls {@link answerParent}. */
export function startChild(program: URL, args: readonly string[] = []): Child {
  const child = fork(program, args, { execArgv: ['--expose-gc'] });
  return {
    pid: child.pid ?? Number.NaN,
    async ask(question) {
      const answer = await answerOf(child, question);
      if (typeof answer === 'number') return answer;
      throw new Error(`A program replied ${JSON.stringify(answer)} to ${question}`);
    },
    async list(question) {
      const answer = await answerOf(child, question);
      if (Array.isArray(answer) && answer.every(isNumber)) return answer;
      throw new Error(`A program replied ${JSON.stringify(answer)} to ${question}`);
    },
    stop() {
      if (child.connected) child.disconnect();
    },
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function answerOf(child: ChildProcess, question: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`A program exited with code ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
    child.send(question);
  });
}

type Answer = number | readonly number[];

/**
 * Reply to the parent's questions in the child process, and exit when the parent exits. A question can have an argument
 * after a space. The parent asks the next question after the reply to the last one.
 */
export function answerParent(
  answers: Readonly<Record<string, (argument: string) => Answer | Promise<Answer>>>,
): void {
  process.on('message', (question) => void answer(String(question)));
  process.once('disconnect', () => process.exit());

  async function answer(question: string): Promise<void> {
    const [name = '', argument = ''] = question.split(' ');
    const find = answers[name];
    process.send?.(find === undefined ? `unknown question ${question}` : await find(argument));
  }
}

/** Return the port of a server. @throws Error if the server does not listen on a TCP port */
export function portOf(address: string | { readonly port: number } | null): number {
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('The server does not listen on a TCP port');
}
