// What every page does: keep a copy for places without signal, say when there is none, and send what waits.
import { language, say } from "./words.js";
import { countEntries } from "./queue.js";

const offline = document.getElementById("offline");
const waiting = document.getElementById("waiting");
const KEPT = ["/devices/new", "/api/v1/kinds", "/api/v1/communes", "/api/v1/places.geojson", "/api/v1/devices.geojson"];
const WARM_MILLISECONDS = 15 * 60_000;
const AGAIN_MILLISECONDS = 10_000;

function showSignal() {
  offline.hidden = navigator.onLine;
}

export async function showWaiting() {
  const count = await countEntries().catch(() => 0);
  waiting.hidden = count === 0;
  waiting.firstElementChild.textContent = say("waiting_entries", { n: count });
}

// Asked for through the service worker, which keeps what it hands on: so that it is there when the signal is not. Who is
// signed in is kept by name only: what is entered without signal is sent in that name.
async function warm() {
  const last = Number(localStorage.getItem("kept_at"));
  if (!navigator.onLine || Date.now() - last < WARM_MILLISECONDS) return;
  try {
    const [who, ...answers] = await Promise.all(["/api/v1/me", ...KEPT].map((path) => fetch(path)));
    if (![who, ...answers].every((answer) => answer.ok && !answer.redirected)) return;
    localStorage.setItem("person", (await who.json()).name);
    localStorage.setItem("kept_at", String(Date.now()));
  } catch {
    setTimeout(warm, AGAIN_MILLISECONDS); // the signal was too weak
  }
}

// Whoever is signed out leaves no lists on the phone.
function forget(worker) {
  localStorage.removeItem("kept_at");
  worker.postMessage("signed-out");
}

async function keep() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/service-worker.js", { type: "module" });
  const { active } = await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    // A page that was loaded while the worker took over may have been overlooked.
    const taken = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
    active.postMessage("claim");
    await taken;
  }
  if (location.pathname === "/sign-in") forget(active);
  else if (document.querySelector(".tabs")) await warm();
}

window.addEventListener("online", showSignal);
window.addEventListener("offline", showSignal);
showSignal();
showWaiting();
addEventListener("load", () => keep().catch((error) => console.warn(error)));
for (const link of document.querySelectorAll("a[data-keep]")) {
  link.addEventListener("click", () => localStorage.removeItem("kept_at"));
}
document.documentElement.dataset.language = language;
