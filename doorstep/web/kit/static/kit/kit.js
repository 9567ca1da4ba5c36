// Pages work without this; it adds focus to error summaries, guards double clicks, and makes device ids.
import { initAll } from "../govuk/govuk-frontend.js";
initAll();
for (const field of document.querySelectorAll("input[data-event-id]")) field.value = crypto.randomUUID();
// Shows the part of the page that this stands in, once it works; what is shown earlier is pressed earlier, for nothing.
const works = (element) => element.closest(".kit-js")?.classList.add("kit-js--works");
for (const button of document.querySelectorAll("button[data-print]")) {
  button.addEventListener("click", () => window.print());
  works(button);
}
// A crew's tablet says where it is, when it may; without it the record simply has no position.
const spots = document.querySelectorAll("input[data-position]");
if (spots.length && navigator.geolocation) {
  navigator.geolocation.watchPosition(
    (seen) => { for (const spot of spots) spot.value = `${seen.coords.latitude.toFixed(5)},${seen.coords.longitude.toFixed(5)}`; },
    () => {},
    { enableHighAccuracy: true, maximumAge: 30000 },
  );
}
// A sentence such as the price so far is asked for anew after each change; without this there is a button.
for (const form of document.querySelectorAll("form[data-live]")) {
  let newest = 0; // an answer to an earlier change may come after that to a later one: it is left out
  form.addEventListener("change", async () => {
    const mine = ++newest;
    const sent = new FormData(form);
    sent.append("update", "1");
    const answer = await fetch(location.pathname, { method: "POST", body: sent });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById(form.dataset.live);
    if (found && mine === newest) document.getElementById(form.dataset.live).replaceChildren(...found.childNodes);
  });
}
// What is said in so many seconds, such as that a day is no longer kept.
for (const box of document.querySelectorAll("[data-in]")) {
  setTimeout(() => box.replaceChildren(box.querySelector("template").content), box.dataset.in * 1000);
}
// A menu closes by Escape, which leads back to what opened it, and by a click elsewhere.
for (const menu of document.querySelectorAll("details.desk-me")) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
// A page of several forms sends along what was typed in the others, so that it is still there where one is refused.
for (const form of document.querySelectorAll("[data-kept] form")) {
  form.addEventListener("submit", () => {
    for (const old of form.querySelectorAll("input[name^=kept-]")) old.remove();
    for (const field of document.querySelectorAll("[data-kept] :is(textarea, input[type=text])")) {
      if (field.form === form || !field.id || !field.value.trim()) continue;
      const kept = Object.assign(document.createElement("input"), { type: "hidden", name: `kept-${field.id}`, value: field.value });
      form.append(kept);
    }
  });
}
