interface SegmentsParts {
  /** For screen readers. */
  readonly label: string;
  readonly items: readonly {
    readonly label: string;
    readonly href: string;
    readonly isCurrent: boolean;
  }[];
}

/** Links of which one is selected. */
export function Segments({ label, items }: SegmentsParts) {
  return (
    <nav class="segments" aria-label={label}>
      {items.map((item) => (
        <a href={item.href} aria-current={item.isCurrent ? 'true' : undefined}>
          {item.label}
        </a>
      ))}
    </nav>
  );
}
