// What unfold's markup leaves out: the main landmark, a name for the list of tables, and keys for links that are really buttons.

document.querySelector("#main, #page > div:last-of-type")?.setAttribute("role", "main");

const name = () => {
  const tables = document.querySelector("#nav-sidebar-apps .simplebar-content-wrapper");
  tables?.setAttribute("role", "navigation");
  tables?.setAttribute("aria-label", document.title.split("|").at(-1).trim());
};
name();
addEventListener("load", name);

for (const link of document.querySelectorAll("a:not([href])")) {
  if (![...link.attributes].some(({ name }) => name.startsWith("x-on:click"))) continue;
  link.tabIndex = 0;
  link.setAttribute("role", "button");
  link.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    link.click();
  });
}
