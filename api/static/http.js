// Questions to our server. A refusal carries the server's own words; a network that fails is told apart from it.
import { pick, say } from "./words.js";

const PATIENCE_MILLISECONDS = 15_000;

export class Refused extends Error {
  constructor(status, problem, headers) {
    super(problem?.reason ? pick(problem.reason) : say("failed_words", { reason: status }));
    this.status = status;
    this.problem = problem ?? {};
    this.etag = headers.get("ETag");
  }
}

export class NoNetwork extends Error {
  constructor() {
    super(say("network_failed"));
  }
}

async function answered(path, options) {
  try {
    return await fetch(path, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS), ...options });
  } catch {
    throw new NoNetwork();
  }
}

async function read(answer) {
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  const body = isJson ? await answer.json() : null;
  if (!answer.ok) throw new Refused(answer.status, body, answer.headers);
  return { body, etag: answer.headers.get("ETag"), status: answer.status };
}

export async function ask(path) {
  return (await read(await answered(path, { headers: { Accept: "application/json" } }))).body;
}

export async function askWithTag(path) {
  return read(await answered(path, { headers: { Accept: "application/json" }, cache: "no-store" }));
}

// Who is signed in, and the token that changes must carry. Never kept.
export async function me() {
  return ask("/api/v1/me");
}

export async function change(method, path, body, headers = {}) {
  const { csrf_token: token } = await me();
  const isBlob = body instanceof Blob;
  const all = { "X-CSRF-Token": token, Accept: "application/json", ...headers };
  if (!isBlob) all["Content-Type"] = "application/json";
  return read(await answered(path, { method, headers: all, body: isBlob ? body : JSON.stringify(body ?? {}) }));
}
