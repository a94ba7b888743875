/** A time in UTC. The script shows it in the time zone of the browser. */
export function Time({ at }: { at: Date }) {
  const iso = at.toISOString();
  return (
    <time datetime={iso} data-time="">
      {`${iso.slice(0, 19).replace('T', ' ')} UTC`}
    </time>
  );
}
