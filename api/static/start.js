// The start page: asks for the devices every ten seconds and shows them; says so when the server does not answer.
import { DeviceMap, drawLegend } from "./map.js";
import { drawAttention, drawKinds, drawStates } from "./lists.js";
import { deviceContent } from "./popup.js";
import { clockTime, pick, say } from "./words.js";

const INTERVAL_MILLISECONDS = 10_000;
const PATIENCE_MILLISECONDS = 9_000;
const narrow = window.matchMedia("(max-width: 900px)");
const node = (id) => document.getElementById(id);

const page = { kinds: new Map(), features: [], at: null, state: "all", chosen: null, latest: null, drawnPlaces: false };
drawLegend(node("legend"));
const map = new DeviceMap(node("map"), choose);

class Refused extends Error {}

async function ask(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) });
  const body = await answer.json();
  if (!answer.ok) throw new Refused(pick(body.reason));
  return body;
}

async function showPlaces() {
  const [communes, places] = await Promise.all([ask("/api/v1/communes"), ask("/api/v1/places.geojson")]);
  if (!communes.items.length) return;
  node("place").textContent = communes.items.map((one) => `${one.name}, ${one.province}`).join(" · ");
  node("sample").hidden = !communes.items.some((one) => one.is_sample);
  map.showPlaces(places);
}

function draw() {
  const shown = page.features.filter((one) => page.state === "all" || one.properties.state === page.state);
  drawStates(node("states"), page.features, page.state, (state) => {
    page.state = page.state === state ? "all" : state;
    draw();
  });
  map.showDevices(shown, page.kinds, page.chosen);
  drawAttention(node("attention-list"), page.features, page.kinds, page.at, choose);
  drawKinds(node("kinds"), page.features, page.kinds);
  node("empty").hidden = page.features.length > 0;
}

function notice(text, isBad) {
  node("notice").hidden = !text;
  node("notice").classList.toggle("bad", isBad);
  node("notice").textContent = text;
}

async function refresh() {
  const collection = await ask("/api/v1/devices.geojson");
  page.features = collection.features.filter((one) => !["retired", "planned"].includes(one.properties.lifecycle));
  page.at = collection.at;
  const isFirst = !page.drawnPlaces && page.features.length > 0;
  if (isFirst) {
    await showPlaces();
    page.drawnPlaces = true;
  }
  draw();
  if (isFirst) map.fit();
  if (page.chosen) await showValues();
  const isSilent = page.features.length > 0 && page.features.every((one) => one.properties.state === "never");
  notice(isSilent ? `${say("silent_title")}. ${say("silent_text")}` : "", false);
  node("updated").textContent = say("updated", { time: clockTime(new Date(page.at)) });
  node("updated").classList.remove("stale");
}

function content() {
  const feature = page.features.find((one) => one.id === page.chosen);
  return feature ? deviceContent(feature, page.kinds, page.at, page.latest) : null;
}

function putContent() {
  const made = content();
  if (!made) return;
  if (node("dialog").open) node("dialog-body").replaceChildren(made);
  else map.popup?.setContent(made);
}

async function showValues() {
  const id = page.chosen;
  let latest;
  try {
    latest = await ask(`/api/v1/devices/${id}/latest`);
  } catch (error) {
    latest = error;
  }
  if (page.chosen !== id) return;
  page.latest = latest;
  putContent();
}

function leave(id) {
  if (page.chosen !== id) return;
  page.chosen = page.latest = null;
  draw();
}

function choose(id) {
  page.chosen = id;
  page.latest = null;
  if (page.state !== "all" && !map.markers.has(id)) page.state = "all";
  draw();
  // A popup leaves nothing of a map as small as a phone's.
  if (narrow.matches || !map.open(id, content(), () => leave(id))) {
    node("dialog-body").replaceChildren(content());
    node("dialog").showModal();
  }
  showValues();
}

node("dialog").addEventListener("close", () => leave(page.chosen));

async function round() {
  try {
    if (!page.kinds.size) {
      const kinds = await ask("/api/v1/kinds");
      page.kinds = new Map(kinds.items.map((kind) => [kind.name, kind]));
    }
    await refresh();
  } catch (error) {
    const reason = error instanceof Refused ? error.message : say("no_answer");
    if (!(error instanceof Refused)) console.warn(error);
    notice(page.at ? say("stale", { time: clockTime(new Date(page.at)) }) : say("unreachable", { reason }), true);
    node("updated").classList.add("stale");
  }
  setTimeout(round, INTERVAL_MILLISECONDS);
}

round();
