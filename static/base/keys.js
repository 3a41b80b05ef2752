// Single keys: "/" and every [data-key], J and K through rows, X to tick, Escape back, "?" the list. Never while somebody writes.

const OFF = "doorstep.keys.off";
const WRITING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range]), textarea, select, [contenteditable]";
const sheet = document.getElementById("keys");
const visible = (element) => element.checkVisibility({ visibilityProperty: true });

// The letter or digit of a key also on keyboards that write other letters (Arabic) or need Shift for digits (French).
const named = (event) => {
  if (event.key.length > 1) return event.key;
  if (/^[a-z/?]$/i.test(event.key)) return event.key.toLowerCase();
  if (event.key === "؟") return "?";
  const [, name] = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code) ?? [];
  return name?.toLowerCase() ?? event.key;
};

const rows = () => [...document.querySelectorAll("tr[data-row]")].filter(visible);
const currentRow = () => document.activeElement?.closest("tr[data-row]");

const move = (step) => {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(currentRow());
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  if (next) {
    (next.querySelector("a.row-link") ?? next.querySelector("summary, a, button, input"))?.focus();
    next.scrollIntoView({ block: "nearest" });
  } else {
    document.querySelector(`[data-page=${step > 0 ? "next" : "previous"}]`)?.click();
  }
};

const back = () => [...document.querySelectorAll("[data-back]")].find(visible)?.click();

const press = (element) => {
  if (element.matches(WRITING)) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
};

const acts = {
  j: () => move(1),
  k: () => move(-1),
  x: () => currentRow()?.querySelector("input.row-check")?.click(),
  "?": () => openSheet(),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  const key = named(event);
  const writing = event.target.closest?.(WRITING);
  const covered = document.querySelector("dialog[open], :popover-open");
  if (key === "Escape") {
    if (writing && !covered) writing.blur();
    else if (!covered) back();
    return;
  }
  if (writing || covered || localStorage.getItem(OFF)) return;
  const element = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => visible(one) && !one.disabled);
  const act = element ? () => press(element) : acts[key];
  if (!act) return;
  event.preventDefault();
  act();
});

const openSheet = () => {
  const here = sheet.querySelector("[data-keys-here]");
  const marked = [...document.querySelectorAll("[data-key]")].filter((one) => visible(one) && one.dataset.key !== "/");
  here.replaceChildren(
    ...marked.flatMap((one) => {
      const [term, words, key] = ["dt", "dd", "kbd"].map((name) => document.createElement(name));
      key.textContent = one.dataset.key.toUpperCase();
      term.append(key);
      words.textContent = one.dataset.keyLabel ?? [...one.childNodes].filter((node) => node.nodeName !== "KBD").map((node) => node.textContent).join("").trim();
      return [term, words];
    }),
  );
  here.hidden = !marked.length;
  sheet.showModal();
};

// Whoever speaks to the machine or shakes can turn single keys off (WCAG 2.1.4).
const keysSwitch = sheet?.querySelector("[data-keys-switch]");
if (keysSwitch) {
  keysSwitch.checked = !localStorage.getItem(OFF);
  keysSwitch.addEventListener("change", () => {
    if (keysSwitch.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
}
