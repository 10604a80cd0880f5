// Registering a device: the form, what is kept on the phone while there is no signal, and what comes after.
import { accountView } from "./account.js";
import { showWaiting } from "./frame.js";
import { ask } from "./http.js";
import { LiveCheck } from "./live.js";
import { shrink } from "./photo.js";
import { hamletAt, PlacePicker } from "./place.js";
import { showQueue, startQueue } from "./queue_view.js";
import { putEntry, removeEntry } from "./queue.js";
import { canScan, scan } from "./scan.js";
import { sendEntry } from "./send.js";
import { element, pick, say } from "./words.js";

const node = (id) => document.getElementById(id);
const form = node("register");
const fields = form.elements;
const CODE = /^[a-z0-9_-]{2,63}$/;
const PREFIXES = { environment: "mt", water_level: "nuoc", irrigation: "tuoi", lighting: "den", camera: "cam", loudspeaker: "loa", wifi: "wifi", signal_probe: "do", notice_board: "bang" };
const page = { kinds: new Map(), communes: [], places: null, devices: [], photo: null, suggested: "", key: crypto.randomUUID() };
const picker = new PlacePicker(
  { map: node("map"), gps: node("gps"), says: node("gps-says"), latitude: fields.latitude, longitude: fields.longitude, centre: node("centre") },
  showHamlet,
);

// The next number after the largest that devices of this kind have, with the letters that most of them have.
export function nextCode(kind, devices) {
  const numbered = devices
    .filter((one) => one.properties.kind === kind)
    .map((one) => one.properties.code.match(/^(.*?)(\d+)$/))
    .filter(Boolean);
  const counts = new Map();
  for (const [, prefix] of numbered) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  const [prefix] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [`${PREFIXES[kind] ?? "tb"}-`];
  const mine = numbered.filter((match) => match[1] === prefix);
  const width = Math.max(3, ...mine.map((match) => match[2].length));
  let number = Math.max(0, ...mine.map((match) => Number(match[2])));
  const taken = new Set(devices.map((one) => one.properties.code));
  do number += 1;
  while (taken.has(`${prefix}${String(number).padStart(width, "0")}`));
  return `${prefix}${String(number).padStart(width, "0")}`;
}

function suggest() {
  const isOwn = fields.code.value && fields.code.value !== page.suggested;
  if (!fields.kind.value || isOwn) return;
  page.suggested = nextCode(fields.kind.value, page.devices.filter((one) => one.properties.commune === fields.commune.value));
  fields.code.value = page.suggested;
  fields.expected_interval_seconds.placeholder = page.kinds.get(fields.kind.value)?.interval_seconds ?? "";
}

async function showHamlet(latitude, longitude) {
  const says = node("hamlet-says");
  const local = page.places && hamletAt(page.places, latitude, longitude)?.properties.name;
  const tell = (name) => {
    says.hidden = false;
    says.textContent = name ? say("in_hamlet", { name }) : say("outside");
  };
  tell(local);
  if (!navigator.onLine || !fields.commune.value) return;
  const found = await ask(`/api/v1/hamlet-at?commune=${fields.commune.value}&latitude=${latitude}&longitude=${longitude}`).catch(() => null);
  if (found) tell(found.hamlet?.name);
}

function fillHamlets() {
  const commune = page.communes.find((one) => one.code === fields.commune.value);
  const options = (commune?.hamlets ?? []).map((one) => element("option", { value: one.code }, one.name));
  fields.hamlet.replaceChildren(fields.hamlet.options[0], ...options);
}

