// Rows of work lists: the whole row opens what its link opens; ticks, a range with Shift, and the bar of what to do with them.

const PLAIN = "a, button, input, label, select, textarea, summary, [data-no-row]";

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-row]");
  if (!row || event.target.closest(PLAIN) || String(getSelection())) return;
  const link = row.querySelector("a.row-link");
  if (!link) return;
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
});
document.addEventListener("auxclick", (event) => {
  const row = event.button === 1 && event.target.closest("tr[data-row]");
  if (row && !event.target.closest(PLAIN)) window.open(row.querySelector("a.row-link").href, "_blank", "noopener");
});

const checks = () => [...document.querySelectorAll("input.row-check")];
const count = () => {
  const all = checks();
  const ticked = all.filter((check) => check.checked).length;
  const bar = document.querySelector("[data-selection]");
  if (bar) {
    const words = bar.querySelector("[data-selection-words]");
    bar.hidden = ticked === 0;
    words.textContent = `${ticked} ${words.dataset.words}`;
  }
  const head = document.querySelector("[data-check-all]");
  if (head) {
    head.checked = ticked > 0 && ticked === all.length;
    head.indeterminate = ticked > 0 && ticked < all.length;
  }
};

let last = null;
document.addEventListener("click", (event) => {
  const check = event.target.closest("input.row-check");
  if (!check) return;
  const all = checks();
  if (event.shiftKey && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(check)].sort((a, b) => a - b);
    for (const between of all.slice(from, to + 1)) between.checked = check.checked;
  }
  last = check;
  count();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-check-all]")) for (const check of checks()) check.checked = event.target.checked;
  if (event.target.matches("[data-check-all], input.row-check")) count();
});
document.addEventListener("htmx:afterSettle", count);
count();
