/** Add an element to another. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  parent: HTMLElement,
  name: Name,
  className = '',
): HTMLElementTagNameMap[Name] {
  const added = document.createElement(name);
  added.className = className;
  parent.append(added);
  return added;
}
