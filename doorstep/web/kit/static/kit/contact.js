// The contact in the frame: begun and ended by a key, and drawn anew in place, so that no page is loaded while somebody is on the line.
const place = document.querySelector(".contact-place");
const status = document.querySelector(".contact-said");
const two = (n) => String(n).padStart(2, "0");
let since = performance.now();
// The clock: what the page said it showed, and what has passed since.
function tick() {
  const clock = place.querySelector("[data-seconds]");
  if (!clock) return;
  const all = Number(clock.dataset.seconds) + Math.floor((performance.now() - since) / 1000);
  const hours = Math.floor(all / 3600), minutes = Math.floor(all / 60) % 60;
  clock.textContent = (hours ? `${hours}:${two(minutes)}` : String(minutes)) + `:${two(all % 60)}`;
}
setInterval(tick, 1000);
function close() {
  const dialog = document.querySelector("dialog.contact-end");
  dialog?.close();
  dialog?.remove();
}
function show(html) {
  const drawn = document.createElement("template");
  drawn.innerHTML = html;
  const dialog = drawn.content.querySelector("dialog.contact-end");
  close();
  if (dialog) {
    document.body.append(dialog);
    dialog.showModal();
    (dialog.querySelector("[aria-invalid]") ?? dialog.querySelector("[data-first]")).focus();
    return;
  }
  const hadFocus = place.contains(document.activeElement);
  place.replaceChildren(drawn.content);
  since = performance.now();
  const bar = place.querySelector("[data-said]");
  status.textContent = bar?.dataset.said ?? "";
  // On the contact's own page, what can be done in it goes with it.
  const isOpen = Boolean(place.querySelector("#this-contact"));
  document.querySelectorAll("[data-while-open]").forEach((part) => { part.hidden = !isOpen; });
  if (hadFocus) bar?.focus();
}
// What is typed on the page stays, whatever happens: nothing is loaded anew, and it is said that it did not work.
function failed() {
  document.querySelector(".contact-failed")?.remove();
  const said = document.createElement("p");
  said.className = "contact-failed";
  said.setAttribute("role", "alert");
  said.textContent = place.dataset.failed;
  // In front of what is in front.
  (document.querySelector("dialog.contact-end[open]") ?? place).prepend(said);
}
// One after the other: what is pressed meanwhile waits.
let last = Promise.resolve();
function ask(address, options, isShown = true) {
  last = last.then(async () => {
    try {
      const answer = await fetch(address, options);
      if (!answer.ok || answer.redirected) return failed();
      const html = await answer.text();
      // A whole page says that it stands otherwise than this one shows, such as ended in another tab; it is no part of this one.
      if (/^\s*<!doctype/i.test(html)) return failed();
      if (isShown) show(html);
    } catch { failed(); }
  });
}
function send(form, { button, fields = {}, isShown = true } = {}) {
  const body = new FormData(form, button);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  body.set("box", "1");
  form.closest("details")?.removeAttribute("open");
  ask(form.action, { method: "POST", body }, isShown);
}
const end = (link) => ask(`${link.href}?box`);
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.in-place")) return;
  event.preventDefault();
  send(event.target, { button: event.submitter });
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-contact-end]");
  if (event.target.closest?.("[data-closes]")) close();
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  end(link);
});
document.addEventListener("change", (event) => {
  // The bar stays as it is, and the focus where it is.
  if (event.target.matches(".contact-place [data-sends]")) send(event.target.form, { isShown: false });
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return;
  const { beginKey, endKey } = place.dataset;
  if (document.querySelector("dialog[open]")) return;
  const link = place.querySelector("[data-contact-end]");
  if (endKey && event.key === endKey && link) {
    event.preventDefault();
    end(link);
  } else if (beginKey && event.key === beginKey) {
    event.preventDefault();
    send(document.querySelector(".contact-start form"), { fields: { channel: "telephone" } });
  }
});
