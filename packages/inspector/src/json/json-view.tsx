import { printable } from '@spiderfoot-webhooks/core/terminal';
import type { Child } from 'hono/jsx';
import type { ExactJson } from './exact-json.ts';

/** Values below this depth are folded. */
const openDepth = 3;

interface ValueParts {
  readonly value: ExactJson;
  /** The text before the value: the name of a member. */
  readonly label?: Child;
  /** The comma after a value. */
  readonly end?: string;
  readonly depth?: number;
}

/** A JSON value with highlighted parts. Objects and lists can be folded without script. */
export function JsonView({ value, label, end = '', depth = 0 }: ValueParts) {
  if (value.kind === 'object') {
    const parts = value.members.map(({ name, value: member }, index) => (
      <JsonView
        value={member}
        label={<Label name={name} />}
        end={index < value.members.length - 1 ? ',' : ''}
        depth={depth + 1}
      />
    ));
    return <Nested marks="{}" unit="member" parts={parts} {...{ label, end, depth }} />;
  }
  if (value.kind === 'list') {
    const parts = value.items.map((item, index) => (
      <JsonView value={item} end={index < value.items.length - 1 ? ',' : ''} depth={depth + 1} />
    ));
    return <Nested marks="[]" unit="item" parts={parts} {...{ label, end, depth }} />;
  }
  return (
    <div>
      {label}
      <span class={value.kind}>{value.kind === 'string' ? quoted(value.text) : value.text}</span>
      {end}
    </div>
  );
}

interface NestedParts extends Required<Pick<ValueParts, 'end' | 'depth'>> {
  readonly label: Child;
  readonly marks: string;
  readonly unit: string;
  readonly parts: readonly Child[];
}

function Nested({ label, marks: [open, close], unit, parts, end, depth }: NestedParts) {
  if (parts.length === 0) {
    return (
      <div>
        {label}
        {`${open}${close}${end}`}
      </div>
    );
  }
  const count = parts.length === 1 ? `1 ${unit}` : `${parts.length} ${unit}s`;
  return (
    <details open={depth < openDepth}>
      <summary>
        {label}
        {open}
        <span class="folded">{` ${count} ${close}`}</span>
      </summary>
      <div class="nested">{parts}</div>
      {`${close}${end}`}
    </details>
  );
}

function Label({ name }: { name: string }) {
  return (
    <>
      <span class="key">{quoted(name)}</span>
      {': '}
    </>
  );
}

function quoted(text: string): string {
  return printable(JSON.stringify(text));
}
