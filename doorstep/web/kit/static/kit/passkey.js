// Asks the browser for a passkey and puts its answer into the form, which is sent as any other.
const able = window.PublicKeyCredential?.parseRequestOptionsFromJSON && navigator.credentials;
for (const box of document.querySelectorAll("[data-passkey]")) {
  const form = box.querySelector("form"), isNew = box.dataset.kind === "register";
  const say = (which) => { for (const words of box.querySelectorAll("[role=alert] p")) words.hidden = !(which in words.dataset); };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!able) return say("none");
    say("");
    try {
      const asked = await fetch(box.dataset.passkey, { method: "POST", body: new FormData(form) });
      if (!asked.ok) return form.submit(); // the page that comes says why
      const options = await asked.json();
      const given = isNew
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      form.elements.answer.value = JSON.stringify(given.toJSON());
      form.submit();
    } catch (wrong) {
      say(wrong.name === "SecurityError" ? "none" : "stopped");
    }
  });
}
