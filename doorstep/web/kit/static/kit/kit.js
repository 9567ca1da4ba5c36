// Pages work without this; it adds focus to error summaries, guards double clicks, and makes device ids.
import { initAll } from "../govuk/govuk-frontend.js";
initAll();
for (const field of document.querySelectorAll("input[data-event-id]")) field.value = crypto.randomUUID();
for (const button of document.querySelectorAll("button[data-print]")) button.addEventListener("click", () => window.print());
// A crew's tablet says where it is, when it may; without it the record simply has no position.
const spots = document.querySelectorAll("input[data-position]");
if (spots.length && navigator.geolocation) {
  navigator.geolocation.watchPosition(
    (seen) => { for (const spot of spots) spot.value = `${seen.coords.latitude.toFixed(5)},${seen.coords.longitude.toFixed(5)}`; },
    () => {},
    { enableHighAccuracy: true, maximumAge: 30000 },
  );
}
