// The frame of every page: drawer, menus, theme, search box, bell, and what happens when a request of htmx fails.

const root = document.documentElement;

// The drawer of the navigation: while it is open, the page behind cannot be reached.
const drawer = document.getElementById("navigation");
drawer?.addEventListener("toggle", (event) => {
  document.querySelector(".frame").inert = event.newState === "open";
});
matchMedia("(min-width: 821px)").addEventListener("change", (event) => {
  if (event.matches && drawer?.matches(":popover-open")) drawer.hidePopover();
});

// Menus are <details>: only one stays open, Escape and a click elsewhere close it.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]")));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest("details[data-menu][open]");
  if (!menu) return;
  event.preventDefault();
  menu.open = false;
  menu.querySelector("summary").focus();
});

// The theme changes at once; the server keeps it for the next page.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-theme-form]");
  if (!form) return;
  event.preventDefault();
  const theme = event.submitter.value;
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === event.submitter));
  const body = new FormData(form);
  body.set("theme", theme);
  fetch(form.action, { method: "POST", body, redirect: "manual" });
  document.dispatchEvent(new CustomEvent("theme"));
});

// The search box: arrows walk through the hits, Escape leaves.
const box = document.querySelector("[data-search]");
box?.addEventListener("keydown", (event) => {
  const input = box.querySelector("input");
  const stops = [input, ...box.querySelectorAll(".hit")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
  } else if (event.key === "Escape") {
    event.preventDefault();
    document.activeElement.blur();
  }
});

// The bell asks only while somebody looks, and says aloud when the number grew.
const announcer = document.getElementById("announcer");
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-bell]") && document.hidden) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  const bell = document.querySelector("[data-bell][hx-get]");
  if (bell && !document.hidden) window.htmx?.trigger(bell, "bell");
});
const unread = (bell) => Number.parseInt(bell.querySelector("b")?.textContent ?? "0", 10);
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.matches("[data-bell]")) event.detail.target.dataset.before = unread(event.detail.target);
});
document.addEventListener("htmx:afterSwap", (event) => {
  const bell = event.detail.target.closest("[data-bell]");
  if (bell && unread(bell) > Number(bell.dataset.before)) announcer.textContent = bell.querySelector("[data-bell-words]").textContent;
});

// A signed-out answer (its page is plain) must not land inside a piece of this page.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (root.dataset.shell !== "app" || !event.detail.xhr.responseText.includes('data-shell="plain"')) return;
  event.detail.shouldSwap = false;
  if (event.detail.xhr.status < 400) location.reload();
});

// What failed is said, unless the answer said it itself.
const tell = (message) => document.body.dispatchEvent(new CustomEvent("toast", { detail: { message, tone: "bad" } }));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (xhr.getResponseHeader("HX-Trigger")?.includes("toast")) return;
  const words = document.getElementById("toasts").dataset;
  tell(xhr.status === 403 ? words.refused : words.failed);
});
document.addEventListener("htmx:sendError", (event) => {
  if (!event.target.matches("[data-bell]")) tell(document.getElementById("toasts").dataset.offline);
});

// A refused form: the summary of errors is read first.
document.querySelector("[data-error-summary]:not([data-quiet] *)")?.focus();
