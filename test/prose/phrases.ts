/** A phrase that our texts avoid. */
export interface Phrase {
  readonly pattern: RegExp;
  /** What to write instead. */
  readonly instead: string;
}

const phrase = (source: string, instead: string): Phrase => ({
  pattern: new RegExp(`\\b(?:${source})\\b`, 'gi'),
  instead,
});

/** The phrases to avoid, and what to write instead. Keep the list short: a phrase is here because it kept coming back. */
export const phrases: readonly Phrase[] = [
  phrase('mend(?:s|ed|ing)?', 'fix, or repair'),
  phrase('tells?|telling|told', 'reports, or logs'),
  phrase('nobody|somebody|whoever', 'no one, or name the person: a client, an operator'),
  phrase('is no(?! (?:longer|more|one|way|need|such)\\b)', 'is not a'),
  phrase('by itself', 'automatically, or on its own'),
  phrase('by word|without a word', 'explicitly, or silently'),
  phrase('at the most', 'at most'),
  phrase('in peace', 'alone'),
  phrase('for ever|anew', 'forever, or again'),
  phrase('the very same', 'the same'),
  phrase('stands? (?:in|for|at|there|beside|behind)', 'is in, or means'),
  phrase('house|made of', 'package, or consists of'),
  phrase('what hangs on|hangs on', 'depends on'),
  phrase('given up|gives? up|turned away', 'dead letter, or rejected'),
  phrase('that is taken|is taken(?! (?:over|from|by)\\b)', 'is used, or is accepted'),
  phrase(
    'what (?:comes|came|waits|is told|arrives|has come|is sent|was sent)',
    'name it: events, queued deliveries',
  ),
  phrase('as (?:many|much|often) as (?:may|it may)', 'up to the limit'),
  phrase('goes (?:by|on with)', 'uses, or continues with'),
];
