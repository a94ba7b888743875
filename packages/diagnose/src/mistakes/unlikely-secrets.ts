import { masks } from '../secret/masks.ts';
import { lookalikes, typos } from '../secret/near-secrets.ts';
import { placeholders } from '../secret/placeholders.ts';
import { withComments } from '../secret/secret-comments.ts';
import { type Candidate, type SecretMistake, tableOf } from './mistake.ts';

/** Secrets of which there are thousands. They are not combined with other mistakes. */
export const unlikelySecrets: readonly SecretMistake[] = tableOf<string, Candidate>('secret', [
  {
    name: 'secret-masked',
    fix: 'The secret of the other side is the text that a screen or a log shows instead of it, such as ******** or [REDACTED]. Copy the secret itself.',
    candidates: masks,
  },
  {
    name: 'secret-placeholder',
    fix: 'The secret of the other side is a placeholder from an example, such as <YOUR_SECRET> or changeme, so anyone can sign events. Set your own secret.',
    candidates: () => placeholders(),
  },
  {
    name: 'secret-comment-lost',
    fix: 'The secret of the other side includes the comment after its value. Docker and systemd read the line this way. Put comments on separate lines.',
    candidates: withComments,
  },
  {
    name: 'secret-lookalikes',
    fix: 'The secrets differ in characters that look alike, such as 0 and O, or l and 1. Copy the secret again.',
    candidates: lookalikes,
  },
  {
    name: 'secret-typo',
    fix: 'The secrets differ in one character: one is missing, added or different. Copy the secret again.',
    candidates: typos,
  },
]);
