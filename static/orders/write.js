// What is known of a customer fills the fields that are still empty; nothing that was typed is touched.

document.addEventListener("htmx:afterSettle", () => {
  const known = document.querySelector("[data-fill]");
  if (!known || known.dataset.done) return;
  known.dataset.done = "1";
  for (const name of ["delivery_address", "delivery_area", "delivery_city"]) {
    const field = document.querySelector(`#write [name="${name}"]`);
    if (field && !field.value) field.value = known.dataset[name];
  }
});
