/** Tells a person who waits how far it is; on standard error, so that `--json` stays JSON. */
export interface Progress {
  tell(text: string): void;
  end(): void;
}

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  let last = '';
  return {
    tell(text) {
      if (stream.isTTY) stream.write(`\r\x1b[K${text}`);
      else if (part(text) !== part(last)) stream.write(`${part(text)}\n`);
      last = text;
    },
    end() {
      if (stream.isTTY) stream.write('\r\x1b[K');
    },
  };
}

/** Where lines stay, one for each part is enough. */
function part(text: string): string {
  return text.split(':')[0] ?? text;
}
