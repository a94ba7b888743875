/** The words of short comments after a value. */
const words = [
  'production|prod|staging|stage|dev|development|test|local|live|secret|webhook secret|spiderfoot|webhook',
  'spiderfoot webhook secret|the secret|my secret|do not share|do not commit|change me|changeme|todo|keep secret',
  'required|optional|shared secret|signing secret|hmac secret|hmac|new|current|rotated|comment',
].flatMap((line) => line.split('|'));

/** Yield a secret with the comments that may follow it in a file of variables. */
export function* withComments(secret: string): Generator<string, void, undefined> {
  for (const mark of [' # ', '  # ', ' #', ' ; ', ' // ', '\t# ']) {
    for (const word of words) {
      yield secret + mark + word;
      yield secret + mark + word.charAt(0).toUpperCase() + word.slice(1);
    }
  }
}
