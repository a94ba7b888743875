import type { Child } from 'hono/jsx';

interface StepLinkParts {
  /** `undefined` if there is no such page. */
  readonly href: string | undefined;
  readonly quiet?: boolean;
  readonly children?: Child;
}

/** A link to the next or the previous page, or its label if there is none. */
export function StepLink({ href, quiet = false, children }: StepLinkParts) {
  const name = quiet ? 'button quiet' : 'button';
  if (href !== undefined) {
    return (
      <a class={name} href={href}>
        {children}
      </a>
    );
  }
  return (
    <span class={name} aria-disabled="true">
      {children}
    </span>
  );
}
