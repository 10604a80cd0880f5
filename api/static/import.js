// Importing many devices: a file is tried, its verdicts are shown, and only then it is written. Passwords of new
// devices are in this page's memory only.
import { NoNetwork, Refused, me } from "./http.js";
import { element, language, pick, say } from "./words.js";

const PAGE = 100;
const LINES = "application/x-ndjson";
const TYPES = {
  csv: "text/csv",
  tsv: "text/tab-separated-values",
  json: "application/json",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

const at = (id) => document.getElementById(id);
const form = at("import");
const count = new Intl.NumberFormat(language === "en" ? "en-GB" : "vi-VN");
let file = null;
let verdicts = [];
let wanted = "all";
let shown = 0;
let unsaved = false;
let tried = null;

function commune() {
  return form.elements.commune.value;
}

function showFiles() {
  for (const link of at("files").querySelectorAll("a")) {
    const path = link.dataset.path.replace("{commune}", commune());
    link.href = path.endsWith("commune=") ? path + commune() : path;
  }
}

function tell(error) {
  at("problem").textContent = error.message;
  at("problem").hidden = false;
  at("problem").focus();
}

// Sends the file and hands on every line of progress; the last line is what came of it.
async function send(dryRun) {
  const { csrf_token: token } = await me();
  const type = TYPES[file.name.split(".").pop().toLowerCase()] ?? "application/octet-stream";
  const headers = { "X-CSRF-Token": token, "Content-Type": type, Accept: LINES };
  // What is written is what was shown: the server refuses it if the registry has changed in between.
  if (!dryRun) headers["If-Match"] = tried;
  const path = `/api/v1/communes/${commune()}/devices/import?dry_run=${dryRun}&sheets=${!dryRun}`;
  // A file that changed on the disk since it was chosen is not read at all: its bytes are taken first.
  const body = await file.arrayBuffer();
  let answer;
  try {
    answer = await fetch(path, { method: "POST", headers, body });
  } catch {
    throw new NoNetwork();
  }
  if (!answer.ok) throw new Refused(answer.status, await answer.json().catch(() => null), answer.headers);
  let last = null;
  for await (const line of lines(answer.body)) {
    last = JSON.parse(line);
    if (last.rows) showProgress(last.through, last.rows);
  }
  if (last?.problem) throw new Refused(last.problem.status, last.problem, answer.headers);
  if (!last?.report) throw new Error(say("import_cut"));
  return last.report;
}

async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true }));
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    yield* parts;
  }
}

function showProgress(through, rows) {
  at("progress").max = rows;
  at("progress").value = through;
  at("work").textContent = say("import_through", { through: count.format(through), rows: count.format(rows) });
}

async function work(words, dryRun) {
  for (const id of ["problem", "result", "verdicts", "accounts"]) at(id).hidden = true;
  at("progress").removeAttribute("value");
  at("work").textContent = words;
  at("working").hidden = false;
  form.setAttribute("aria-busy", "true");
  try {
    showReport(await send(dryRun));
  } catch (error) {
    tell(error);
    at("again").hidden = false;
    at("result").hidden = false;
    at("summary").hidden = true;
    at("confirm").hidden = true;
  } finally {
    at("working").hidden = true;
    form.removeAttribute("aria-busy");
  }
}

async function tryOut() {
  if (!file || (unsaved && !confirm(say("accounts_once")))) return;
  unsaved = false;
  if (file.size > Number(at("content").dataset.mostBytes)) {
    tell(new Error(`${file.name}: > ${Number(at("content").dataset.mostBytes) / 1024 / 1024} MiB`));
    return;
  }
  await work(say("import_trying", { name: file.name }), true);
}

function showReport(report) {
  const numbers = Object.fromEntries(["added", "changed", "unchanged"].map((name) => [name, count.format(report[name])]));
  const writable = report.refused === 0 && report.added + report.changed > 0;
  const summary = at("summary");
  summary.hidden = false;
  summary.className = report.refused ? "message" : "message good";
  if (report.refused) summary.textContent = say("import_refused", { n: count.format(report.refused) });
  else if (report.done) summary.textContent = say("import_done", numbers);
  else summary.textContent = writable ? say("import_ready", numbers) : say("import_none");
  at("confirm").hidden = report.done || !writable;
  at("confirm").textContent = say("import_confirm", { n: count.format(report.added + report.changed) });
  at("again").hidden = report.done;
  const notes = [...report.notes, ...report.unused_columns].map((note) => element("li", {}, pick(note)));
  at("notes").replaceChildren(...notes);
  at("notes").hidden = notes.length === 0;
  at("result").hidden = false;
  showAccounts(report);
  showVerdicts(report);
  summary.focus();
}

