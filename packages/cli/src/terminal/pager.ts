import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** With less, quit if the text fits the screen, keep colors, and leave the text on the screen. As Git does. */
const lessOptions = 'FRX';

/** The exit code of a shell that does not find a program. */
const notFound = 127;

/**
 * Print text. In a terminal, show it in the pager that `PAGER` names, or in `less`. If there is none, or `PAGER` is empty,
 * print the text as usual. The user may end the pager early.
 */
export async function printPaged(text: string, usesPager: boolean): Promise<void> {
  const pager = process.env.PAGER ?? (process.platform === 'win32' ? '' : 'less');
  const isShown = usesPager && process.stdout.isTTY && pager !== '' && (await showIn(pager, text));
  if (!isShown) console.log(text);
}

/** @returns whether the pager has started */
async function showIn(pager: string, text: string): Promise<boolean> {
  // Ctrl-C is for the pager. less stops a search, for example.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  try {
    const env = { LESS: lessOptions, ...process.env };
    const program = spawn(pager, { shell: true, stdio: ['pipe', 'inherit', 'ignore'], env });
    program.stdin.on('error', ignore);
    program.stdin.end(`${text}\n`);
    const [code]: readonly unknown[] = await once(program, 'close');
    return code !== notFound;
  } catch {
    return false;
  } finally {
    process.off('SIGINT', ignore);
  }
}
