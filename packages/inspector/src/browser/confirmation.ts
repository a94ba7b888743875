import { create } from './elements.ts';
import { selectedCount } from './selection.ts';

/** Ask before a form with `data-confirm` is sent. Without script, the form is sent at once. */
export function startConfirmations(): void {
  const confirmed = new WeakSet<HTMLFormElement>();
  document.addEventListener('submit', (event) => {
    const { target: form, submitter } = event;
    if (!(form instanceof HTMLFormElement)) return;
    const question = submitter?.dataset.confirm ?? form.dataset.confirm;
    if (question === undefined || confirmed.delete(form)) return;
    event.preventDefault();
    ask(question.replace('{count}', String(selectedCount())), submitter?.textContent ?? 'OK', () => {
      confirmed.add(form);
      form.requestSubmit(submitter);
    });
  });
}

function ask(question: string, action: string, onConfirm: () => void): void {
  const cancel = create('button', { text: 'Cancel', attributes: { value: 'cancel' } });
  const confirm = create('button', { class: 'primary', text: action, attributes: { value: 'confirm' } });
  const buttons = create('div', { class: 'actions' }, cancel, confirm);
  const title = create('h2', { text: question, attributes: { id: 'confirmation' } });
  const dialog = create(
    'dialog',
    { attributes: { 'aria-labelledby': title.id } },
    create('form', { attributes: { method: 'dialog' } }, title, buttons),
  );
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (dialog.returnValue === 'confirm') onConfirm();
  });
  document.body.append(dialog);
  dialog.showModal();
  confirm.focus();
}