async function fill() {
  const [kinds, communes, places, devices] = await Promise.all(
    ["/api/v1/kinds", "/api/v1/communes", "/api/v1/places.geojson", "/api/v1/devices.geojson"].map((path) => ask(path).catch(() => null)),
  );
  page.kinds = new Map((kinds?.items ?? []).map((kind) => [kind.name, kind]));
  page.communes = communes?.items ?? [];
  page.devices = devices?.features ?? [];
  page.places = places;
  fields.commune.replaceChildren(...page.communes.map((one) => element("option", { value: one.code }, one.name)));
  const last = localStorage.getItem("commune");
  if (page.communes.some((one) => one.code === last)) fields.commune.value = last;
  node("commune-field").hidden = page.communes.length < 2;
  fillHamlets();
  if (!page.communes.length) problem(say("no_communes"));
  if (places) picker.show(places, page.devices, page.kinds);
  suggest();
}

function problem(text, input = null) {
  const box = node("problem");
  box.hidden = !text;
  box.textContent = text;
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  input?.setAttribute("aria-invalid", "true");
  if (text) (input ?? box).focus();
  if (text) box.scrollIntoView({ block: "center" });
}

function number(input) {
  const text = input.value.trim().replace(",", ".");
  return text === "" ? null : Number(text);
}

function written() {
  const device = { code: fields.code.value.trim(), kind: fields.kind.value };
  for (const name of ["name", "serial", "maker", "model", "note", "hamlet"]) if (fields[name].value.trim()) device[name] = fields[name].value.trim();
  for (const name of ["latitude", "longitude", "height_m", "expected_interval_seconds"]) {
    const value = number(fields[name]);
    if (value !== null) device[name] = value;
  }
  return { key: page.key, at: new Date().toISOString(), person: localStorage.getItem("person"), commune: fields.commune.value, state: "waiting", device, photo: page.photo };
}

async function submit(event) {
  event.preventDefault();
  if (!fields.kind.value) return problem(say("choose_first"), fields.kind);
  if (!CODE.test(fields.code.value.trim())) return problem(say("code_wrong"), fields.code);
  if (!fields.commune.value) return problem(say("no_communes"));
  problem("");
  busy(true);
  const entry = written();
  localStorage.setItem("commune", entry.commune);
  // Kept before it is sent: a phone that dies meanwhile loses nothing. Sent in this person's name, whoever wrote the page.
  await putEntry({ ...entry, state: "sending" });
  const result = await sendEntry(entry, { anyone: true });
  busy(false);
  if (result.outcome === "sent") {
    await removeEntry(entry.key);
    return registered(entry, result);
  }
  if (result.outcome === "problem") {
    await removeEntry(entry.key);
    const isCode = result.problem?.type?.endsWith("/code-taken");
    return problem(result.problem?.reason ? pick(result.problem.reason) : say("network_failed"), isCode ? fields.code : null);
  }
  await putEntry(entry);
  reset();
  await showQueue(say("queue_kept", { code: entry.device.code }), result.outcome);
  return undefined;
}

function busy(isBusy) {
  node("submit").toggleAttribute("aria-busy", isBusy);
  if (isBusy) node("submit").setAttribute("aria-busy", "true");
  node("submit").textContent = say(isBusy ? "sending" : "submit");
  node("submit").disabled = isBusy;
}

function reset() {
  page.devices.push({ properties: { code: fields.code.value, kind: fields.kind.value, commune: fields.commune.value, name: "", state: "never" }, geometry: null, id: "" });
  const [kind, commune] = [fields.kind.value, fields.commune.value];
  form.reset();
  picker.clear();
  [fields.kind.value, fields.commune.value] = [kind, commune];
  page.suggested = "";
  page.photo = null;
  page.key = crypto.randomUUID();
  for (const id of ["photo-shown", "hamlet-says", "serial-as-code", "scan-says"]) node(id).hidden = true;
  node("photo-says").textContent = say("photo_hint");
  suggest();
  showWaiting();
}

