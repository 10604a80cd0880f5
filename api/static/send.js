// Sends a registration that waits. Used by the page and by the service worker, so it touches no document.
// The entry's key makes it one device however often it is sent.
import { listEntries, putEntry } from "./queue.js";

const PATIENCE_MILLISECONDS = 20_000;

async function send(path, options) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS), cache: "no-store", ...options });
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  return { status: answer.status, body: isJson ? await answer.json() : null };
}

// { outcome: "sent" | "no-network" | "signed-out" | "other-person" | "problem", answer, problem, photoProblem }
export async function sendEntry(entry, { anyone = false } = {}) {
  try {
    const me = await send("/api/v1/me");
    if (me.status === 401) return { outcome: "signed-out" };
    if (me.status !== 200) return { outcome: "no-network" };
    if (entry.person && entry.person !== me.body.name && !anyone) return { outcome: "other-person" };
    const headers = { "X-CSRF-Token": me.body.csrf_token };
    const made = await send(`/api/v1/communes/${entry.commune}/devices`, {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json", "Idempotency-Key": entry.key },
      body: JSON.stringify(entry.device),
    });
    if (made.status === 401) return { outcome: "signed-out" };
    if (made.status >= 500) return { outcome: "no-network", problem: made.body };
    if (made.status >= 400) return { outcome: "problem", problem: made.body };
    return { outcome: "sent", answer: made.body, photoProblem: await sendPhoto(entry, headers) };
  } catch {
    return { outcome: "no-network" };
  }
}

async function sendPhoto(entry, headers) {
  if (!entry.photo) return null;
  try {
    const put = await send(`/api/v1/devices/${entry.commune}/${entry.device.code}/photo`, {
      method: "PUT",
      headers: { ...headers, "Content-Type": entry.photo.type },
      body: entry.photo,
    });
    return put.status < 400 ? null : put.body;
  } catch {
    return { reason: null };
  }
}

// Sends what waits, one after the other; what cannot be sent stays. Two pages, or a page and its service worker, take turns.
export async function sendWaiting(options = {}) {
  const work = async () => {
    let last = null;
    for (const entry of await listEntries()) {
      if (entry.state !== "waiting") continue;
      const result = await sendEntry(entry, options);
      last = result.outcome;
      if (result.outcome === "no-network" || result.outcome === "signed-out") break;
      if (result.outcome === "sent") await putEntry({ ...entry, state: "sent", photo: null });
      if (result.outcome === "problem") await putEntry({ ...entry, state: "problem", problem: result.problem });
    }
    return last;
  };
  return navigator.locks ? navigator.locks.request("registrations", work) : work();
}
