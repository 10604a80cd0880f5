// The page of a device: what it says now, a chart, and parts that ask for their content when they are opened.
import { Chart } from "./chart.js";
import { ask } from "./http.js";
import { LiveCheck } from "./live.js";
import { PARTS, countSetAside } from "./device_parts.js";
import { age, element, pick, say, valueText } from "./words.js";

const node = (id) => document.getElementById(id);
const { commune, code, kind: kindName, interval, mayChange, role } = node("content").dataset;
const address = `/api/v1/devices/${commune}/${code}`;
const INTERVAL_MILLISECONDS = 10_000;
const device = { commune, code, address, mayChange: mayChange === "yes", role, interval: Number(interval), kind: null };
let live = null;

function drawValues(answer) {
  if (!answer.items.length) {
    node("values").replaceChildren(element("p", { class: "quiet" }, say("no_values")));
    return;
  }
  const fields = new Map(device.kind.fields.map((field) => [field.name, field]));
  const boxes = answer.items.map((item) => {
    const keys = Object.values(item.keys).filter(Boolean).join(" · ");
    const grid = element("div", { class: "values" });
    for (const [name, { value, time }] of Object.entries(item.values)) {
      const field = fields.get(name);
      const tile = element(
        "button",
        { type: "button", class: "value", "data-field": name, "aria-pressed": String(name === chart.field && Boolean(chart.isChosen)) },
        element("span", {}, pick(field.title)),
        element("b", {}, valueText(value, field)),
        element("span", {}, age(time, answer.at)),
      );
      tile.addEventListener("click", () => {
        chart.choose(name);
        node("chart-panel").scrollIntoView({ block: "nearest" });
      });
      grid.append(tile);
    }
    return keys ? element("div", {}, element("p", { class: "label" }, keys), grid) : grid;
  });
  const focused = document.activeElement?.dataset?.field;
  node("values").replaceChildren(...boxes);
  if (focused) node("values").querySelector(`[data-field="${focused}"]`)?.focus();
}

async function refresh() {
  const [latest, now] = await Promise.all([ask(`${address}/latest`), ask(address)]);
  node("state").className = `badge-of tone-${now.state}`;
  node("state").textContent = say(now.state);
  node("seen").textContent = `${say("last_seen")}: ${age(now.seen_at, now.at)}`;
  countSetAside(now.open_dead_letters);
  drawValues(latest);
  node("chart-panel").hidden = latest.items.length === 0;
  chart.offer(latest.items, latest.at);
}

async function round() {
  if (!document.hidden) await refresh().catch((error) => console.warn(error.message));
  setTimeout(round, INTERVAL_MILLISECONDS);
}

function toggleLive() {
  const title = node("check").querySelector("span");
  if (live) {
    live.stop();
    live = null;
    node("live").hidden = true;
    title.textContent = say("live_check");
    return;
  }
  node("live").hidden = false;
  title.textContent = say("stop_live_check");
  live = new LiveCheck(node("live"), address, device.interval).start();
}

const chart = new Chart(device);
node("check").addEventListener("click", toggleLive);
device.startLive = () => live ?? toggleLive();
for (const [id, fill] of Object.entries(PARTS)) {
  const part = node(id);
  const open = () => {
    const inside = part.querySelector(".inside");
    if (id !== "about") inside.replaceChildren(element("p", { class: "quiet" }, say("loading")));
    fill(inside, device).catch((error) => inside.replaceChildren(element("p", { class: "message" }, error.message)));
  };
  part.addEventListener("toggle", () => part.open && open());
  part.addEventListener("again", open);
  // A part may have been opened while this script was still on its way.
  if (part.open) open();
  else if (location.hash === `#${id}`) part.open = true;
}

const kinds = await ask("/api/v1/kinds").catch(() => ({ items: [] }));
device.kind = kinds.items.find((kind) => kind.name === kindName);
if (device.kind) round();
else node("values").replaceChildren(element("p", { class: "message warn" }, say("values_failed")));