function registered(entry, { answer, photoProblem }) {
  const { code } = entry.device;
  const address = `/devices/${entry.commune}/${code}`;
  const live = element("section", { class: "panel", id: "live", "aria-label": say("live_title") });
  const account = element("section", { class: "panel", "aria-label": say("account") }, element("h2", {}, say("account")));
  if (answer.account.password) account.append(accountView(answer.account));
  else account.append(element("p", { class: "message warn" }, say("already_registered")), element("a", { class: "button", href: `${address}#account` }, say("open_page")));
  const again = element("button", { type: "button", class: "button grow" }, say("next_device"));
  const done = element("div", { class: "page-part" }, element("h1", { tabindex: "-1" }, say("registered_title", { code: entry.device.name || code })));
  if (photoProblem) done.append(element("p", { class: "message warn" }, say("photo_not_sent", { reason: photoProblem.reason ? pick(photoProblem.reason) : "" })));
  for (const warning of answer.warnings) done.append(element("p", { class: "message warn" }, pick(warning)));
  done.append(live, account, element("div", { class: "row" }, element("a", { class: "button grow", href: address }, say("open_page")), again));
  node("done").replaceChildren(done);
  node("done").hidden = false;
  form.hidden = true;
  done.querySelector("h1").focus();
  const check = new LiveCheck(live, `/api/v1${address}`, answer.device.expected_interval_seconds).start();
  again.addEventListener("click", () => {
    check.stop();
    node("done").hidden = true;
    form.hidden = false;
    reset();
    scrollTo(0, 0);
  });
}

let scanning = null;
async function toggleScan() {
  if (scanning) {
    scanning.abort();
    return;
  }
  scanning = new AbortController();
  node("scan").querySelector("span").textContent = say("stop_scan");
  const says = node("scan-says");
  says.hidden = false;
  says.textContent = say("scanning");
  node("scanner").hidden = false;
  try {
    const text = await scan(node("scanner"), scanning.signal);
    says.hidden = text === null;
    if (text) took(text.trim());
  } catch {
    says.textContent = say("scan_failed");
  }
  node("scanner").hidden = true;
  node("scan").querySelector("span").textContent = say("scan");
  scanning = null;
}

function took(text) {
  node("scan-says").textContent = say("scanned", { text });
  fields.serial.value = text.slice(0, 200);
  const code = text.toLowerCase().normalize("NFD").replace(/[^a-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 63);
  if (!CODE.test(code)) return;
  const button = node("serial-as-code");
  button.hidden = false;
  button.textContent = say("serial_as_code", { code });
  button.onclick = () => {
    fields.code.value = code;
    button.hidden = true;
  };
}

async function choosePhoto() {
  const [file] = node("photo").files;
  if (!file) return;
  try {
    page.photo = await shrink(file);
    node("photo-says").textContent = say("photo_chosen", { n: Math.ceil(page.photo.size / 1024) });
    const url = URL.createObjectURL(page.photo);
    node("photo-shown").onload = () => URL.revokeObjectURL(url);
    node("photo-shown").src = url;
    node("photo-shown").hidden = false;
  } catch {
    page.photo = null;
    node("photo-says").textContent = say("photo_failed");
  }
}

// An entry that the server did not take, back in the form.
export function edit(entry) {
  reset();
  fields.commune.value = entry.commune;
  for (const [name, value] of Object.entries(entry.device)) if (fields[name]) fields[name].value = value;
  if (entry.device.latitude !== undefined) picker.set(entry.device.latitude, entry.device.longitude, { view: true });
  page.key = entry.key;
  page.photo = entry.photo;
  problem(entry.problem?.reason ? pick(entry.problem.reason) : "", fields.code);
}

fields.kind.addEventListener("change", suggest);
fields.commune.addEventListener("change", () => {
  fillHamlets();
  suggest();
});
fields.code.addEventListener("input", () => {
  fields.code.value = fields.code.value.toLowerCase().replace(/\s+/g, "-");
});
form.addEventListener("submit", submit);
node("scan").hidden = !canScan();
node("scan").addEventListener("click", toggleScan);
node("photo").addEventListener("change", choosePhoto);
startQueue(edit);
fill();
