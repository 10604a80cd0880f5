// One field over time: a line with the band between lowest and highest, drawn as SVG. Gaps stay gaps.
import { ask } from "./http.js";
import { clockTime, element, fullTime, language, pick, say, valueText } from "./words.js";

const node = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const [HEIGHT, LEFT, BOTTOM, TOP] = [260, 52, 26, 10];
const NARROWEST = 300;
const HOUR = 3_600_000;
const RANGES = { "1h": HOUR, "24h": 24 * HOUR, "7d": 168 * HOUR, "30d": 720 * HOUR };
const MOST_POINTS = 300;
const WIDTHS = [60, 300, 900, 1800, 3600, 10_800, 21_600, 86_400, 604_800];
const VIETNAM = 7 * HOUR;

function draw(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function niceStep(span, count) {
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= raw);
}

function ticksOf(low, high) {
  const step = niceStep(high - low, 4);
  const ticks = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-6; value += step) ticks.push(Number(value.toPrecision(10)));
  return ticks;
}

function timeTicks(start, end, most) {
  const steps = [HOUR / 12, HOUR / 6, HOUR / 2, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR, 48 * HOUR, 168 * HOUR, 336 * HOUR, 720 * HOUR];
  const step = steps.find((one) => (end - start) / one <= most) ?? 2160 * HOUR;
  const ticks = [];
  for (let at = Math.ceil((start + VIETNAM) / step) * step - VIETNAM; at <= end; at += step) ticks.push(at);
  return [ticks, step];
}

const dayOf = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "vi-VN", { timeZone: "Asia/Ho_Chi_Minh", day: "2-digit", month: "2-digit" });

// How a field is asked for in buckets, and which columns are the line and its band.
function wish(field) {
  if (field.behaviour === "gauge" && !field.circular) return { aggregate: "mean,min,max", line: `${field.name}.mean`, band: [`${field.name}.min`, `${field.name}.max`] };
  if (field.behaviour === "gauge") return { aggregate: "mean", line: `${field.name}.mean` };
  if (field.behaviour === "counter") return { aggregate: "increase", line: `${field.name}.increase`, note: "increase", fromZero: true };
  return { aggregate: "share", line: `${field.name}.share`, note: "share_of_time", factor: 100, fromZero: true, top: 100 };
}

