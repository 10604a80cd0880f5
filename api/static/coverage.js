// The page on coverage: the verdict with its bounds, and the map of what is known.
import { ask } from "./http.js";
import { POPUP, address, asked, causes, complain, drawCells, node, number, openMap, outcomes, percent, popup, states } from "./coverage_common.js";
import { element, pick, say } from "./words.js";

const WEAK_DBM = -110;
const FIGURES = ["area", "population", "sites"];
const FILES = [["cells", "coverage_cells_file"], ["sites", "coverage_sites_file"], ["dead-spots", "coverage_spots_file"]];

// Places are set by script: the policy of the pages allows no style in the markup.
function piece(name, left, width = null) {
  const node = element("i", { class: name });
  node.style.left = `${100 * left}%`;
  if (width !== null) node.style.width = `${100 * width}%`;
  return node;
}

function bar({ lower, upper }) {
  const parts = [piece("sure", 0, lower), piece("open", lower, upper - lower), piece("goal", Number(asked.target) / 100)];
  return element("span", { class: "bar-of", "aria-hidden": "true" }, ...parts);
}

function drawFigures(summary) {
  const parts = [];
  for (const name of FIGURES) {
    const figure = summary[name];
    parts.push(element("dt", {}, say(`coverage_${name}`)));
    if (!figure) {
      parts.push(element("dd", {}, say("coverage_nothing")));
      continue;
    }
    const [lower, upper, measured] = [figure.lower, figure.upper, figure.measured].map(percent);
    parts.push(
      element("dd", {}, bar(figure)),
      element("dd", {}, say("coverage_between", { lower, upper, measured })),
      element("dd", { class: "quiet" }, `${say("coverage_interval", { low: percent(figure.interval.low), high: percent(figure.interval.high) })} · ${say("coverage_known", figure)}`),
    );
  }
  node("figures").replaceChildren(...parts);
  node("verdict").textContent = outcomes[summary.verdict.outcome];
  node("verdict").className = `verdict ${summary.verdict.outcome}`;
  node("reason").textContent = [pick(summary.verdict.reason), ...summary.notes.map(pick)].join(" ").replaceAll(" %", "\u00a0%");
  const counts = Object.fromEntries(["received", "used", "thinned"].map((name) => [name, number(summary.samples[name])]));
  node("samples").textContent = say("coverage_samples", counts);
  const left = Object.entries(summary.samples.left_out).filter(([, count]) => count);
  node("left-out").hidden = left.length === 0;
  node("left-out").querySelector("ul").replaceChildren(...left.map(([cause, count]) => element("li", {}, `${causes[cause]}: ${number(count)}`)));
}

const SQUARE = "0 0 12 12";
const circle = (kind) => `<svg viewBox="0 0 26 20" aria-hidden="true"><circle class="spot spot-${kind}" cx="13" cy="10" r="7"/></svg>`;
const square = (kind, box = "0 0 26 20", x = 8) => `<svg viewBox="${box}" aria-hidden="true"><rect class="place place-${kind}" x="${x}" y="${box === SQUARE ? 1 : 5}" width="10" height="10"/></svg>`;
const spotKind = (state) => ({ white: "dead", hollow: "dead", served: "served" })[state] ?? "unknown";
const siteKind = (state) => (["covered", "not_covered"].includes(state) ? state : "unknown");

function drawLegend() {
  const cell = (state) => `<svg viewBox="0 0 26 20" aria-hidden="true"><rect class="cell cell-${state}" x="1" y="1" width="24" height="18"/></svg>`;
  const signs = Object.entries(states).map(([state, name]) => [cell(state), name]);
  for (const kind of ["served", "dead", "unknown"]) signs.push([circle(kind), say(`coverage_spot_${kind}`)]);
  for (const kind of ["covered", "not_covered", "unknown"]) signs.push([square(kind), say(`coverage_site_${kind}`)]);
  for (const [svg, name] of signs) {
    const line = element("li");
    line.innerHTML = svg;
    line.append(element("span", {}, name));
    node("legend").append(line);
  }
}

// A site stands as a small square in the ring of a place where people live: both are seen where they are one place.
function drawPoints(map, spots, sites) {
  const L = window.L;
  const told = ({ properties }) => popup(properties.name, pick(properties.state_name));
  const ring = (feature, place) => L.circleMarker(place, { className: `spot spot-${spotKind(feature.properties.state)}`, radius: 9 });
  const sign = (feature, place) => L.marker(place, { keyboard: false, icon: L.divIcon({ className: "place-sign", html: square(siteKind(feature.properties.state), SQUARE, 1), iconSize: [13, 13] }) });
  L.geoJSON(spots, { pointToLayer: (feature, place) => ring(feature, place).bindPopup(() => told(feature), POPUP) }).addTo(map.map);
  L.geoJSON(sites, { pointToLayer: (feature, place) => sign(feature, place).bindPopup(() => told(feature), POPUP) }).addTo(map.map);
}

function tellCell(cell, names) {
  const operator = document.querySelector(`#ask [name="operator"] option[value="${cell.operator}"]`)?.textContent;
  const level = cell.mean_rsrp_dbm === null ? "" : `${number(cell.mean_rsrp_dbm)} dBm`;
  const told = cell.samples ? say("coverage_cell_told", cell) : "";
  return popup(states[cell.state], told, [operator, level].filter(Boolean).join(" · "), names.get(cell.hamlet), cell.cell);
}

// Dots with a dashed edge, whatever the level: nobody shall take a modelled place for a measured cell.
async function showModel(map, button) {
  if (showModel.layer) {
    showModel.layer.remove();
    showModel.layer = null;
    button.setAttribute("aria-pressed", "false");
    node("model-told").textContent = "";
    return;
  }
  const { model, features } = await ask(address("modelled"));
  const dot = ({ properties }, place) => window.L.circleMarker(place, { className: `modelled modelled-${properties.rsrp_dbm >= WEAK_DBM ? "good" : "weak"}`, radius: 6 });
  const told = ({ properties }) => popup(say("coverage_modelled_cell", { level: number(properties.rsrp_dbm), distance: number(properties.distance_m) }));
  showModel.layer = window.L.geoJSON(features, { pointToLayer: (feature, place) => dot(feature, place).bindPopup(() => told(feature), POPUP) }).addTo(map.map);
  button.setAttribute("aria-pressed", "true");
  node("model-told").textContent = model ? say("coverage_model_told", { error: number(model.error_db) }) : say("coverage_model_none");
}

async function start() {
  drawLegend();
  node("to-drive").href = `/coverage/drive?${new URLSearchParams(asked)}`;
  node("to-report").href = `/reports/coverage?${new URLSearchParams({ commune: asked.commune, period: asked.period })}`;
  for (const [part, name] of FILES) {
    const link = (format) => element("a", { href: address(part, { format }) }, format === "csv" ? "CSV" : "GeoJSON");
    node("files").append(element("li", {}, `${say(name)}: `, link("csv"), " · ", link("geojson")));
  }
  const summary = await ask(address("summary", { target: asked.target }));
  drawFigures(summary);
  const { map, names } = await openMap();
  const [cells, spots, sites] = await Promise.all(["cells", "dead-spots", "sites"].map((part) => ask(address(part))));
  drawCells(map, cells, (cell) => tellCell(cell, names));
  drawPoints(map, spots, sites);
  node("model").addEventListener("click", () => showModel(map, node("model")).catch(complain));
}

if (node("map")) addEventListener("DOMContentLoaded", () => start().catch(complain));
