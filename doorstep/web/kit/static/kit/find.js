// The box of the desk's frame: asks as one types, and shows what was found, to go through by keyboard (a combobox).
const form = document.querySelector("form.find");
const box = form.querySelector("input[type=search]");
const list = form.querySelector(".find__list");
const status = form.querySelector("[role=status]");
const WAIT = 150;
let timer = 0, asking = null, shown = "", chosen = -1;
const typed = () => box.value.trim();
const rows = () => [...list.querySelectorAll("[role=option]")];
box.setAttribute("role", "combobox");
box.setAttribute("aria-autocomplete", "list");
box.setAttribute("aria-expanded", "false");
function choose(at) {
  const all = rows();
  chosen = all.length ? (at + all.length) % all.length : -1;
  all.forEach((row, n) => row.setAttribute("aria-selected", String(n === chosen)));
  if (chosen < 0) return box.removeAttribute("aria-activedescendant");
  box.setAttribute("aria-activedescendant", all[chosen].id);
  all[chosen].scrollIntoView({ block: "nearest" });
}
function close() {
  clearTimeout(timer);
  asking?.abort();
  list.hidden = true;
  shown = "";
  chosen = -1;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
  box.removeAttribute("aria-controls");
}
async function ask() {
  asking?.abort();
  const text = typed();
  if (!text) return close();
  const mine = (asking = new AbortController());
  const body = new FormData(form);
  body.set("box", "1");
  let answer, words = "";
  try {
    answer = await fetch(form.action, { method: "POST", body, signal: mine.signal });
    words = await answer.text();
  } catch { return; }
  // The last one wins; one that is no list of ours, such as after the session ended, is left to the Enter key, which shows why.
  if (mine !== asking || text !== typed()) return;
  if (answer.redirected || !(answer.ok || answer.status === 429)) return close();
  list.innerHTML = words;
  list.hidden = false;
  shown = text;
  // Where nothing was found, a sentence stands there and no list.
  const found = list.querySelector("[role=listbox]");
  box.setAttribute("aria-expanded", String(!!found));
  if (found) box.setAttribute("aria-controls", found.id);
  else box.removeAttribute("aria-controls");
  status.textContent = list.querySelector("[data-count]").dataset.count;
  choose(0);
}
function step(by, isGroup) {
  const all = rows();
  if (!isGroup) return choose(chosen + by);
  const groups = [...list.querySelectorAll("[role=group]")];
  const next = groups.indexOf(all[chosen]?.parentElement) + by;
  const group = groups[(next + groups.length) % groups.length];
  choose(all.indexOf(group?.querySelector("[role=option]")));
}
box.addEventListener("input", () => {
  clearTimeout(timer);
  asking?.abort();
  if (!typed()) return close();
  timer = setTimeout(ask, WAIT);
});
box.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by) {
    event.preventDefault();
    if (list.hidden) ask();
    else step(by, event.altKey);
  } else if (event.key === "Enter" && !list.hidden && chosen >= 0 && shown === typed()) {
    event.preventDefault();
    rows()[chosen].click();
  } else if (event.key === "Escape" && !list.hidden) {
    event.preventDefault();
    close();
  }
});
form.addEventListener("submit", close);
form.addEventListener("focusout", (event) => { if (!list.contains(event.relatedTarget)) close(); });
// A page that the browser kept, such as for the way back, shows nothing of what was looked for.
window.addEventListener("pagehide", close);
document.addEventListener("keydown", (event) => {
  const { key } = form.dataset, on = event.target;
  if (!key || event.key.toLowerCase() !== key || event.ctrlKey || event.metaKey || event.altKey) return;
  if (on.closest?.("input, textarea, select, [contenteditable], dialog")) return;
  event.preventDefault();
  box.focus();
  box.select();
});
