// What both pages on coverage share: what is asked, numbers in words, and the map of cells.
import { ask } from "./http.js";
import { DeviceMap } from "./map.js";
import { element, language } from "./words.js";

export const { asked, states, causes, outcomes } = JSON.parse(document.getElementById("data").textContent);
export const node = (id) => document.getElementById(id);
const locale = language === "en" ? "en-GB" : "vi-VN";
const percents = new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

// A popup stays beside the buttons of the map.
export const POPUP = { autoPanPaddingTopLeft: [72, 12], autoPanPaddingBottomRight: [12, 12], maxWidth: 260 };

export const percent = (share) => (share === null || share === undefined ? "–" : percents.format(share));
export const number = (value) => numbers.format(value);

export function parameters(more = {}) {
  const { commune, target, ...others } = asked;
  const given = { ...others, ...more };
  return new URLSearchParams(Object.entries(given).filter(([, value]) => value !== "" && value !== null));
}

export const address = (part, more) => `/api/v1/coverage/${encodeURIComponent(asked.commune)}/${part}?${parameters(more)}`;

export function complain(error) {
  node("problem").hidden = false;
  node("problem").textContent = error.message;
}

// The map with the outlines of hamlets, and their names by code.
export async function openMap() {
  const map = new DeviceMap(node("map"), () => {});
  const places = await ask(`/api/v1/places.geojson?commune=${encodeURIComponent(asked.commune)}`);
  const hamlets = places.features.filter(({ properties }) => properties.layer === "hamlet");
  map.showPlaces({ ...places, features: hamlets });
  return { map, names: new Map(hamlets.map(({ properties }) => [properties.code, properties.name])) };
}

export function drawCells(map, collection, words) {
  const L = window.L;
  const layer = L.geoJSON(collection, {
    style: (feature) => ({ className: `cell cell-${feature.properties.state}` }),
    onEachFeature: (feature, one) => one.bindPopup(() => words(feature.properties), POPUP),
  }).addTo(map.map);
  layer.bringToBack();
  if (collection.features.length) map.map.fitBounds(layer.getBounds(), { padding: [16, 16] });
  return layer;
}

export function popup(title, ...lines) {
  return element("div", {}, element("strong", {}, title), ...lines.filter(Boolean).map((line) => element("p", {}, line)));
}
