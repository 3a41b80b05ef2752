// What is done with the ticked rows: a dialog's form takes them along, the pick list opens with them; exports and views follow the filters.

const selection = () => document.getElementById("selection");

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-carries-query]")) form.elements.query.value = location.search.slice(1);
  if (!form.matches("[data-bulk]")) return;
  for (const old of form.querySelectorAll("[data-taken]")) old.remove();
  for (const [name, value] of new FormData(selection())) {
    if (name === "csrfmiddlewaretoken") continue;
    const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    field.dataset.taken = "";
    form.append(field);
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-carries-query]");
  if (link) link.search = location.search;
  const button = event.target.closest("[data-pick-list]");
  if (!button) return;
  const chosen = new FormData(selection());
  const query = new URLSearchParams(chosen.get("all") ? location.search : { ids: chosen.getAll("ids").join(",") });
  if (chosen.get("all")) query.set("all", "1");
  query.delete("cursor");
  location.assign(`${button.dataset.pickList}?${query}`);
});
