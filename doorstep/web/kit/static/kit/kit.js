// Pages work without this; it adds focus to error summaries, guards double clicks, and makes device ids.
import { initAll } from "../govuk/govuk-frontend.js";
initAll();
for (const field of document.querySelectorAll("input[data-event-id]")) field.value = crypto.randomUUID();
