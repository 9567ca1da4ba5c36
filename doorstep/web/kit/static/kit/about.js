// What a contact is about: as one types, the services that fit stay, those by their title first; Enter begins the first.
const box = document.querySelector("[data-narrows]");
const list = document.getElementById(box.dataset.narrows);
const status = document.querySelector(".contact-about [role=status]");
const rows = [...list.children];
const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
const fits = (typed, text) => typed.every((part) => words(text).some((word) => word.startsWith(part)));
function narrow() {
  const typed = words(box.value);
  const first = rows.filter((row) => fits(typed, row.dataset.title));
  const then = rows.filter((row) => !first.includes(row) && fits(typed, row.dataset.words));
  const shown = [...first, ...then];
  rows.forEach((row) => { row.hidden = !shown.includes(row); });
  list.append(...shown);
  shown.forEach((row, n) => row.classList.toggle("contact-about__first", n === 0 && typed.length > 0));
  status.textContent = typed.length ? `${shown.length} ${box.dataset.found}` : "";
}
box.addEventListener("input", narrow);
box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  narrow();
  if (words(box.value).length) list.querySelector("li:not([hidden]) button")?.click();
});
if (box.value) narrow();
