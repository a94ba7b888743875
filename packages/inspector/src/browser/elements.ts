/** Return the elements of a selector that are of a type. */
export function elements<Type extends Element>(
  selector: string,
  type: new () => Type,
  root: ParentNode = document,
): readonly Type[] {
  return [...root.querySelectorAll(selector)].filter((found): found is Type => found instanceof type);
}

/** Return the first element of a selector, if it is of the type. */
export function element<Type extends Element>(
  selector: string,
  type: new () => Type,
  root: ParentNode = document,
): Type | undefined {
  return elements(selector, type, root)[0];
}

/** The element of an event, or the nearest ancestor that matches the selector. */
export function closest(event: Event, selector: string): HTMLElement | undefined {
  const found = event.target instanceof Element ? event.target.closest(selector) : null;
  return found instanceof HTMLElement ? found : undefined;
}

export interface NewElement {
  readonly class?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Create an element. Text is set as text, never as markup. */
export function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  { class: className, text, attributes = {} }: NewElement = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[Name] {
  const created = document.createElement(name);
  if (className !== undefined) created.className = className;
  if (text !== undefined) created.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) created.setAttribute(attribute, value);
  created.append(...children);
  return created;
}
