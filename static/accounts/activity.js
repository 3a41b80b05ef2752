// A link that takes the list along (an export) follows the filters, which change without a new page.

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-carries-query]");
  if (link) link.search = location.search;
});
