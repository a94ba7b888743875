const shortcuts = [
  ['j / k', 'Next or previous row'],
  ['Enter / o', 'Open the row'],
  ['x', 'Select the row'],
  ['r', 'Replay'],
  ['/', 'Search'],
  ['g o', 'Overview'],
  ['g d', 'Deliveries'],
  ['g l', 'Dead letters'],
  ['g r', 'Rejected'],
  ['g t', 'Try it'],
  ['?', 'Show this help'],
  ['Esc', 'Clear the selection'],
] as const;

/** The list of keyboard shortcuts, which the script opens. */
export function ShortcutHelp() {
  return (
    <dialog id="shortcuts" aria-labelledby="shortcuts-title">
      <h2 id="shortcuts-title">Keyboard shortcuts</h2>
      <dl>
        {shortcuts.map(([keys, action]) => (
          <>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{action}</dd>
          </>
        ))}
      </dl>
      <form method="dialog" class="actions">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
