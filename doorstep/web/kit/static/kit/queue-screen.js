// The screen of a waiting room: looks again by itself who was called; where that fails, it goes on with what it shows, and tries again.
const shown = document.querySelector("[data-every]");
async function look() {
  try {
    const answer = await fetch(location.href);
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-every]");
    if (now && now.innerHTML !== shown.innerHTML) shown.innerHTML = now.innerHTML;
  } catch { /* The next look may succeed. */ }
}
if (shown) setInterval(look, Number(shown.dataset.every) * 1000);
