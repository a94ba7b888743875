import { type ChildProcess, fork } from 'node:child_process';

/** A program in a process of its own, that tells a number for a word. */
export interface Child {
  ask(what: string): Promise<number>;
  stop(): void;
}

/** @param program the built file, beside this one */
export function startChild(program: string, args: readonly string[] = []): Child {
  const child = fork(new URL(program, import.meta.url), args, { execArgv: ['--expose-gc'] });
  return {
    ask(what) {
      child.send(what);
      return told(child, what);
    },
    stop: () => void child.kill(),
  };
}

function told(child: ChildProcess, what: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`A program ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      if (typeof message === 'number') resolve(message);
      else reject(new Error(`A program told ${JSON.stringify(message)} for ${what}`));
    });
  });
}

/** The other side: answers each word, and goes when its parent does. */
export function answerParent(answers: Readonly<Record<string, () => number>>): void {
  process.on('message', (what) => {
    const answer = typeof what === 'string' ? answers[what] : undefined;
    process.send?.(answer === undefined ? `no ${JSON.stringify(what)}` : answer());
  });
  process.once('disconnect', () => process.exit());
}

/** The port of a server that listens on TCP. */
export function portOf(address: string | { readonly port: number } | null): number {
  if (typeof address === 'object' && address !== null) return address.port;
  throw new Error('It does not listen on a TCP port');
}
