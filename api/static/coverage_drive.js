// The page for whoever drives: cells in the order of the drive, and how far it is to the next one.
import { ask } from "./http.js";
import { address, asked, complain, drawCells, node, number, openMap, outcomes, percent, popup } from "./coverage_common.js";
import { element, say } from "./words.js";

const EARTH_METRES = 6371008.8;
const radians = (degrees) => (degrees * Math.PI) / 180;
const done = new Set();
let stops = [];
let rings = new Map();
let map = null;
let names = new Map();
let layer = null;
let me = null;
let here = null;

function metres(one, other) {
  const half = Math.sin(radians(other.latitude - one.latitude) / 2) ** 2 + Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude)) * Math.sin(radians(other.longitude - one.longitude) / 2) ** 2;
  return 2 * EARTH_METRES * Math.asin(Math.min(1, Math.sqrt(half)));
}

function direction(one, other) {
  const east = (other.longitude - one.longitude) * Math.cos(radians(one.latitude));
  const angle = (Math.atan2(east, other.latitude - one.latitude) * 180) / Math.PI;
  return say("drive_directions").split("|")[Math.round(((angle + 360) % 360) / 45) % 8];
}

const far = (length) => (length < 1000 ? `${Math.round(length / 10) * 10} m` : `${number(length / 1000)} km`);

const where = (stop) => names.get(stop.hamlet) ?? stop.hamlet ?? stop.cell;

// Whether a place lies in a ring of [longitude, latitude]: how often a ray to the east crosses it.
function isInside({ latitude, longitude }, ring) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [[x, y], [before_x, before_y]] = [ring[i], ring[j]];
    if (y > latitude !== before_y > latitude && longitude < ((before_x - x) * (latitude - y)) / (before_y - y) + x) inside = !inside;
  }
  return inside;
}

function drawStops() {
  const lines = stops.map((stop) => {
    const missing = say("drive_missing", { samples: stop.missing_samples, slots: stop.missing_slots, gain: percent(stop.gain) });
    const away = here ? say("drive_away", { distance: far(metres(here, stop)), direction: direction(here, stop) }) : `+${number(stop.km)} km`;
    const link = element("a", { href: `geo:${stop.latitude.toFixed(6)},${stop.longitude.toFixed(6)}` }, `${stop.number} · ${where(stop)}`);
    return element("li", done.has(stop.cell) ? { class: "done" } : {}, link, ` · ${away}`, element("p", { class: "quiet" }, missing));
  });
  node("stops").replaceChildren(...lines);
}

function drawDrive(collection) {
  const { drive } = collection;
  stops = collection.features.map((feature) => feature.properties);
  rings = new Map(collection.features.map((feature) => [feature.id, feature.geometry.coordinates[0]]));
  const told = { verdict: outcomes[drive.expected], count: drive.settled_with ?? stops.length, unknown: drive.unknown, km: number(drive.km), gain: percent(drive.gain) };
  node("expected").textContent = stops.length ? say(drive.settled_with === null ? "drive_not_enough" : "drive_expected", told) : say("drive_none");
  layer?.remove();
  layer = drawCells(map, collection, (stop) => popup(`${stop.number} · ${where(stop)}`, say("drive_missing", { samples: stop.missing_samples, slots: stop.missing_slots, gain: percent(stop.gain) })));
  for (const stop of stops) {
    const icon = window.L.divIcon({ className: "cell-number", html: String(stop.number), iconSize: [26, 14] });
    window.L.marker([stop.latitude, stop.longitude], { icon, interactive: false, keyboard: false }).addTo(layer);
  }
  drawStops();
}

function tellWhere() {
  const inside = stops.find((stop) => isInside(here, rings.get(stop.cell)));
  if (inside) done.add(inside.cell);
  const next = stops.find((stop) => !done.has(stop.cell));
  const parts = inside ? [say("drive_inside", { number: inside.number })] : [];
  if (next) parts.push(`${say("drive_next", { number: next.number })} · ${say("drive_away", { distance: far(metres(here, next)), direction: direction(here, next) })}`);
  node("here").hidden = parts.length === 0;
  node("here").textContent = parts.join(" · ");
  const place = [here.latitude, here.longitude];
  if (!me && stops.length) map.map.fitBounds(layer.getBounds().extend(place), { padding: [24, 24] });
  me = me?.setLatLng(place) ?? window.L.circleMarker(place, { className: "me", radius: 8 }).addTo(map.map);
  drawStops();
}

function follow() {
  node("locate").disabled = true;
  navigator.geolocation.watchPosition(
    ({ coords }) => {
      here = { latitude: coords.latitude, longitude: coords.longitude };
      node("again").hidden = false;
      tellWhere();
    },
    (error) => {
      node("locate").disabled = false;
      complain({ message: say("drive_no_position", { reason: error.message }) });
    },
    { enableHighAccuracy: true, maximumAge: 2000 },
  );
}

async function load() {
  const start = here ? { start: `${here.latitude.toFixed(6)},${here.longitude.toFixed(6)}` } : {};
  const more = { target: asked.target, ...start };
  for (const format of ["gpx", "kml"]) node(format).href = address("next-cells", { ...more, format });
  drawDrive(await ask(address("next-cells", more)));
  if (here) tellWhere();
}

async function start() {
  node("back").href = `/coverage?${new URLSearchParams(asked)}`;
  node("locate").addEventListener("click", follow);
  node("again").addEventListener("click", () => load().catch(complain));
  ({ map, names } = await openMap());
  await load();
}

if (node("map")) addEventListener("DOMContentLoaded", () => start().catch(complain));
