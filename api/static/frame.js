// What every page does: keep a copy for places without signal, say when there is none, and send what waits.
import { language, say } from "./words.js";
import { countEntries } from "./queue.js";

const offline = document.getElementById("offline");
const waiting = document.getElementById("waiting");
const KEPT = ["/devices/new", "/api/v1/kinds", "/api/v1/communes", "/api/v1/places.geojson", "/api/v1/devices.geojson"];
const WARM_MILLISECONDS = 15 * 60_000;

function showSignal() {
  offline.hidden = navigator.onLine;
}

export async function showWaiting() {
  const count = await countEntries().catch(() => 0);
  waiting.hidden = count === 0;
  waiting.firstElementChild.textContent = say("waiting_entries", { n: count });
}

// Asked for through the service worker, which keeps what it hands on: so that they are there when the signal is not.
async function warm() {
  const last = Number(localStorage.getItem("kept_at"));
  if (!navigator.onLine || Date.now() - last < WARM_MILLISECONDS) return;
  const answers = await Promise.all(KEPT.map((path) => fetch(path)));
  if (answers.every((answer) => answer.ok && !answer.redirected)) localStorage.setItem("kept_at", String(Date.now()));
}

// Whoever is signed out leaves no lists on the phone.
async function forget() {
  localStorage.removeItem("kept_at");
  navigator.serviceWorker.controller.postMessage("signed-out");
}

async function keep() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/service-worker.js", { type: "module" });
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  }
  if (location.pathname === "/sign-in") await forget();
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
