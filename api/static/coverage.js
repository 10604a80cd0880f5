// The page on coverage: the verdict with its bounds, and the map of what is known.
import { ask } from "./http.js";
import { address, asked, causes, complain, drawCells, node, number, openMap, outcomes, percent, popup, states } from "./coverage_common.js";
import { element, pick, say } from "./words.js";

const FIGURES = ["area", "population", "sites"];
const FILES = [["cells", "coverage_cells_file"], ["sites", "coverage_sites_file"], ["dead-spots", "coverage_spots_file"]];

function bar(figure) {
  const sure = element("i", { class: "sure", style: `width:${100 * (figure.lower ?? 0)}%` });
  const open = element("i", { class: "open", style: `left:${100 * (figure.lower ?? 0)}%;width:${100 * ((figure.upper ?? 0) - (figure.lower ?? 0))}%` });
  const goal = element("i", { class: "goal", style: `left:${asked.target}%` });
  return element("span", { class: "bar-of", "aria-hidden": "true" }, sure, open, goal);
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
  node("reason").textContent = [pick(summary.verdict.reason), ...summary.notes.map(pick)].join(" ");
  const counts = Object.fromEntries(["received", "used", "thinned"].map((name) => [name, number(summary.samples[name])]));
  node("samples").textContent = say("coverage_samples", counts);
  const left = Object.entries(summary.samples.left_out).filter(([, count]) => count);
  node("left-out").hidden = left.length === 0;
  node("left-out").querySelector("ul").replaceChildren(...left.map(([cause, count]) => element("li", {}, `${causes[cause]}: ${number(count)}`)));
}

function drawLegend() {
  const signs = Object.entries(states).map(([state, name]) => [`<rect class="cell cell-${state}" x="1" y="1" width="24" height="18"/>`, name]);
  signs.push(['<circle class="spot-dead" cx="13" cy="10" r="7"/>', say("coverage_dead")], ['<circle class="spot-lived" cx="13" cy="10" r="6"/>', say("coverage_lived")]);
  for (const [svg, name] of signs) {
    const line = element("li");
    line.innerHTML = `<svg viewBox="0 0 26 20" aria-hidden="true">${svg}</svg>`;
    line.append(element("span", {}, name));
    node("legend").append(line);
  }
}

function drawPoints(map, spots, sites) {
  const L = window.L;
  const point = (className, radius) => (feature, place) => L.circleMarker(place, { className: className(feature.properties), radius }).bindPopup(popup(feature.properties.name, pick(feature.properties.state_name)));
  L.geoJSON(spots, { pointToLayer: point(({ state }) => (["white", "hollow"].includes(state) ? "spot-dead" : "spot-lived"), 6) }).addTo(map.map);
  L.geoJSON(sites, { pointToLayer: point(({ state }) => (state === "covered" ? "site-covered" : "site-open"), 5) }).addTo(map.map);
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
  const map = await openMap();
  const [cells, spots, sites] = await Promise.all(["cells", "dead-spots", "sites"].map((part) => ask(address(part))));
  drawCells(map, cells, (cell) => popup(states[cell.state], say("coverage_cell_told", cell), cell.mean_rsrp_dbm === null ? "" : `${number(cell.mean_rsrp_dbm)} dBm`, cell.cell));
  drawPoints(map, spots, sites);
}

if (node("map")) addEventListener("DOMContentLoaded", () => start().catch(complain));
