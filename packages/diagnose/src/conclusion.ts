import type { Mistake } from './mistakes/mistake.ts';
import type { Step } from './steps/step.ts';

/** The conclusion of a diagnosis. It states only established facts. */
export interface Conclusion {
  /**
   * `genuine`: the signature is valid. `explained`: known mistakes reproduce the signature. `unfinished`: not all known
   * mistakes were tried, because the body is too large. `marked`: no known mistake reproduces the signature, and the wrong
   * steps must be corrected first. `unknown`: no cause was found.
   */
  readonly kind: 'genuine' | 'explained' | 'marked' | 'unfinished' | 'unknown';
  /** The names of the wrong steps. */
  readonly marked: readonly string[];
  /** The conclusion as text. */
  readonly text: string;
}

/** The facts of a diagnosis. */
export interface Facts {
  /** Whether a receiver accepts the signature unchanged. */
  readonly genuine: boolean;
  readonly steps: readonly Step[];
  /** The mistakes that explain the signature. `undefined` if no known mistakes do. */
  readonly mistakes: readonly Mistake[] | undefined;
  /** Whether all known mistakes were tried. */
  readonly complete: boolean;
}

export function conclusionOf({ genuine, steps, mistakes, complete }: Facts): Conclusion {
  const wrong = steps.filter(({ verdict }) => verdict === 'wrong');
  const marked = wrong.map(({ what }) => what);
  const note = marked.length === 0 ? '' : ` Marked ✗ above: ${marked.join(', ')}.`;
  if (genuine) return { kind: 'genuine', marked, text: `The signature is valid.${note}` };
  if (mistakes !== undefined) {
    const count = mistakes.length === 1 ? 'One mistake was found' : `${mistakes.length} mistakes were found`;
    return {
      kind: 'explained',
      marked,
      text: `${count}, which explain${mistakes.length === 1 ? 's' : ''} the signature.${note}`,
    };
  }
  if (!complete) {
    const first = wrong.length === 0 ? '' : ` ${correctFirst(wrong)}`;
    return {
      kind: 'unfinished',
      marked,
      text: `Not all known mistakes were tried, because the body is too large.${first}`,
    };
  }
  if (wrong.length > 0) return { kind: 'marked', marked, text: correctFirst(wrong) };
  return {
    kind: 'unknown',
    marked,
    text: "The secret here, the sender's secret or the body may be wrong. The signature does not show which. Copy the secret from the sender again, and compare the body with the received bytes.",
  };
}

function correctFirst(wrong: readonly Step[]): string {
  const faults = wrong.map(({ what, seen }) => `${what} (${seen})`).join('; ');
  return `First correct the steps marked ✗: ${faults}. Until then, the signature does not show whether the secret is right.`;
}
