// Warns two minutes before a session ends; one key keeps it. Whether it has ended is asked of the server, which knows.
const box = document.querySelector("dialog[data-idle]");
const stay = box.querySelector("form[action]");
const WARNING = 120, AGAIN = 15, TRIES = 4;
let due = 0, timer = 0, failed = 0, told = false;
const lookIn = (seconds) => {
  clearTimeout(timer);
  due = Date.now() + Math.max(seconds, 1) * 1000;
  timer = setTimeout(look, due - Date.now());
};
// Nothing where no answer came, or none of ours, such as a page that says why not.
const ask = async (sent) => {
  try {
    const answer = await fetch(sent ? sent.action : box.dataset.left, sent && { method: "POST", body: new FormData(sent) });
    return answer.ok ? await answer.json() : null;
  } catch { return null; }
};
function say(part) {
  for (const one of box.querySelectorAll("[data-part]")) one.hidden = one.dataset.part !== part;
  box.setAttribute("aria-labelledby", `${part}-title`);
  box.setAttribute("aria-describedby", `${part}-words`);
  if (!box.open) box.showModal();
  box.querySelector(`[data-part=${part}] button`).focus();
}
async function look() {
  plan(await ask());
}
function plan(said, sent) {
  if (!said) {
    failed += 1;
    if (sent || failed === TRIES) say("unsure");
    return lookIn(AGAIN);
  }
  failed = 0;
  if (said.left > WARNING + 5) {
    if (box.open) box.close();
    return lookIn(said.left - WARNING);
  }
  // Signed in again in another tab, the page goes on warning.
  if (said.left <= 0) { clearTimeout(timer); due = 0; return say("over"); }
  lookIn(said.left + 1);
  if (!said.whole) return say("stay");
  if (told) return;
  told = true;
  box.querySelector("[data-when]").textContent = new Date(Date.now() + said.left * 1000).toLocaleTimeString([], { timeStyle: "short" });
  say("whole");
}
stay.addEventListener("submit", async (event) => {
  event.preventDefault();
  box.close();
  plan(await ask(stay), true);
});
// Closed by the Escape key, the warning is a wish to stay.
box.addEventListener("cancel", (event) => {
  if (stay.closest("[data-part]").hidden) return;
  event.preventDefault();
  stay.requestSubmit();
});
// A computer that slept, or a tab that was away, learns of it at once.
document.addEventListener("visibilitychange", () => { if (!document.hidden && Date.now() > due) look(); });
lookIn(Math.min(Number(box.dataset.idle), Number(box.dataset.end) - Date.now() / 1000) - WARNING);
