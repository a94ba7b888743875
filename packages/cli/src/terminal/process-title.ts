/** A URL with a password. */
const urlWithPassword = /:\/\/[^\s/@]*:[^\s@]+@|[?&]password=/i;

/** Hide the arguments from the list of processes, which every user of the machine can read, if one contains a password. */
export function hidePasswords(args: readonly string[]): void {
  if (args.some((arg) => urlWithPassword.test(arg))) process.title = 'spiderfoot-webhooks';
}
