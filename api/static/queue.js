// Registrations that wait for a signal, in this browser's IndexedDB. Nothing secret is ever in it.
const NAME = "commune";
const STORE = "registrations";

function open() {
  return new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

async function within(mode, act) {
  const database = await open();
  try {
    return await new Promise((done, fail) => {
      const transaction = database.transaction(STORE, mode);
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(request.result);
      transaction.onerror = transaction.onabort = () => fail(transaction.error);
    });
  } finally {
    database.close();
  }
}

// Those that the server has not taken yet.
export async function countEntries() {
  return (await listEntries()).filter((entry) => entry.state !== "sent").length;
}

export async function listEntries() {
  const entries = await within("readonly", (store) => store.getAll());
  return entries.sort((a, b) => a.at.localeCompare(b.at));
}

export function putEntry(entry) {
  return within("readwrite", (store) => store.put(entry));
}

export function removeEntry(key) {
  return within("readwrite", (store) => store.delete(key));
}
