/** The form of a replay. */
interface ReplayForm {
  readonly keys: readonly string[];
  /** The query of the list to which the operator returns. */
  readonly back: URLSearchParams;
  /** The key of the delivery to whose page the operator returns, instead of the list. */
  readonly delivery: string | undefined;
  /** Whether all deliveries of the list are selected that wait for a retry, instead of `keys`. */
  readonly allDelayed: boolean;
  /** Whether all handlers run again. Otherwise, the store decides. */
  readonly allHandlers: boolean;
}

export function readForm(form: FormData): ReplayForm {
  const texts = (name: string) => form.getAll(name).filter((value) => typeof value === 'string');
  const [delivery] = texts('delivery');
  return {
    keys: [...new Set(texts('key'))],
    back: readBack(texts('back')[0] ?? ''),
    delivery: delivery === '' ? undefined : delivery,
    allDelayed: form.get('all') === 'delayed',
    allHandlers: form.get('handlers') === 'all',
  };
}

/** Proxies and browsers reject a longer header `Location`. */
const longestBack = 4000;

/** A query that is too long is dropped: the operator returns to the list without filters. */
function readBack(text: string): URLSearchParams {
  const query = new URLSearchParams(text);
  return query.toString().length > longestBack ? new URLSearchParams() : query;
}
