/** One thing that was looked at. */
export interface Step {
  readonly what: string;
  readonly verdict: 'right' | 'wrong' | 'notable';
  /** What was seen, in a line. */
  readonly seen: string;
}

export const right = (what: string, seen: string): Step => ({ what, verdict: 'right', seen });
export const wrong = (what: string, seen: string): Step => ({ what, verdict: 'wrong', seen });
export const notable = (what: string, seen: string): Step => ({ what, verdict: 'notable', seen });
