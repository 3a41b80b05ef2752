// Native dialogs: a button with data-opens="id" opens one (data-action sets the address of its form), data-closes closes it.

const open = (dialog, opener) => {
  const form = dialog.querySelector("form");
  if (form && opener?.dataset.action) form.action = opener.dataset.action;
  dialog.showModal();
};

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    const menu = opener.closest("details[data-menu]");
    if (menu) menu.open = false;
    open(document.getElementById(opener.dataset.opens), opener);
    return;
  }
  const dialog = event.target.closest("dialog");
  if (dialog && (event.target === dialog || event.target.closest("[data-closes]"))) dialog.close();
});

for (const dialog of document.querySelectorAll("dialog[data-open-now]")) open(dialog);
