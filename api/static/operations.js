// The screen of an operations centre: follows the stream of the server, and says so, large, when it hears nothing.
import { DeviceMap } from "./map.js";
import { drawAir, drawAlerts, drawKinds, drawRivers } from "./operations_draw.js";
import { turnPages } from "./operations_pages.js";
import { clockTime, say } from "./words.js";

const STREAM = "/api/v1/operations/stream";
const STALE_MILLISECONDS = 10_000;
const DEAF_MILLISECONDS = 20_000;
const AGAIN_MILLISECONDS = 3_000;
const BEHIND_SECONDS = 60;
const AGES_MILLISECONDS = 20_000;
const node = (id) => document.getElementById(id);
const isWall = document.body.classList.contains("wall");

const screen = {
  picture: {},
  names: new Map(),
  features: [],
  heardAt: performance.now(),
  trouble: null,
  source: null,
  openedAt: 0,
  agesAt: 0,
  asksFor: null,
};
const map = new DeviceMap(node("map"), (id) => {
  if (!isWall) location.href = `/devices/${id}`;
});

async function ask(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(15_000) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

// Names and places of devices; asked for again when the stream tells of a device that is not among them.
async function askForDevices() {
  const [devices, places] = await Promise.all([ask("/api/v1/devices.geojson"), ask("/api/v1/places.geojson")]);
  screen.features = devices.features;
  screen.names = new Map(devices.features.map(({ id, properties }) => [id, properties]));
  for (const { properties: one } of places.features.filter(({ properties }) => properties.layer === "hamlet")) {
    screen.names.set(`${one.commune}/hamlet:${one.code}`, one);
  }
  map.showPlaces(places);
  drawMap();
  map.fit();
  drawLists();
}

function drawMap() {
  const states = screen.picture.devices;
  const shown = screen.features.filter((one) => one.id in states);
  for (const one of shown) one.properties.state = states[one.id];
  const kinds = new Map(screen.picture.kinds.map((one) => [one.kind, one]));
  map.showDevices(shown, kinds, null);
}

function drawLists() {
  drawAlerts(screen.picture, screen.names);
  drawAir(screen.picture);
  drawRivers(screen.picture);
  screen.agesAt = performance.now();
}

function knowDevices() {
  const unknown = Object.keys(screen.picture.devices).filter((id) => !screen.names.has(id));
  if (!unknown.length || screen.asksFor) return;
  screen.asksFor = askForDevices()
    .catch((error) => console.warn(error))
    .finally(() => setTimeout(() => (screen.asksFor = null), AGAIN_MILLISECONDS));
}

function heard(told) {
  screen.heardAt = performance.now();
  screen.trouble = null;
  const before = screen.picture;
  // Another set of files on the server: a screen that nobody touches takes it by itself.
  if (before.build && told.build && told.build !== before.build) return location.reload();
  const devices = told.devices && { ...(screen.isWhole ? {} : before.devices), ...told.devices };
  screen.isWhole = false;
  for (const [id, state] of Object.entries(devices ?? {})) if (state === null) delete devices[id];
  screen.picture = { ...before, ...told, ...(devices && { devices }) };
  if (told.place !== undefined && told.place) node("place").textContent = told.place;
  if (told.kinds) drawKinds(screen.picture);
  if (devices) {
    drawMap();
    knowDevices();
  }
  const isLate = performance.now() - screen.agesAt > AGES_MILLISECONDS;
  if (told.alerts || told.air || told.rivers || isLate) drawLists();
  tick();
}

function connect() {
  screen.source?.close();
  screen.openedAt = performance.now();
  const source = new EventSource(STREAM);
  screen.source = source;
  // A stream begins with everything: what a screen knew before counts no more.
  source.addEventListener("open", () => (screen.isWhole = true));
  source.addEventListener("message", (event) => heard(JSON.parse(event.data)));
  source.addEventListener("trouble", () => (screen.trouble = "trouble"));
  source.addEventListener("error", () => {
    // It tries again by itself, but not after an answer that is no stream.
    if (source.readyState === EventSource.CLOSED) refused();
  });
}

async function refused() {
  const answer = await fetch("/api/v1/me").catch(() => null);
  screen.trouble = answer?.status === 401 ? "ended" : null;
  tick();
}

function lasting(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 120) return say("for_seconds", { n: seconds });
  if (seconds < 7200) return say("for_minutes", { n: Math.round(seconds / 60) });
  return say("for_hours", { n: Math.round(seconds / 3600) });
}

// Whether what stands on the screen may be believed: judged by the screen's own watch, so that nothing can stop it.
function tick() {
  const silent = performance.now() - screen.heardAt;
  const { at, ingest_behind_seconds: behind } = screen.picture;
  const time = at ? clockTime(new Date(at)) : "–";
  const isStale = silent > STALE_MILLISECONDS || screen.trouble !== null;
  const reason = screen.trouble ?? "lost";
  const text = isStale ? say(reason, { time, n: lasting(silent) }) : "";
  if (node("stale").textContent !== text) node("stale").textContent = text;
  node("stale").hidden = !isStale;
  document.body.classList.toggle("stale", isStale);
  const feed = isStale ? "lost" : at ? "live" : "connecting";
  if (node("feed").dataset.feed !== feed) {
    node("feed").dataset.feed = feed;
    node("feed").textContent = feed === "lost" ? time : say(feed);
  }
  if (at) node("clock").textContent = clockTime(new Date(Date.parse(at) + silent));
  const isBehind = !isStale && at && (behind === null || behind > BEHIND_SECONDS);
  const said = behind === null ? say("ingest_never") : say("ingest_behind", { n: lasting((behind ?? 0) * 1000) });
  node("behind").hidden = !isBehind;
  if (isBehind && node("behind").textContent !== said) node("behind").textContent = said;
  const isDeaf = silent > DEAF_MILLISECONDS && performance.now() - screen.openedAt > DEAF_MILLISECONDS;
  const isClosed = screen.source?.readyState === EventSource.CLOSED && performance.now() - screen.openedAt > AGAIN_MILLISECONDS;
  if (isDeaf || isClosed) connect();
}

function setTheme(theme) {
  document.body.classList.remove("dark", "light");
  document.body.classList.add(theme);
}

function chooseTheme() {
  const { classList } = document.body;
  const wish = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  if (!classList.contains("dark") && !classList.contains("light")) setTheme(localStorage.getItem("theme") ?? wish);
  node("theme").addEventListener("click", () => {
    const theme = classList.contains("dark") ? "light" : "dark";
    localStorage.setItem("theme", theme);
    setTheme(theme);
  });
}

// A wall must not fall asleep; a browser that cannot help with it says so by refusing.
async function stayAwake() {
  await navigator.wakeLock?.request("screen").catch((error) => console.warn(error));
}

chooseTheme();
connect();
setInterval(tick, 1000);
if (isWall) {
  turnPages();
  stayAwake();
  document.addEventListener("visibilitychange", () => document.hidden || stayAwake());
}
