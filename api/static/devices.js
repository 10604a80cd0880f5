// The list of devices: signs beside names, filters that act at once, and the same devices on the map.
import { marker } from "./icons.js";
import { ask } from "./http.js";

const node = (id) => document.getElementById(id);
const form = node("filters");
const wide = window.matchMedia("(min-width: 901px)");
let isDrawn = false;

for (const sign of document.querySelectorAll(".sign")) sign.innerHTML = marker(sign.dataset.state, sign.dataset.kind);
form.addEventListener("change", (event) => {
  if (event.target.type !== "search") form.requestSubmit();
});
// Empty filters make long addresses.
form.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (!value) formData.delete(name);
});

function matches({ properties }) {
  const wanted = Object.fromEntries(new URL(location.href).searchParams);
  const text = plain(wanted.text ?? "");
  const isIn = (name, key = name) => !wanted[name] || wanted[name] === properties[key];
  const isAlive = wanted.lifecycle ? isIn("lifecycle") : properties.lifecycle !== "retired";
  const found = !text || plain(`${properties.code} ${properties.name}`).includes(text);
  return isIn("state") && isIn("kind") && isIn("hamlet") && isIn("commune") && isAlive && found;
}

function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d").trim();
}

async function drawMap() {
  if (isDrawn) return;
  isDrawn = true;
  const { DeviceMap } = await import("./map.js");
  const map = new DeviceMap(node("map"), (id) => location.assign(`/devices/${id}`));
  const [kinds, places, devices] = await Promise.all(
    ["/api/v1/kinds", "/api/v1/places.geojson", "/api/v1/devices.geojson"].map(ask),
  );
  map.showPlaces(places);
  map.showDevices(devices.features.filter(matches), new Map(kinds.items.map((kind) => [kind.name, kind])), null);
  map.fit();
}

function show(view) {
  for (const button of node("views").children) button.setAttribute("aria-pressed", String(button.dataset.view === view));
  node("list").hidden = view === "map" && !wide.matches;
  node("map").hidden = view === "list" && !wide.matches;
  node("views").hidden = wide.matches;
  sessionStorage.setItem("view", view);
  if (!node("map").hidden) drawMap().catch((error) => console.warn(error));
}

node("views").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) show(button.dataset.view);
});
const remembered = () => sessionStorage.getItem("view") ?? "list";
wide.addEventListener("change", () => show(remembered()));
addEventListener("DOMContentLoaded", () => show(remembered()));
if (document.readyState !== "loading") show(remembered());
