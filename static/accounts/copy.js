// Buttons that copy or print: shown only where scripts run. data-copy: the id of what is copied; data-copied: the word afterwards.

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const lines = [...source.querySelectorAll("li")].map((line) => line.textContent.trim());
    await navigator.clipboard.writeText(lines.length ? lines.join("\n") : source.textContent.trim());
    const words = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = words), 2000);
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
