// A form whose pages all stand on one: with each change it is judged as it stands, and the parts that are other than before
// are swapped. The page works without this, by a button.
import { createAll, CharacterCount } from "../govuk/govuk-frontend.js";
import { dress } from "./form.js";

const form = document.querySelector("form[data-at-once]");
const find = (id) => document.getElementById(id);
const fields = "input:not([type=hidden]), select, textarea, button:not(.form-enter)";
const isPick = (field) => field.type === "radio" || field.type === "checkbox";
// How what stands beside the questions came: it is swapped where it is another, so that what was opened stays open.
const came = new Map(["at-once-wrong", "at-once-known"].map((id) => [id, find(id)?.innerHTML]));

// What was typed or chosen meanwhile goes along; a choice is known by its value, not by its place in a list.
function carry(from, to) {
  for (const field of from.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    const alike = [...to.querySelectorAll(field.localName)].filter((one) => one.name === field.name && one.type === field.type);
    if (field.type === "file") {
      // What was chosen cannot be set: the field itself goes along.
      if (field.files.length) alike[0]?.replaceWith(field);
    } else if (isPick(field)) {
      const same = alike.find((one) => one.value === field.value);
      if (same) same.checked = field.checked;
    } else if (field.localName === "select") {
      if ([...(alike[0]?.options ?? [])].some((option) => option.value === field.value)) alike[0].value = field.value;
    } else if (alike.length === 1) alike[0].value = field.value;
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
      part.dispatchEvent(new Event("drawn", { bubbles: true }));
      // Homes that were found are chosen among; else the focus stays where it was.
      if (held) (part.querySelector("[data-go]") ?? find(held) ?? part.querySelector(fields))?.focus();
      else if (old && document.activeElement === document.body) part.querySelector(fields)?.focus();
    }
    before = now;
  }
  for (const gone of there.values()) gone.remove();
}

// The same element stays: what is said in it is read out, and who stands on its button stays there.
function say(anew) {
  const decision = find("at-once-decision");
  const held = decision.contains(document.activeElement) ? document.activeElement.id : "";
  carry(decision, anew);
  decision.className = anew.className;
  decision.removeAttribute("aria-busy");
  decision.removeAttribute("data-tried");
  decision.replaceChildren(...anew.childNodes);
  dress(decision);
  if (held) (find(held) ?? decision.querySelector(fields))?.focus();
}

// One look at a time, so that none is kept after a later one; what changed meanwhile is looked at next.
let isLooking = false;
let next;
let waiting;
async function look(pressed) {
  if (isLooking) {
    next = { pressed: pressed ?? next?.pressed };
    return;
  }
  isLooking = true;
  try {
    await lookOnce(pressed);
  } finally {
    isLooking = false;
  }
  if (!next) return;
  const { pressed: then } = next;
  next = undefined;
  await look(then);
}

async function lookOnce(pressed) {
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
    if (next) return;
    // Such as no network, or a session that is over: what stood there may be true no more. The button asks in the way that
    // works without this, and the page then says what is wrong.
    const away = document.createElement("section");
    away.append(find("at-once-away").content.cloneNode(true));
    away.className = "at-once__decision at-once__decision--stop";
    say(away);
    if (pressed) form.requestSubmit(pressed);
    return;
  }
  // An answer to an earlier change; what a pressed button asked for is drawn all the same.
  if (next && !pressed) return;
  place([...page.querySelectorAll("#at-once-parts > [data-part]")].map((part) => document.adoptNode(part)));
  say(document.adoptNode(page.getElementById("at-once-decision")));
  const side = find("at-once").querySelector(".at-once__beside");
  const other = page.querySelector(".at-once__beside");
  if (!side && other) find("at-once").append(document.adoptNode(other));
  for (const id of ["at-once-wrong", "at-once-known"]) {
    const [old, anew] = [find(id), page.getElementById(id)];
    if (old && anew && came.get(id) !== anew.innerHTML) {
      came.set(id, anew.innerHTML);
      old.replaceChildren(...document.adoptNode(anew).childNodes);
    }
  }
  const [old, anew] = [find("at-once-beside"), page.getElementById("at-once-beside")];
  if (old && anew && old.dataset.home !== anew.dataset.home) old.replaceWith(document.adoptNode(anew));
  form.elements.beside.value = page.querySelector("[name=beside]").value;
  if (pressed && !document.activeElement.matches("[data-go]")) ask();
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
    clearTimeout(waiting);
    const pressed = event.submitter;
    if (passes || !pressed?.hasAttribute("data-live") || form.querySelector("input[type=file]")?.files.length) return;
    event.preventDefault();
    passes = true;
    look(pressed).finally(() => { passes = false; });
  });
  const tried = form.querySelector("[data-tried]");
  if (tried && !form.querySelector(".govuk-error-summary")) (tried.querySelector("input[type=text], input:not([type]), .govuk-button") ?? tried).focus();
  else if (!form.querySelector(".govuk-error-summary")) ask();
  // Who typed before this was there has not been answered yet.
  if ([...form.querySelectorAll(fields)].some(isTouched)) look();
}

function isTouched(field) {
  if (isPick(field)) return field.checked !== field.defaultChecked;
  return field.type !== "file" && field.localName !== "button" && "defaultValue" in field && field.value !== field.defaultValue;
}

// The first question that is not answered is the one that is asked now.
function ask() {
  const parts = [...form.querySelectorAll("[data-part]")].filter((part) => part.querySelector(fields));
  const open = parts.find((part) => !answered(part));
  (open?.querySelector(fields) ?? find("at-once-send") ?? parts[0]?.querySelector(fields))?.focus();
}

function answered(part) {
  const own = [...part.querySelectorAll(fields)].filter((field) => field.type !== "search" && field.localName !== "button");
  return own.some((field) => (isPick(field) ? field.checked : field.value)) || part.querySelector(".at-once__home");
}
