// The board: cards are dragged to the columns that they may go to; by keys, M opens a card's moves, the column's digit moves it.
// The server decides: a refused card was never moved, and the toast says why.

const board = () => document.querySelector("[data-board]");
let held = null;
let focusAfter = null;

const send = (order, to) => {
  focusAfter = order;
  window.htmx.ajax("POST", board().dataset.move, { values: { order, to }, swap: "none", source: board() });
};

const clear = () => {
  board().classList.remove("is-dragging");
  for (const marked of document.querySelectorAll(".is-held, .is-open, .is-over")) marked.classList.remove("is-held", "is-open", "is-over");
  held = null;
};

document.addEventListener("dragstart", (event) => {
  held = event.target.closest?.("[data-card][draggable]");
  if (!held) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", held.dataset.card);
  held.classList.add("is-held");
  board().classList.add("is-dragging");
  for (const status of held.dataset.may.trim().split(" ")) document.querySelector(`[data-column="${status}"]`)?.classList.add("is-open");
});
document.addEventListener("dragover", (event) => {
  const column = held && event.target.closest("[data-column]");
  for (const over of document.querySelectorAll(".is-over")) if (over !== column) over.classList.remove("is-over");
  if (!column || column.contains(held)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  if (column.matches(".is-open")) column.classList.add("is-over");
});
document.addEventListener("drop", (event) => {
  const column = held && event.target.closest("[data-column]");
  if (!column) return;
  event.preventDefault();
  if (!column.contains(held)) send(held.dataset.card, column.dataset.column);
  clear();
});
document.addEventListener("dragend", () => held && clear());

// The digits of the open menu, and arrows between cards.
const cardAt = () => document.activeElement?.closest("[data-card]");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
  const card = cardAt();
  if (!card) return;
  const menu = card.querySelector("details");
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (event.key.toLowerCase() === "m" && menu) {
    event.preventDefault();
    menu.open = !menu.open;
    menu.querySelector(menu.open ? "button" : "summary").focus();
  } else if (digit && menu?.open) {
    const button = menu.querySelector(`[data-digit="${digit}"]`);
    event.preventDefault();
    if (button) button.click();
    else send(card.dataset.card, document.querySelectorAll("[data-column]")[digit - 1]?.dataset.column ?? "");
  } else if (event.key.startsWith("Arrow")) {
    const cards = [...card.parentElement.querySelectorAll("[data-card]")];
    const columns = [...document.querySelectorAll("[data-column]")].filter((column) => column.querySelector("[data-card]"));
    const way = document.documentElement.dir === "rtl" ? -1 : 1;
    const beside = { ArrowRight: way, ArrowLeft: -way }[event.key];
    const next = beside
      ? columns[columns.indexOf(card.closest("[data-column]")) + beside]?.querySelector("[data-card]")
      : cards[cards.indexOf(card) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next || menu?.open) return;
    event.preventDefault();
    next.querySelector("a").focus();
  }
});
document.addEventListener("submit", (event) => {
  const order = event.target.closest("[data-card]");
  if (order) focusAfter = order.dataset.card;
});

// The board is drawn anew after a move: the card keeps the focus in its new column.
document.addEventListener("htmx:afterSettle", () => {
  const card = focusAfter && document.getElementById(`card-${focusAfter}`);
  if (card && (document.activeElement === document.body || !document.activeElement)) card.querySelector("a").focus();
  focusAfter = null;
});
