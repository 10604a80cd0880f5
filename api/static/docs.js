// The documentation, drawn from the OpenAPI document of this very server; every route can be tried out.
import { element, language, say } from "./words.js";

const MOST_SHOWN = 20_000;
const node = (id) => document.getElementById(id);

function resolve(document_, schema) {
  if (!schema?.$ref) return schema ?? {};
  return schema.$ref.split("/").slice(1).reduce((at, part) => at[part], document_);
}

// An example of a schema: its own, else one made of those of its parts.
function example(document_, schema, depth = 0) {
  const one = resolve(document_, schema);
  if (one.example !== undefined) return one.example;
  if (one.examples?.length) return one.examples[0];
  if (one.const !== undefined) return one.const;
  if (one.enum) return one.enum[0];
  if (one.default !== undefined) return one.default;
  if (depth > 6) return null;
  if (one.anyOf) return example(document_, one.anyOf[0], depth + 1);
  if (one.type === "array") return [example(document_, one.items, depth + 1)];
  if (one.properties) {
    return Object.fromEntries(Object.entries(one.properties).map(([name, part]) => [name, example(document_, part, depth + 1)]));
  }
  return { string: "…", integer: 0, number: 0, boolean: true }[one.type] ?? null;
}

function typeText(document_, schema) {
  const one = resolve(document_, schema);
  if (one.anyOf) return one.anyOf.filter((part) => part.type !== "null").map((part) => typeText(document_, part)).join(" | ");
  if (one.enum) return one.enum.join(" | ");
  const limits = [one.minimum !== undefined && `≥ ${one.minimum}`, one.maximum !== undefined && `≤ ${one.maximum}`];
  return [one.format ?? one.type, ...limits.filter(Boolean)].join(" ");
}

function parameterRow(document_, parameter) {
  const given = parameter.example ?? parameter.schema?.examples?.[0] ?? parameter.examples?.[0];
  const input = element("input", { name: parameter.name, "data-in": parameter.in, "aria-label": parameter.name });
  if (parameter.required && given !== undefined) input.value = given;
  else if (given !== undefined) input.placeholder = given;
  const name = element("td", {}, element("code", {}, parameter.name));
  if (parameter.required) name.append(" ", element("span", { class: "must" }, say("required")));
  return element(
    "tr",
    {},
    name,
    element("td", { class: "place" }, say(parameter.in)),
    element("td", { class: "meaning" }, typeText(document_, parameter.schema)),
    element("td", { class: "meaning" }, parameter.description ?? parameter.schema?.description ?? ""),
    element("td", {}, input),
  );
}

// The members of the JSON that a route takes, and a text box with an example of it.
function bodyRows(document_, schema) {
  const head = element("tr");
  for (const word of ["name", "type", "meaning"]) head.append(element("th", {}, say(word)));
  const rows = Object.entries(resolve(document_, schema).properties ?? {}).map(([name, part]) =>
    element(
      "tr",
      {},
      element("td", {}, element("code", {}, name)),
      element("td", { class: "meaning" }, typeText(document_, part)),
      element("td", { class: "meaning" }, part.description ?? ""),
    ),
  );
  const text = JSON.stringify(example(document_, schema), null, 2);
  const box = element("textarea", { "aria-label": say("body"), rows: String(text.split("\n").length), spellcheck: "false" }, text);
  return [element("h4", {}, say("body")), element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)), box];
}

function address(path, form) {
  const query = new URLSearchParams();
  let filled = path;
  for (const input of form.querySelectorAll("input")) {
    if (input.dataset.in === "path") filled = filled.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (input.dataset.in === "query" && input.value) query.set(input.name, input.value);
  }
  return query.size ? `${filled}?${query}` : filled;
}

// What a form asks: a request without a body, or one with the JSON of its text box. Whoever has signed in shows the
// token of their session with a change.
async function request(method, form) {
  const body = form.querySelector("textarea")?.value;
  const headers = {};
  for (const input of form.querySelectorAll("input[data-in=header]")) if (input.value) headers[input.name] = input.value;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") {
    const me = await fetch("/api/v1/me");
    const token = me.ok ? (await me.json()).csrf_token : null;
    if (token) headers["X-CSRF-Token"] = token;
  }
  return { method, headers, body };
}

async function send(method, path, form, output) {
  const target = address(path, form);
  output.hidden = false;
  output.textContent = `${method} ${target}\n…`;
  try {
    const answer = await fetch(target, await request(method, form));
    const text = await answer.text();
    const isJson = (answer.headers.get("content-type") ?? "").includes("json");
    const body = isJson ? JSON.stringify(JSON.parse(text), null, 2) : text;
    const cut = body.length > MOST_SHOWN ? `${body.slice(0, MOST_SHOWN)}\n…` : body;
    output.textContent = `${method} ${target}\n${answer.status} ${answer.headers.get("content-type")}\n\n${cut}`;
  } catch (error) {
    output.textContent = `${method} ${target}\n${error}`;
  }
}

function answers(document_, operation) {
  const box = element("details", {}, element("summary", {}, say("answers")));
  for (const [status, answer] of Object.entries(operation.responses)) {
    box.append(element("h4", {}, `${status} – ${answer.description}`));
    for (const [type, media] of Object.entries(answer.content ?? {})) {
      const shown = media.example ?? example(document_, media.schema);
      const text = typeof shown === "string" ? shown : JSON.stringify(shown, null, 2);
      // Errors all have one shape, which is shown once.
      if (status < "400" || status === "422") box.append(element("p", { class: "small" }, type), element("pre", {}, text));
    }
  }
  return box;
}

function drawOperation(document_, path, method, operation) {
  const id = operation.operationId;
  const title = element("h3", {}, element("span", { class: "method" }, method.toUpperCase()), element("code", {}, path));
  const form = element("form");
  const parameters = operation.parameters ?? [];
  if (parameters.length) {
    const head = element("tr");
    for (const [word, kind] of [["name", ""], ["where", ""], ["type", "meaning"], ["meaning", "meaning"], ["example", ""]]) {
      head.append(element("th", { class: kind }, say(word)));
    }
    const rows = parameters.map((parameter) => parameterRow(document_, parameter));
    form.append(element("h4", {}, say("parameters")), element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)));
  }
  const asked = operation.requestBody?.content?.["application/json"];
  if (asked) form.append(...bodyRows(document_, asked.schema));
  const output = element("pre", { hidden: "", tabindex: "0" });
  form.append(element("button", {}, say("try")), output);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(method.toUpperCase(), path, form, output);
  });
  const role = element("p", { class: "small" }, `${say("role")}: `, element("code", {}, operation["x-role"]));
  return element("section", { class: "operation", id }, title, element("p", {}, operation.description ?? ""), role, form, answers(document_, operation));
}

function draw(document_) {
  const contents = node("contents");
  const operations = node("operations");
  operations.replaceChildren();
  for (const tag of document_.tags) {
    const title = tag.description.split(" / ")[language === "en" ? 1 : 0];
    contents.append(element("h2", {}, title));
    operations.append(element("h2", { class: "group" }, title));
    for (const [path, methods] of Object.entries(document_.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (operation.tags?.[0] !== tag.name) continue;
        contents.append(element("a", { href: `#${operation.operationId}` }, path));
        operations.append(drawOperation(document_, path, method, operation));
      }
    }
  }
}

try {
  const answer = await fetch("/api/v1/openapi.json");
  draw(await answer.json());
} catch (error) {
  node("operations").textContent = `${say("failed")} ${error}`;
}
