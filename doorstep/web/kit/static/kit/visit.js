// The key that ends a contact leads, on a turned screen, to the page that asks whether the visit ends.
const end = document.querySelector("[data-key]");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return;
  if (event.key !== end?.dataset.key) return;
  event.preventDefault();
  end.click();
});
