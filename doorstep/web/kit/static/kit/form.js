// A form's pages work without this. It counts letters as the server does, steps numbers, and makes a date grid of the days.
import { CharacterCount } from "../govuk/govuk-frontend.js";
import { sign } from "./signature.js";

// What the server takes away (`text/clean.py`): what nobody sees, and signs of Word that only Word knows.
const GONE =
  /[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ue000-\uf8ff\ufeff\ufff9-\uffff]/g;
// As letters in one form, without that and the space around; an emoji is no two letters. The library counts halves.
CharacterCount.prototype.updateCount = function () {
  const text = this.$textarea.value.replace(GONE, "").normalize("NFC").trim();
  this.count = [...text].length;
};

// Shows the part of the page that this stands in, once it works; what is shown earlier is pressed earlier, for nothing.
const works = (element) => element.closest(".kit-js").classList.add("kit-js--works");

// Makes a part of a page work, such as one that a script put there.
export function dress(root) {
  sign(root);
  // Enter in a box that looks something up presses the button beside it, anywhere else the first of the form: "Continue".
  for (const box of root.querySelectorAll(".kit-search input")) {
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      box.closest(".kit-search").querySelector("button").click();
    });
  }

  for (const steps of root.querySelectorAll(".form-steps")) {
    const field = steps.querySelector("input");
    const counted = document.getElementById(steps.closest("[data-counted]").dataset.counted);
    const buttons = [...steps.querySelectorAll("button")];
    const number = () => Number.parseInt(field.value, 10) || 0;
    const isOver = (button) => (Number(button.dataset.step) < 0 ? number() === 0 : number() >= Number(steps.dataset.most));
    // Not `disabled`: who presses it by keyboard would lose their place.
    const limit = () => { for (const button of buttons) button.setAttribute("aria-disabled", String(isOver(button))); };
    let pause;
    for (const button of buttons) {
      button.addEventListener("click", () => {
        if (isOver(button)) return;
        const most = Number(steps.dataset.most);
        field.value = Math.min(Math.max(number() + Number(button.dataset.step), 0), most) || "";
        limit();
        counted.textContent = `${steps.dataset.item}: ${number()}`;
        // Pressed five times, the price is asked for once.
        clearTimeout(pause);
        pause = setTimeout(() => field.dispatchEvent(new Event("change", { bubbles: true })), 300);
      });
      works(button);
    }
    field.addEventListener("input", limit);
    limit();
  }

  for (const days of root.querySelectorAll("[data-days]")) {
    const box = days.querySelector("[data-months]");
    const cells = [...box.querySelectorAll("td[data-say]")];
    const radioOf = (cell) => document.getElementById(cell.querySelector("label")?.htmlFor);
    const name = days.querySelector("[data-name]");
    // One cell of all months is reached by Tab; from there the arrows go on.
    const enter = (cell) => { for (const one of cells) one.tabIndex = one === cell ? 0 : -1; };
    const show = () => {
      const chosen = days.querySelector("[data-day]:checked");
      for (const cell of cells) cell.setAttribute("aria-selected", String(Boolean(chosen) && radioOf(cell) === chosen));
      if (!chosen) return;
      enter(cells.find((cell) => radioOf(cell) === chosen));
      name.textContent = chosen.labels[0].textContent;
    };
    const choose = (cell) => {
      const radio = radioOf(cell);
      if (!radio) return;
      radio.checked = true;
      radio.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const go = (cell) => {
      if (!cell) return;
      enter(cell);
      cell.focus();
    };
    const inWeek = (cell) => [...cell.parentElement.querySelectorAll("[data-say]")];
    const inMonth = (cell, by) => {
      const months = [...box.querySelectorAll("table")];
      const month = months[months.indexOf(cell.closest("table")) + by];
      const there = month ? [...month.querySelectorAll("[data-say]")] : [];
      return there.find((one) => Number(one.textContent) >= Number(cell.textContent)) ?? there.at(-1);
    };
    const keys = {
      ArrowRight: (cell) => cells[cells.indexOf(cell) + 1],
      ArrowLeft: (cell) => cells[cells.indexOf(cell) - 1],
      ArrowDown: (cell) => cells[cells.indexOf(cell) + 7],
      ArrowUp: (cell) => cells[cells.indexOf(cell) - 7],
      Home: (cell) => inWeek(cell)[0],
      End: (cell) => inWeek(cell).at(-1),
      PageUp: (cell) => inMonth(cell, -1),
      PageDown: (cell) => inMonth(cell, 1),
    };
    box.addEventListener("keydown", (event) => {
      const cell = event.target.closest("td[data-say]");
      if (!cell) return;
      if (event.key in keys) go(keys[event.key](cell));
      else if (event.key === "Enter" || event.key === " ") choose(cell);
      else return;
      event.preventDefault();
    });
    // Not by the label: it would move the focus, and the page, to the list.
    box.addEventListener("click", (event) => {
      const cell = event.target.closest("td[data-say]");
      if (!cell) return;
      event.preventDefault();
      go(cell);
      choose(cell);
    });
    days.addEventListener("change", show);
    for (const table of box.querySelectorAll("table")) {
      table.setAttribute("role", "grid");
      table.setAttribute("aria-labelledby", table.caption.id);
    }
    for (const cell of cells) {
      cell.setAttribute("role", "gridcell");
      cell.setAttribute("aria-label", cell.dataset.say);
      if (!radioOf(cell)) cell.setAttribute("aria-disabled", "true");
    }
    box.removeAttribute("aria-hidden");
    const help = box.querySelector("[data-help]");
    if (help) works(help);
    enter(cells.find(radioOf) ?? cells[0]);
    show();
  }

  // A question that another's answer asks comes and goes with it; what the server asks does not depend on this.
  for (const revealed of root.querySelectorAll("[data-revealed-by]")) {
    const values = JSON.parse(revealed.dataset.values);
    const by = document.getElementsByName(revealed.dataset.revealedBy);
    const show = () => { revealed.hidden = ![...by].some((one) => one.checked && values.includes(one.value)); };
    for (const one of by) one.addEventListener("change", show);
    revealed.classList.add("form-revealed--works");
    show();
  }

  // A long list is searched by typing; without this the whole list stands there. What is chosen stays in sight.
  for (const search of root.querySelectorAll("input[data-search]")) {
    const rows = [...document.querySelectorAll(`#${search.dataset.search} > [data-words]`)];
    const found = document.getElementById(search.id.replace(/-search$/, "-found"));
    search.addEventListener("input", () => {
      const words = search.value.toLowerCase().trim().split(/\s+/).map((word) => search.dataset.start + word);
      for (const row of rows) row.hidden = !words.every((word) => row.dataset.words.includes(word)) && !row.querySelector(":checked");
      const some = rows.filter((row) => !row.hidden).length;
      found.textContent = !search.value.trim() ? "" : some ? found.dataset.some.replace("{some}", some) : found.dataset.none;
    });
    // Enter goes on to what was found: nothing in it is chosen yet, so there is nothing to send.
    search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      rows.find((row) => !row.hidden)?.querySelector("input")?.focus();
    });
    works(search);
  }
}
dress(document);
