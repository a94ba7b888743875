/** Writes the progress to standard error, so that the output of `--json` stays JSON. */
export interface Progress {
  report(text: string): void;
  end(): void;
}

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  let last = '';
  return {
    report(text) {
      if (stream.isTTY) stream.write(`\r\x1b[K${text}`);
      else if (part(text) !== part(last)) stream.write(`${part(text)}\n`);
      last = text;
    },
    end() {
      if (stream.isTTY) stream.write('\r\x1b[K');
    },
  };
}

/** Return the name of the benchmark. If lines cannot be overwritten, only one line for each benchmark is written. */
function part(text: string): string {
  return text.split(':')[0] ?? text;
}
