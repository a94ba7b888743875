import { decoded } from './decoded.ts';

/** The texts of an error, by which its reason is recognized. */
export interface ErrorText {
  /** The codes and messages of the error and its causes. */
  readonly text: string;
  /** The message of the first cause. */
  readonly message: string;
}

/**
 * Return the texts of an error of a driver.
 * @param password is replaced in the texts, as it is written in the URL and as it is
 */
export function messageOf(error: unknown, password: string): ErrorText {
  const errors: object[] = [];
  for (let next = error; typeof next === 'object' && next !== null && errors.length < 5; ) {
    errors.push(next);
    next = 'cause' in next ? next.cause : undefined;
  }
  const texts = errors.map((each) => {
    const code = 'code' in each ? String(each.code) : '';
    return { code, message: masked(each instanceof Error ? each.message : '', password) };
  });
  const last = texts.at(-1);
  return {
    text: texts.flatMap(({ code, message }) => [code, message]).join(' '),
    message: last?.message || last?.code || String(error),
  };
}

function masked(text: string, password: string): string {
  if (password === '') return text;
  return text.replaceAll(password, '***').replaceAll(decoded(password), '***');
}
