import type { Mistake } from './mistake.ts';
import type { Step } from './step.ts';

/** What follows from a diagnosis. It never claims more than was established. */
export interface Conclusion {
  /**
   * `genuine`: the signature is right; `explained`: the mistakes reproduce it; `marked`: nothing reproduces it, and the steps
   * that are wrong have to be corrected first; `unfinished`: not everything was tried; `unknown`: any side may be at fault.
   */
  readonly kind: 'genuine' | 'explained' | 'marked' | 'unfinished' | 'unknown';
  /** The steps that are wrong, by their names. */
  readonly marked: readonly string[];
  /** In sentences. */
  readonly text: string;
}

/** What a conclusion is drawn from. */
export interface Facts {
  /** Whether a receiver accepts the signature as it is. */
  readonly genuine: boolean;
  readonly steps: readonly Step[];
  /** What explains the signature; `undefined` if nothing that is known does. */
  readonly mistakes: readonly Mistake[] | undefined;
  /** Whether all the known mistakes were tried. */
  readonly complete: boolean;
}

export function conclusionOf({ genuine, steps, mistakes, complete }: Facts): Conclusion {
  const wrong = steps.filter(({ verdict }) => verdict === 'wrong');
  const marked = wrong.map(({ what }) => what);
  const also = marked.length === 0 ? '' : ` Marked ✗ above: ${marked.join(', ')}.`;
  if (genuine) return { kind: 'genuine', marked, text: `The signature is right.${also}` };
  if (mistakes !== undefined) {
    const count = mistakes.length === 1 ? 'The mistake is found' : `${mistakes.length} mistakes are found`;
    return { kind: 'explained', marked, text: `${count}: with this the signature fits.${also}` };
  }
  if (wrong.length > 0) return { kind: 'marked', marked, text: correctFirst(wrong) };
  if (!complete) {
    return {
      kind: 'unfinished',
      marked,
      text: 'Not all known mistakes were tried: the body is too large for that.',
    };
  }
  return {
    kind: 'unknown',
    marked,
    text: "The secret here, the sender's secret or the body may be at fault; the signature does not show which. Copy the secret again from the sender, and compare the body with the bytes that were received.",
  };
}

function correctFirst(wrong: readonly Step[]): string {
  const faults = wrong.map(({ what, seen }) => `${what} (${seen})`).join('; ');
  return `Correct what is marked ✗ first: ${faults}. Until then the signature says nothing about the secret.`;
}
