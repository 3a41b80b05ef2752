// The counting sheet: Enter goes to the next line, the arrows up and down; from the last one to the note.

document.addEventListener("keydown", (event) => {
  if (!event.target.matches("[data-count]") || event.isComposing) return;
  const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const sheet = event.target.form;
  const lines = [...sheet.querySelectorAll("[data-count]")];
  const next = lines[lines.indexOf(event.target) + step] ?? (step > 0 ? sheet.elements.note : null);
  next?.focus();
  next?.select();
});
