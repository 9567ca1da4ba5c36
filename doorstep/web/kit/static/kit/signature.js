// A signature drawn by pointer; without this, or by keyboard, the name that is typed signs alone. What is drawn goes along as
// lines through points of a sheet, which the server reads again.
const WIDTH = 600;
const HEIGHT = 200;
const MOST = 19_980;

export function sign(root) {
  for (const pad of root.querySelectorAll("[data-sign]")) {
    const field = document.getElementById(pad.dataset.sign);
    const sheet = pad.querySelector("svg");
    const path = sheet.querySelector("path");
    const said = pad.querySelector("[data-cleared]");
    const within = (share, most) => Math.min(Math.max(Math.round(share * most), 0), most);
    const at = (event) => {
      const box = sheet.getBoundingClientRect();
      const across = within((event.clientX - box.left) / box.width, WIDTH);
      return `${across} ${within((event.clientY - box.top) / box.height, HEIGHT)}`;
    };
    const add = (strokes) => {
      if (field.value.length + strokes.length > MOST) return;
      field.value += strokes;
      path.setAttribute("d", field.value);
    };
    let pointer;
    let last;
    sheet.addEventListener("pointerdown", (event) => {
      if (event.button || pointer !== undefined) return;
      event.preventDefault();
      pointer = event.pointerId;
      sheet.setPointerCapture(pointer);
      last = at(event);
      said.textContent = "";
      // A point alone is a dot.
      add(`M${last}L${last}`);
    });
    sheet.addEventListener("pointermove", (event) => {
      const here = at(event);
      if (event.pointerId !== pointer || here === last) return;
      last = here;
      add(`L${here}`);
    });
    const end = (event) => {
      if (event.pointerId === pointer) pointer = undefined;
    };
    sheet.addEventListener("pointerup", end);
    sheet.addEventListener("pointercancel", end);
    pad.querySelector("[data-clear]").addEventListener("click", () => {
      field.value = "";
      path.setAttribute("d", "");
      said.textContent = said.dataset.cleared;
    });
    pad.classList.add("kit-js--works");
  }
}