export class Chart {
  constructor(device) {
    this.device = device;
    this.range = "24h";
    this.field = null;
    node("field").addEventListener("change", () => this.choose(node("field").value));
    node("ranges").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) this.setRange(button.dataset.range);
    });
    node("own").addEventListener("submit", (event) => {
      event.preventDefault();
      this.load();
    });
  }

  offer(items, at) {
    this.now = Date.parse(at);
    const there = new Set(items.flatMap((item) => Object.keys(item.values)));
    const fields = this.device.kind.fields.filter((field) => there.has(field.name) && !["label", "key"].includes(field.behaviour));
    if (!fields.length) {
      node("chart-panel").hidden = true;
      return;
    }
    const names = fields.map((field) => field.name).join();
    if (names !== this.offered) {
      this.offered = names;
      node("field").replaceChildren(...fields.map((field) => element("option", { value: field.name }, pick(field.title))));
    }
    if (!this.field) {
      this.field = fields[0].name;
      this.load();
    }
    node("field").value = this.field;
  }

  choose(name) {
    const isDrawable = [...node("field").options].some((option) => option.value === name);
    if (!isDrawable) return;
    this.isChosen = true;
    this.field = node("field").value = name;
    for (const tile of document.querySelectorAll("#values [data-field]")) tile.setAttribute("aria-pressed", String(tile.dataset.field === name));
    this.load();
  }

  setRange(range) {
    this.range = range;
    for (const button of node("ranges").children) button.setAttribute("aria-pressed", String(button.dataset.range === range));
    node("own").hidden = range !== "own";
    if (range !== "own") this.load();
  }

  span() {
    // The server's time: a wrong clock of the viewer changes nothing.
    if (this.range !== "own") return [this.now - RANGES[this.range], this.now];
    const { from, to } = node("own").elements;
    const [start, end] = [from.value, to.value].map((day) => Date.parse(`${day}T00:00:00+07:00`));
    return [Math.min(start, end), Math.max(start, end) + 24 * HOUR];
  }

  async load() {
    const field = this.device.kind.fields.find((one) => one.name === this.field);
    const [start, end] = this.span();
    if (!Number.isFinite(start)) return;
    const wanted = wish(field);
    const seconds = WIDTHS.find((width) => (end - start) / 1000 / width <= MOST_POINTS) ?? WIDTHS.at(-1);
    const range = `fields=${field.name}&from=${new Date(start).toISOString()}&to=${new Date(end).toISOString()}`;
    node("csv").href = `${this.device.address}/series?${range}&bucket=${seconds}s&aggregate=${wanted.aggregate}&format=csv&limit=10000`;
    const asked = (this.asked = Symbol("question"));
    try {
      const answer = await ask(`${this.device.address}/series?${range}&bucket=${seconds}s&aggregate=${wanted.aggregate}&limit=5000`);
      if (this.asked === asked) this.show(field, wanted, answer, start, end, seconds * 1000);
    } catch (error) {
      if (this.asked === asked) node("chart").replaceChildren(element("p", { class: "message warn" }, error.message));
    }
  }

  show(field, wanted, answer, start, end, bucket) {
    const factor = wanted.factor ?? 1;
    const groups = new Map();
    for (const { time, keys, values } of answer.points) {
      if (values[wanted.line] === null || values[wanted.line] === undefined) continue;
      const name = Object.values(keys).filter(Boolean).join(" · ");
      if (!groups.has(name)) groups.set(name, []);
      const band = wanted.band?.map((column) => values[column] * factor);
      groups.get(name).push({ at: Date.parse(time), value: values[wanted.line] * factor, band });
    }
    const all = [...groups.values()].flat();
    if (!all.length) {
      node("chart").replaceChildren(element("p", { class: "quiet" }, say("no_points")));
      return;
    }
    const values = all.flatMap((point) => [point.value, ...(point.band ?? [])]);
    let low = wanted.fromZero ? 0 : Math.min(...values);
    let high = wanted.top ?? Math.max(...values);
    if (high - low < 1e-9) [low, high] = wanted.fromZero ? [0, high || 1] : [low - 1, high + 1];
    // Drawn as wide as it is shown, so that letters keep their size on a phone.
    const width = Math.max(NARROWEST, node("chart").clientWidth);
    const scale = { start, end, low, high, width };
    scale.x = (at) => LEFT + ((at - start) / (end - start)) * (width - LEFT - 6);
    scale.y = (value) => TOP + (1 - (value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
    const shown = { ...field, unit: wanted.note === "share_of_time" ? "%" : field.unit };
    const says = element("output", {}, this.summary(shown, wanted, values));
    const label = say("chart_of", { field: pick(field.title), from: fullTime(start), to: fullTime(end) });
    const svg = draw("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": `${label}. ${says.textContent}` });
    this.axes(svg, scale);
    for (const points of groups.values()) this.line(svg, points, scale, bucket);
    this.follow(svg, all, scale, shown, says);
    node("chart").replaceChildren(svg, says);
  }

  summary(field, wanted, values) {
    const words = say("lowest_highest", { min: valueText(Math.min(...values), field), max: valueText(Math.max(...values), field) });
    return wanted.note ? `${say(wanted.note)}: ${words}` : words;
  }

  axes(svg, { start, end, low, high, width, x, y }) {
    for (const value of ticksOf(low, high)) {
      svg.append(draw("line", { class: "grid", x1: LEFT, x2: width - 6, y1: y(value), y2: y(value) }));
      svg.append(draw("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, valueText(value, { decimals: 3 })));
    }
    const [ticks, step] = timeTicks(start, end, Math.max(3, Math.floor(width / 75)));
    for (const at of ticks) {
      const words = step < 24 * HOUR ? clockTime(new Date(at)).slice(0, 5) : dayOf.format(new Date(at));
      svg.append(draw("line", { class: "grid", x1: x(at), x2: x(at), y1: TOP, y2: HEIGHT - BOTTOM }));
      svg.append(draw("text", { x: x(at), y: HEIGHT - 8, "text-anchor": "middle" }, words));
    }
  }

  line(svg, points, { x, y }, bucket) {
    const runs = [];
    for (const point of points) {
      const last = runs.at(-1)?.at(-1);
      if (!last || point.at - last.at > Math.max(bucket, this.device.interval * 1000) * 2.5) runs.push([]);
      runs.at(-1).push(point);
    }
    for (const run of runs) {
      if (run[0].band && run.length > 1) {
        const upper = run.map((point) => `${x(point.at)},${y(point.band[1])}`);
        const lower = run.map((point) => `${x(point.at)},${y(point.band[0])}`).reverse();
        svg.append(draw("polygon", { class: "band", points: [...upper, ...lower].join(" ") }));
      }
      if (run.length > 1) svg.append(draw("polyline", { class: "line", points: run.map((point) => `${x(point.at)},${y(point.value)}`).join(" ") }));
      else svg.append(draw("circle", { class: "dot", cx: x(run[0].at), cy: y(run[0].value), r: 3 }));
    }
  }

  follow(svg, points, { width, x, y }, field, says) {
    const hair = draw("line", { class: "hair", y1: TOP, y2: HEIGHT - BOTTOM, visibility: "hidden" });
    const dot = draw("circle", { class: "dot", r: 4, visibility: "hidden" });
    svg.append(hair, dot);
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const place = ((event.clientX - box.left) / box.width) * width;
      const near = points.reduce((best, point) => (Math.abs(x(point.at) - place) < Math.abs(x(best.at) - place) ? point : best));
      for (const [name, value] of [["x1", x(near.at)], ["x2", x(near.at)], ["visibility", "visible"]]) hair.setAttribute(name, value);
      for (const [name, value] of [["cx", x(near.at)], ["cy", y(near.value)], ["visibility", "visible"]]) dot.setAttribute(name, value);
      says.textContent = `${fullTime(near.at)}: ${valueText(near.value, field)}`;
    });
  }
}
