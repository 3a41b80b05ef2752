// Short notes: those that came with the page, and those that an answer of htmx brings in its HX-Trigger header as "toast".

const SHOWN = 6000;
const SHOWN_WITH_UNDO = 12000;
const list = document.getElementById("toasts");
const template = document.getElementById("toast-template");

const close = (toast) => {
  if (toast.contains(document.activeElement)) document.getElementById("main")?.focus();
  toast.remove();
};

// Errors stay until they are closed; the others wait while the pointer or the focus is on them.
const keepTime = (toast) => {
  if (toast.classList.contains("bad")) return;
  const time = toast.querySelector("form") ? SHOWN_WITH_UNDO : SHOWN;
  let timer = setTimeout(close, time, toast);
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) {
    toast.addEventListener(name, () => {
      clearTimeout(timer);
      timer = setTimeout(close, time, toast);
    });
  }
};

const show = (toast) => {
  if (toast.classList.contains("bad")) toast.setAttribute("role", "alert");
  list.append(toast);
  keepTime(toast);
};

const make = ({ message, tone = "ok", undo = "" }) => {
  const toast = template.content.querySelector("[data-toast]").cloneNode(true);
  toast.classList.add(tone);
  toast.querySelector("p").textContent = message;
  const form = toast.querySelector("form");
  if (undo) form.action = undo;
  else form.remove();
  return toast;
};

// Put in again after the page is there, else a screen reader does not read them.
for (const toast of list.querySelectorAll("[data-toast]")) requestAnimationFrame(() => show(toast));

document.body.addEventListener("toast", (event) => show(make(event.detail)));
list.addEventListener("click", (event) => {
  const toast = event.target.closest("[data-toast-close]")?.closest("[data-toast]");
  if (toast) close(toast);
});
