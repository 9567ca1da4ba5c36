// Warns two minutes before a session ends; one key keeps it. Whether it has ended is asked of the server, which knows.
const box = document.querySelector("dialog[data-idle]");
const WARNING = 120;
let due = 0, timer = 0;
const plan = (seconds) => {
  clearTimeout(timer);
  due = Date.now() + Math.max(seconds - WARNING, 1) * 1000;
  timer = setTimeout(look, due - Date.now());
};
const ask = async (sent) => (await fetch(sent ? sent.action : box.dataset.left, sent && { method: "POST", body: new FormData(sent) })).json();
async function look() {
  const { left, whole } = await ask();
  if (left > WARNING + 5) return plan(left);
  if (left <= 0) return over();
  box.querySelector("[data-whole]").hidden = !whole;
  box.querySelector("button").hidden = false;
  if (!box.open) box.showModal();
  due = Date.now() + left * 1000 + 1000;
  timer = setTimeout(look, due - Date.now());
}
function over() {
  box.replaceChildren(box.querySelector("template").content);
  if (!box.open) box.showModal();
}
box.addEventListener("close", async () => {
  const form = box.querySelector("form[action]");
  if (form) plan((await ask(form)).left);
});
box.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  box.close();
});
// A computer that slept, or a tab that was away, learns of it at once.
document.addEventListener("visibilitychange", () => { if (!document.hidden && Date.now() > due) look(); });
plan(Math.min(Number(box.dataset.idle), Number(box.dataset.end) - Date.now() / 1000));
