// Keeps the pages and lists that registering needs, for places without signal. It never keeps an account, a password or
// who is signed in: only what is listed here, and only answers that came of themselves and not from the sign-in page.
import { sendWaiting } from "/static/send.js";

const VERSION = "$VERSION";
const SHELL = `shell-${VERSION}`;
const LISTS = "lists";
const ASSETS = $ASSETS;
const PAGES = ["/devices/new", "/devices", "/"];
const DATA = ["/api/v1/kinds", "/api/v1/communes", "/api/v1/places.geojson", "/api/v1/devices.geojson"];
const DEVICE_PAGE = /^\/devices\/[a-z0-9_-]+\/[a-z0-9_-]+$/;
const PATIENCE_MILLISECONDS = 4_000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(ASSETS)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name.startsWith("shell-") && name !== SHELL) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

// The newest answer where there is signal, else the one that was kept. A weak signal is waited for only as long as
// there is nothing kept to show instead.
async function freshOrKept(request, key, isWhole = true) {
  const cache = await caches.open(LISTS);
  const kept = await cache.match(key);
  try {
    const answer = await fetch(request, kept ? { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) } : {});
    if (answer.status >= 500) throw new Error(`status ${answer.status}`);
    if (answer.ok && !answer.redirected && isWhole) await cache.put(key, answer.clone());
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function page(request, path, search) {
  try {
    // A list that was filtered is not the list.
    return await freshOrKept(request, path, /^(\?lang=\w+)?$/.test(search));
  } catch {
    const cache = await caches.open(LISTS);
    return (await cache.match("/devices/new")) ?? Response.error();
  }
}

async function asset(request) {
  const cache = await caches.open(SHELL);
  return (await cache.match(request, { ignoreSearch: true })) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (PAGES.includes(pathname) || DEVICE_PAGE.test(pathname)) event.respondWith(page(request, pathname, search));
  } else if (PAGES.includes(pathname)) event.respondWith(freshOrKept(request, pathname));
  else if (DATA.includes(pathname) && !search) event.respondWith(freshOrKept(request, pathname));
  else if (ASSETS.includes(pathname)) event.respondWith(asset(request));
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "registrations") return;
  const work = async () => {
    const outcome = await sendWaiting();
    for (const client of await self.clients.matchAll()) client.postMessage(outcome === "sent" ? "sent" : "tried");
    if (outcome === "no-network") throw new Error("no network yet");
  };
  event.waitUntil(work());
});

// Whoever signs out leaves no lists behind. What waits to be sent stays.
self.addEventListener("message", (event) => {
  if (event.data === "claim") event.waitUntil(self.clients.claim());
  if (event.data === "signed-out") event.waitUntil(caches.delete(LISTS));
});
