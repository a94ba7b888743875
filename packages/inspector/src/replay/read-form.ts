/** The form of a replay. */
interface ReplayForm {
  readonly keys: readonly string[];
  /** The query of the list to which the operator returns. */
  readonly back: URLSearchParams;
  /** The key of the delivery to whose page the operator returns, instead of the list. */
  readonly delivery: string | undefined;
  /** Whether all handlers run again. Otherwise, the store decides. */
  readonly allHandlers: boolean;
}

export function readForm(form: FormData): ReplayForm {
  const texts = (name: string) => form.getAll(name).filter((value) => typeof value === 'string');
  const [delivery] = texts('delivery');
  return {
    keys: [...new Set(texts('key'))],
    back: new URLSearchParams(texts('back')[0] ?? ''),
    delivery: delivery === '' ? undefined : delivery,
    allHandlers: form.get('handlers') === 'all',
  };
}
