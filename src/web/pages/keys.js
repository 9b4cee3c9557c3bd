// SPDX-License-Identifier: MIT
// Keyboard: one table per page, and the dialog that shows it.

const help = document.getElementById('keys');

function isTyping({ target }) {
  return target instanceof Element && target.closest('input, textarea, select, dialog');
}

/** table: key (as in KeyboardEvent.key) -> function(event), which returns false to pass it on. */
export function onKeys(table) {
  const all = { '?': () => help.showModal(), ...table };
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event))
      return;
    if (Object.hasOwn(all, event.key) && all[event.key](event) !== false)
      event.preventDefault();
  });
}

document.getElementById('keys-button').addEventListener('click', () => help.showModal());
help.addEventListener('click', (event) => {
  if (event.target === help)
    help.close();
});