function showAccounts(report) {
  const withPasswords = report.accounts.some((account) => account.password);
  at("accounts").hidden = report.accounts.length === 0;
  at("accounts-wait").hidden = report.accounts.length < 100;
  at("accounts-say").textContent = say(withPasswords ? "accounts_once" : "accounts_without");
  unsaved = withPasswords;
  const links = report.sheets.map((sheet) => {
    const bytes = Uint8Array.from(atob(sheet.base64), (letter) => letter.charCodeAt(0));
    const href = URL.createObjectURL(new Blob([bytes], { type: sheet.media_type }));
    const link = element("a", { class: "button main grow", href, download: sheet.name }, say("accounts_save", { name: sheet.name }));
    link.addEventListener("click", () => (unsaved = false));
    return link;
  });
  at("sheets").replaceChildren(...links);
}

// Whoever comes back to the page that the browser kept may be another person: the passwords are gone from it.
addEventListener("pagehide", () => at("sheets").replaceChildren());

function isWanted(verdict) {
  return wanted === "all" || verdict.outcome === wanted || (wanted === "warned" && verdict.warnings.length > 0);
}

function showVerdicts(report) {
  verdicts = report.verdicts;
  tried = report.etag;
  for (const chip of at("outcomes").children) {
    const { outcome } = chip.dataset;
    const number = outcome === "all" ? report.rows : report[outcome];
    chip.lastElementChild.textContent = count.format(number);
    chip.hidden = number === 0;
  }
  at("verdicts").hidden = false;
  choose(report.refused ? "refused" : "all");
}

function choose(outcome) {
  wanted = outcome;
  shown = 0;
  for (const chip of at("outcomes").children) chip.setAttribute("aria-pressed", String(chip.dataset.outcome === outcome));
  at("rows").replaceChildren();
  showMore();
}

function showMore() {
  const fitting = verdicts.filter(isWanted);
  at("rows").append(...fitting.slice(shown, shown + PAGE).map(row));
  shown += PAGE;
  const left = fitting.length - shown;
  at("more").hidden = left <= 0;
  at("more").textContent = say("more_rows", { n: count.format(Math.min(left, PAGE)) });
}

function row(verdict) {
  const why = [
    ...verdict.reasons.map((reason) => element("p", {}, pick(reason))),
    ...verdict.changes.map((change) => element("p", {}, changeWords(change))),
    ...verdict.warnings.map((warning) => element("p", { class: "odd" }, pick(warning))),
  ];
  return element(
    "tr",
    { "data-outcome": verdict.outcome },
    element("td", {}, String(verdict.line)),
    element("td", {}, element("b", {}, verdict.code || "–"), verdict.name),
    element("td", { class: "outcome" }, say(`outcome_${verdict.outcome}`)),
    element("td", {}, ...why),
  );
}

function changeWords({ field, before, after }) {
  return say("change", { field: say(`field_${field}`), before: before ?? say("nothing"), after: after ?? say("nothing") });
}

function take(chosen) {
  file = chosen;
  tryOut();
}

form.elements.commune.addEventListener("change", () => {
  showFiles();
  tryOut();
});
at("file").addEventListener("change", (event) => {
  if (event.target.files[0]) take(event.target.files[0]);
  event.target.value = ""; // so that the same file may be chosen again once it is mended
});
at("again").addEventListener("click", tryOut);
at("confirm").addEventListener("click", () => work(say("import_writing"), false));
at("more").addEventListener("click", showMore);
at("outcomes").addEventListener("click", (event) => {
  const chip = event.target.closest("[data-outcome]");
  if (chip) choose(chip.dataset.outcome);
});
for (const name of ["dragover", "dragleave", "drop"]) {
  at("drop").addEventListener(name, (event) => {
    event.preventDefault();
    at("drop").classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
}
addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
showFiles();
