import type { Logger } from '../../src/index.ts';

export interface Line {
  readonly level: keyof Logger;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Create a logger that keeps its lines. */
export function keepingLogger(): { readonly logger: Logger; readonly lines: readonly Line[] } {
  const lines: Line[] = [];
  const write = (level: Line['level']) => (details: object, message: string) =>
    void lines.push({ level, message, details: { ...details } });
  return {
    logger: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    lines,
  };
}
