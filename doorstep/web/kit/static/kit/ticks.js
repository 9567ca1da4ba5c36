// Ticks all cases of a list at once, and says how many are ticked. Without this each is ticked by itself.
for (const all of document.querySelectorAll("input[data-ticks]")) {
  const boxes = [...all.form.querySelectorAll("tbody input[type=checkbox]")];
  const said = all.form.querySelector("[data-ticked]");
  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    said.textContent = ticked ? said.dataset.ticked.replace("{ticked}", ticked) : "";
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  for (const box of boxes) box.addEventListener("change", count);
  all.closest(".kit-js").classList.add("kit-js--works");
  count();
}
