// Maps. Pages work without this: a place is then typed, and what a map shows stands in a list beside it.
const cache = new Map();
const read = (address) => {
  if (!cache.has(address)) cache.set(address, fetch(address).then((answer) => answer.json()));
  return cache.get(address);
};

// Shows the part of the page that this stands in, once it works; what is shown earlier is pressed earlier, for nothing.
const works = (element) => element.closest(".kit-js").classList.add("kit-js--works");

// A light map of our own, or the tiles that the council has chosen.
async function draw(box) {
  const map = L.map(box, { zoomControl: true, minZoom: 9, maxZoom: 19, zoomSnap: 1 });
  map.attributionControl.setPrefix(false);
  const base = await read(box.dataset.base);
  map.createPane("land").style.zIndex = 350; // below everything else that is drawn
  const outline = L.geoJSON(base.district, { pane: "land", interactive: false, style: { color: "#0b0c0c", weight: 3, fill: !box.dataset.tiles, fillColor: "#ffffff", fillOpacity: 1 } });
  const { lat, lon } = box.dataset;
  if (lat) map.setView([lat, lon], 16);
  else if (outline.getLayers().length) map.fitBounds(outline.getBounds());
  else map.setView(base.places[0]?.slice(1) ?? [52.7, -1.4], 12);
  outline.addTo(map);
  if (box.dataset.tiles) {
    L.tileLayer(box.dataset.tiles, { attribution: box.dataset.credit, maxZoom: 19 }).addTo(map);
  } else {
    map.attributionControl.addAttribution(base.credit);
    const canvas = L.canvas({ padding: 0.3 });
    for (const at of base.dots) L.circleMarker(at, { renderer: canvas, interactive: false, radius: 3, stroke: false, fillColor: "#b1b4b6", fillOpacity: 0.9 }).addTo(map);
    const streets = base.streets.map(([name, lat, lon]) => label(map, name, lat, lon, "kit-map__name kit-map__name--street", 14));
    const places = base.places.map(([name, lat, lon]) => label(map, name, lat, lon, "kit-map__name", 0));
    const tidy = () => spread(map, [...places, ...streets]);
    map.on("zoomend moveend", tidy);
    tidy();
  }
  L.geoJSON(base.wards, { interactive: false, style: { color: "#505a5f", weight: 1, dashArray: "4 4", fill: false } }).addTo(map);
  return map;
}

function label(map, name, lat, lon, look, from) {
  const mark = L.marker([lat, lon], { interactive: false, keyboard: false, icon: L.divIcon({ className: look, html: "", iconSize: null }) }).addTo(map);
  mark.getElement().textContent = name;
  return { mark, from };
}

// Names that would cover one another are left out until the map is larger.
function spread(map, names) {
  const taken = [];
  for (const { mark, from } of names) {
    const box = mark.getElement();
    box.hidden = map.getZoom() < from || !map.getBounds().pad(0.1).contains(mark.getLatLng());
    if (box.hidden) continue;
    const at = box.getBoundingClientRect();
    box.hidden = taken.some((one) => at.left < one.right && one.left < at.right && at.top < one.bottom && one.top < at.bottom);
    if (!box.hidden) taken.push(at);
  }
}

function pin(map, at, mine) {
  return L.circleMarker(at, { radius: 11, weight: 4, color: "#0b0c0c", fillColor: mine || "#ffdd00", fillOpacity: 1, interactive: false }).addTo(map);
}

function dress(root) {
  for (const part of root.querySelectorAll("[data-pick]")) {
    const id = part.dataset.pick;
    const said = document.querySelector(`[data-said="${id}"]`);
    const list = document.querySelector(`[data-list="${id}"]`);
    const box = part.querySelector("[data-map]");
    const [here, open, middle] = ["here", "open", "middle"].map((name) => part.querySelector(`[data-${name}]`));
    let map, mark, newest = 0;
    const show = (at) => {
      mark?.remove();
      if (map) mark = pin(map, at);
    };
    // What was pointed at becomes one more answer in the list, chosen.
    const choose = async (at) => {
      const mine = ++newest;
      const sent = new FormData();
      sent.append("csrfmiddlewaretoken", part.closest("form").elements.csrfmiddlewaretoken.value);
      sent.append("at", `${at.lat.toFixed(5)},${at.lng.toFixed(5)}`);
      show(at);
      const answer = await fetch(part.dataset.near, { method: "POST", body: sent }).catch(() => null);
      if (mine !== newest) return; // a later point was chosen meanwhile
      if (!answer?.ok) {
        said.textContent = part.dataset.over;
        return;
      }
      const spot = await answer.json();
      part.closest("form").elements[`${id}-typed`].value = ""; // what was typed is not what was chosen
      let item = list.querySelector("[data-pointed]");
      if (!item) {
        item = document.createElement("div");
        item.className = "govuk-radios__item";
        item.dataset.pointed = "";
        item.innerHTML = `<input class="govuk-radios__input" type="radio"><label class="govuk-label govuk-radios__label"></label>`;
        list.prepend(item);
      }
      const [input, label] = item.children;
      Object.assign(input, { id: `${id}-pointed`, name: id, value: spot.id, checked: true });
      Object.assign(label, { htmlFor: `${id}-pointed`, textContent: spot.words });
      said.textContent = `${part.dataset.chosen} ${spot.words}. ${spot.note}`;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    open.addEventListener("click", async () => {
      const shown = open.getAttribute("aria-expanded") === "true";
      open.setAttribute("aria-expanded", String(!shown));
      box.parentElement.hidden = shown;
      if (shown || map) return;
      map = await draw(box);
      map.on("click", (event) => choose(event.latlng));
      if (box.dataset.lat) show(L.latLng(box.dataset.lat, box.dataset.lon));
      box.dataset.ready = "1";
    });
    middle.addEventListener("click", () => map && choose(map.getCenter()));
    here.addEventListener("click", () => {
      const failed = () => { said.textContent = part.dataset.away; };
      if (!navigator.geolocation) return failed();
      navigator.geolocation.getCurrentPosition(
        (seen) => {
          const at = L.latLng(seen.coords.latitude, seen.coords.longitude);
          map?.setView(at, 17);
          choose(at);
        },
        failed,
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
      );
    });
    works(part);
  }

  // A map of what a list beside it says; each pin leads to its line.
  for (const box of root.querySelectorAll("[data-pins]")) {
    const rows = JSON.parse(document.getElementById(box.dataset.pins).textContent);
    draw(box).then((map) => {
      const group = [];
      for (const row of rows) {
        const open = row.state === "open"; // told apart by size too, not by colour alone
        const dot = L.circleMarker([row.lat, row.lon], { radius: open ? 10 : 6, weight: 3, color: "#0b0c0c", fillColor: open ? "#ffdd00" : "#00703c", fillOpacity: 1 }).addTo(map);
        dot.bindPopup(() => {
          const words = document.createElement("a");
          Object.assign(words, { href: row.href, textContent: row.words, className: "govuk-link" });
          return words;
        });
        group.push(dot.getLatLng());
      }
      if (group.length) map.fitBounds(L.latLngBounds(group).pad(0.2), { maxZoom: 17 });
      box.dataset.ready = "1";
    });
    works(box);
  }
}
dress(document);
// A part of the page that another script put there.
document.addEventListener("drawn", (event) => dress(event.target));
