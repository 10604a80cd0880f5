// The registrations that wait on this phone: shown, sent when there is signal, mended where the server did not take one.
import { showWaiting } from "./frame.js";
import { listEntries, putEntry, removeEntry } from "./queue.js";
import { sendWaiting } from "./send.js";
import { element, language, pick, say } from "./words.js";

const INTERVAL_MILLISECONDS = 20_000;
const node = (id) => document.getElementById(id);
let mend = () => {};

function button(words, act, kind = "button") {
  const made = element("button", { type: "button", class: kind }, words);
  made.addEventListener("click", act);
  return made;
}

function line(entry, outcome) {
  const { code, name } = entry.device;
  const state = entry.state === "sending" ? "waiting" : entry.state;
  const badge = element("span", { class: `badge-of ${state === "sent" ? "tone-on" : state === "problem" ? "tone-off" : "tone-late"}` }, say(`queue_${state}`));
  const box = element("li", { class: "entry", "data-code": code, "data-state": state }, element("p", { class: "head" }, element("b", {}, name ? `${name} (${code})` : code), badge));
  const tools = element("p", { class: "row" });
  if (state === "problem") {
    box.append(element("p", { class: "message" }, entry.problem?.reason ? pick(entry.problem.reason) : say("network_failed")));
    tools.append(button(say("edit_entry"), () => mendEntry(entry)));
  }
  if (state === "sent") {
    tools.append(element("a", { class: "button main", href: `/devices/${entry.commune}/${code}#account` }, say("open_device")));
    tools.append(button(say("done_entry"), () => forget(entry)));
  } else {
    if (outcome === "other-person" && state === "waiting") {
      box.append(element("p", { class: "quiet" }, say("queue_other_person", { person: entry.person.replace(/^person:/, "") })));
      tools.append(button(say("send_now"), () => trySending({ anyone: true })));
    }
    tools.append(button(say("remove_entry"), () => confirm(say("remove_sure", { code })) && forget(entry)));
  }
  box.append(tools);
  return box;
}

async function mendEntry(entry) {
  await removeEntry(entry.key);
  mend(entry);
  await showQueue();
}

async function forget(entry) {
  await removeEntry(entry.key);
  await showQueue();
}

export async function showQueue(notice = "", outcome = null) {
  const entries = await listEntries();
  node("queue").hidden = entries.length === 0;
  node("entries").replaceChildren(...entries.map((entry) => line(entry, outcome)));
  const box = node("queue-notice");
  const parts = [];
  if (notice) parts.push(element("p", {}, notice));
  if (outcome === "signed-out") {
    const next = encodeURIComponent("/devices/new");
    parts.push(element("p", {}, say("queue_signed_out")), element("a", { class: "button", href: `/sign-in?next=${next}&lang=${language}` }, say("sign_in_again")));
  }
  if (notice || outcome === "signed-out" || outcome === "sent") {
    box.hidden = parts.length === 0;
    box.replaceChildren(...parts);
  }
  if (notice) node("queue").scrollIntoView({ block: "start" });
  await showWaiting();
}

async function trySending(options = {}) {
  const entries = await listEntries();
  if (!entries.some((entry) => entry.state === "waiting")) return;
  const outcome = await sendWaiting(options);
  await showQueue("", outcome);
}

async function wakeLater() {
  const registration = await navigator.serviceWorker?.ready;
  await registration?.sync?.register("registrations").catch(() => {});
}

export async function startQueue(onMend) {
  mend = onMend;
  // What was being sent when the page went away is sent again; its key keeps it one device.
  for (const entry of await listEntries()) if (entry.state === "sending") await putEntry({ ...entry, state: "waiting" });
  await showQueue();
  await trySending();
  window.addEventListener("online", () => trySending());
  window.addEventListener("offline", () => wakeLater());
  navigator.serviceWorker?.addEventListener("message", ({ data }) => data === "sent" && showQueue("", "sent"));
  setInterval(() => !document.hidden && trySending(), INTERVAL_MILLISECONDS);
  if ((await listEntries()).some((entry) => entry.state === "waiting")) await wakeLater();
}
