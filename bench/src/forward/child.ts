import { type ChildProcess, fork } from 'node:child_process';

/** A program in its own process. It replies to each question with a number. */
export interface Child {
  ask(question: string): Promise<number>;
  stop(): void;
}

/** Start a program. @param program the path of the built program, relative to this file */
export function startChild(program: string, args: readonly string[] = []): Child {
  const child = fork(new URL(program, import.meta.url), args, { execArgv: ['--expose-gc'] });
  return {
    ask(question) {
      child.send(question);
      return answerOf(child, question);
    },
    stop: () => void child.kill(),
  };
}

function answerOf(child: ChildProcess, question: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`A program exited with code ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      if (typeof message === 'number') resolve(message);
      else reject(new Error(`A program replied ${JSON.stringify(message)} to ${question}`));
    });
  });
}

/** Reply to the parent's questions in the child process, and exit when the parent exits. */
export function answerParent(answers: Readonly<Record<string, () => number>>): void {
  process.on('message', (question) => {
    const answer = typeof question === 'string' ? answers[question] : undefined;
    process.send?.(answer === undefined ? `unknown question ${JSON.stringify(question)}` : answer());
  });
  process.once('disconnect', () => process.exit());
}

/** Return the port of a server. @throws Error if the server does not listen on a TCP port */
export function portOf(address: string | { readonly port: number } | null): number {
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('The server does not listen on a TCP port');
}
