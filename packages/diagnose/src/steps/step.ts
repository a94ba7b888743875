/** A step of a diagnosis. */
export interface Step {
  /** The name of the step. */
  readonly what: string;
  readonly verdict: 'right' | 'wrong' | 'notable';
  /** The observation, as one line. */
  readonly seen: string;
}

export const right = (what: string, seen: string): Step => ({ what, verdict: 'right', seen });
export const wrong = (what: string, seen: string): Step => ({ what, verdict: 'wrong', seen });
export const notable = (what: string, seen: string): Step => ({ what, verdict: 'notable', seen });
