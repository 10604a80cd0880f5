// The parts of a device's page that are opened when they are wanted: each asks for its content and fills itself.
import { fillAccount } from "./device_account.js";
import { fillAbout, fillLife, fillPhoto } from "./device_changes.js";
import { ask, change } from "./http.js";
import { element, fullTime, pick, say } from "./words.js";

const MOST = 20;

function table(heads, rows) {
  const head = element("tr", {}, ...heads.map((words) => element("th", { scope: "col" }, words)));
  const body = rows.map(([first, ...others]) => element("tr", {}, element("th", { scope: "row" }, first), ...others.map((value) => element("td", {}, value))));
  return element("div", { class: "scroll", tabindex: "0" }, element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
}

function nothing(inside, name) {
  inside.replaceChildren(element("p", { class: "quiet" }, say(name)));
}

function again(id) {
  document.getElementById(id).dispatchEvent(new Event("again"));
}

export function countSetAside(count) {
  const badge = document.querySelector("#set-aside .count");
  badge.hidden = count === 0;
  badge.textContent = String(count);
}

async function replay(device, ids, says) {
  try {
    const { body } = await change("POST", "/api/v1/dead-letters/replay", { ids });
    says.className = "message good";
    says.textContent = say("replayed", { settled: body.settled, open: body.still_open });
    return body.settled > 0;
  } catch (error) {
    says.className = "message";
    says.textContent = error.message;
    return false;
  } finally {
    says.hidden = false;
    const now = await ask(device.address).catch(() => null);
    if (now) countSetAside(now.open_dead_letters);
  }
}

async function fillSetAside(inside, device) {
  const { items, next_cursor: more } = await ask(`/api/v1/dead-letters?commune=${device.commune}&device=${device.code}&state=open&limit=${MOST}`);
  if (!items.length) return nothing(inside, "none_set_aside");
  const says = element("p", { role: "status", hidden: "" });
  const list = element("ul", { class: "items" });
  for (const one of items) {
    const subject = [one.field, one.value].filter((part) => part !== null).join(" = ");
    const line = element("li", { class: "letter" }, element("p", {}, element("strong", {}, pick(one.reason_text))), element("p", { class: "quiet" }, [fullTime(one.received_at), subject].filter(Boolean).join(" · ")));
    const payload = element("details", { class: "inner" }, element("summary", {}, say("show_payload")), element("pre", { tabindex: "0" }, one.detail));
    payload.addEventListener("toggle", async () => {
      if (!payload.open) return;
      const whole = await ask(`/api/v1/dead-letters/${one.id}`).catch((error) => ({ payload_text: error.message }));
      payload.querySelector("pre").textContent = `${one.topic}\n${whole.payload_text ?? whole.payload_base64}\n\n${one.detail}`;
    });
    line.append(payload);
    if (device.mayChange) {
      const button = element("button", { type: "button", class: "button" }, say("replay"));
      button.addEventListener("click", async () => (await replay(device, [one.id], says)) && line.remove());
      line.append(button);
    }
    list.append(line);
  }
  const parts = [says, list];
  if (device.mayChange && items.length > 1) {
    const all = element("button", { type: "button", class: "button whole" }, say("replay_all"));
    all.addEventListener("click", async () => (await replay(device, items.map((one) => one.id), says)) && again("set-aside"));
    parts.push(all);
  }
  if (more) parts.push(element("p", { class: "quiet" }, element("a", { href: `/api/v1/dead-letters?commune=${device.commune}&device=${device.code}&state=open` }, say("and_more", { count: "…" }))));
  inside.replaceChildren(...parts);
  return undefined;
}

async function fillEvents(inside, device) {
  const { items } = await ask(`${device.address}/events?limit=${MOST}`);
  if (!items.length) return nothing(inside, "no_events");
  const lines = items.map((one) => {
    const name = one.channel === "status" ? say(one.name) : one.name;
    const detail = Object.entries(one.detail).map(([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
    return element("li", { class: "letter" }, element("p", {}, element("strong", {}, name)), element("p", { class: "quiet" }, [fullTime(one.time), ...detail].join(" · ")));
  });
  inside.replaceChildren(element("ul", { class: "items" }, ...lines));
  return undefined;
}

async function fillLedger(inside, device) {
  const { items } = await ask(`/api/v1/ledger?commune=${device.commune}&device=${device.code}&limit=31`);
  if (!items.length) return nothing(inside, "no_ledger");
  const rows = items.sort((a, b) => b.day.localeCompare(a.day)).slice(0, 14);
  const cells = rows.map((row) => [row.day.split("-").reverse().join("/"), ...["received", "stored", "duplicate", "dead_lettered"].map((name) => String(row[name]))]);
  inside.replaceChildren(element("p", { class: "quiet" }, say("ledger_meaning")), table(["day", "received", "stored", "duplicate", "dead_lettered"].map((name) => say(name)), cells));
  return undefined;
}

function changed(entry) {
  const members = { ...entry.after };
  return Object.entries(members).map(([name, value]) => `${name}: ${entry.before?.[name] ?? "–"} → ${typeof value === "object" ? JSON.stringify(value) : value}`);
}

async function fillHistory(inside, device) {
  const history = await ask(`${device.address}/history`);
  const isTrusted = ["operator", "administrator"].includes(device.role);
  const audit = isTrusted ? (await ask(`/api/v1/audit?subject=${encodeURIComponent(`${device.commune}/${device.code}`)}&limit=50`)).items : history.swaps.map((swap) => ({ action: "swapped", ...swap }));
  const parts = [];
  if (history.chain.length > 1) {
    const links = history.chain.map((link) => element("li", { class: "letter" }, element("a", { href: `/devices/${link.commune}/${link.code}` }, link.code), ` · ${[fullTime(link.since), link.until && fullTime(link.until)].filter(Boolean).join(" – ")}`));
    parts.push(element("ul", { class: "items" }, ...links));
  }
  const lines = audit.map((entry) =>
    element(
      "li",
      { class: "letter" },
      element("p", {}, element("strong", {}, say(`action_${entry.action}`)), ` · ${(entry.actor ?? "").replace(/^person:/, "")}`),
      element("p", { class: "quiet" }, [fullTime(entry.at), entry.note].filter(Boolean).join(" · ")),
      ...(entry.action === "created" ? [] : [element("p", { class: "quiet" }, changed(entry).join("; "))]),
    ),
  );
  if (lines.length) parts.push(element("ul", { class: "items" }, ...lines));
  if (!parts.length) return nothing(inside, "no_history");
  inside.replaceChildren(...parts);
  return undefined;
}

export const PARTS = {
  "set-aside": fillSetAside,
  account: fillAccount,
  events: fillEvents,
  ledger: fillLedger,
  about: fillAbout,
  photo: fillPhoto,
  life: fillLife,
  history: fillHistory,
};
