// A form whose pages all stand on one: with each change it is judged as it stands, and the parts that are other than before
// are swapped. The page works without this, by a button.
import { createAll, CharacterCount } from "../govuk/govuk-frontend.js";
import { dress } from "./form.js";

const form = document.querySelector("form[data-at-once]");
const find = (id) => document.getElementById(id);
const fields = "input:not([type=hidden]), select, textarea, button:not(.form-enter)";

// What was typed meanwhile goes along.
function carry(from, to) {
  for (const field of from.querySelectorAll("input:not([type=hidden], [type=file]), select, textarea")) {
    const same = field.id && to.querySelector(`#${CSS.escape(field.id)}`);
    if (!same || same.type !== field.type) continue;
    if (field.type === "radio" || field.type === "checkbox") same.checked = field.checked;
    else same.value = field.value;
  }
}

function place(parts) {
  const box = find("at-once-parts");
  const there = new Map([...box.children].map((part) => [part.dataset.part, part]));
  let before = null;
  for (const part of parts) {
    const name = part.dataset.part;
    const old = there.get(name);
    there.delete(name);
    let now = old;
    // Its questions and choices are other than before: what was typed into it comes along.
    if (old?.dataset.shape !== part.dataset.shape) {
      const held = old?.contains(document.activeElement) ? document.activeElement.id : "";
      now = part;
      if (old) carry(old, part);
      if (old) old.replaceWith(part);
      else if (before) before.after(part);
      else box.prepend(part);
      createAll(CharacterCount, {}, part);
      dress(part);
      // Homes that were found are chosen among; else the focus stays where it was.
      if (held) (part.querySelector("[data-go]") ?? find(held) ?? part.querySelector(fields))?.focus();
      else if (old && document.activeElement === document.body) part.querySelector(fields)?.focus();
    }
    before = now;
  }
  for (const gone of there.values()) gone.remove();
}

let newest = 0;
let waiting;
async function look(pressed) {
  const mine = ++newest;
  const sent = new FormData();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") sent.append(name, value);
  if (pressed) sent.append(pressed.name, pressed.value);
  sent.append("update", "live");
  find("at-once-decision").setAttribute("aria-busy", "true");
  let page;
  try {
    const answer = await fetch(location.pathname, { method: "POST", body: sent });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("at-once")) throw new Error("another page");
  } catch {
    // Such as no network: the page asks in the way that works without this, and says what is wrong.
    if (mine === newest && pressed) { form.requestSubmit(pressed); }
    else if (mine === newest) find("at-once-decision").removeAttribute("aria-busy");
    return;
  }
  if (mine !== newest) return; // an answer to an earlier change
  place([...page.querySelectorAll("#at-once-parts > [data-part]")].map((part) => document.adoptNode(part)));
  for (const id of ["at-once-wrong", "at-once-decision", "at-once-known", "at-once-beside"]) {
    const [old, anew] = [find(id), page.getElementById(id)];
    if (!anew || (id === "at-once-beside" && !anew.childElementCount && anew.dataset.home === old?.dataset.home)) continue;
    if (old) old.replaceWith(document.adoptNode(anew));
    else find("at-once").append(document.adoptNode(anew.closest(".at-once__beside")));
  }
  if (pressed && !document.activeElement.matches("[data-go]")) ask();
  form.elements.beside.value = page.querySelector("[name=beside]").value;
  dress(find("at-once-decision"));
}

if (form) {
  form.addEventListener("change", (event) => {
    if (event.target.type === "file" || event.target.name === "reason") return;
    clearTimeout(waiting);
    waiting = setTimeout(() => look(), 30);
  });
  // A button that only looks something up asks for no page of its own.
  let passes = false;
  form.addEventListener("submit", (event) => {
    const pressed = event.submitter;
    if (passes || !pressed?.hasAttribute("data-live") || form.querySelector("input[type=file]")?.files.length) return;
    event.preventDefault();
    passes = true;
    look(pressed).finally(() => { passes = false; });
  });
  const tried = form.querySelector("[data-tried]");
  if (tried && !form.querySelector(".govuk-error-summary")) (tried.querySelector("input[type=text], input:not([type]), .govuk-button") ?? tried).focus();
  else if (!form.querySelector(".govuk-error-summary")) ask();
}

// The first question that is not answered is the one that is asked now.
function ask() {
  const parts = [...form.querySelectorAll("[data-part]")].filter((part) => part.querySelector(fields));
  const open = parts.find((part) => !answered(part));
  (open?.querySelector(fields) ?? find("at-once-send") ?? parts[0]?.querySelector(fields))?.focus();
}

function answered(part) {
  const own = [...part.querySelectorAll(fields)].filter((field) => field.type !== "search" && field.localName !== "button");
  return own.some((field) => (field.type === "radio" || field.type === "checkbox" ? field.checked : field.value)) || part.querySelector(".at-once__home");
}
