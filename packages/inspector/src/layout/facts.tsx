import type { Child } from 'hono/jsx';
import { Text } from './text.tsx';

/** A name and its value in a list of facts (`<dl class="facts">`). */
export function Fact({ name, children }: { name: string; children: Child }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** A fact whose value is the text of another party. It is omitted if the value is missing or empty. */
export function TextFact({ name, value }: { name: string; value: string | undefined }) {
  if (value === undefined || value === '') return null;
  return (
    <Fact name={name}>
      <Text of={value} />
    </Fact>
  );
}
