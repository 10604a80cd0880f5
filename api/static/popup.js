// What is shown of one device: who it is, its state, and its newest values with units and ages.
import { age, element, fullTime, pick, say, valueText } from "./words.js";

export function deviceLabel(feature, kinds) {
  const { name, code, kind, state } = feature.properties;
  const title = kinds.has(kind) ? pick(kinds.get(kind).title) : kind;
  return `${name || code} – ${title} – ${say(state)}`;
}

function readings(answer, kind) {
  const fields = new Map(kind.fields.map((field) => [field.name, field]));
  const box = element("div", { class: "readings", tabindex: "0" });
  for (const item of answer.items) {
    const table = element("table");
    const keys = Object.entries(item.keys).filter(([, value]) => value !== "");
    if (keys.length) {
      const named = keys.map(([name, value]) => `${pick(fields.get(name).title)}: ${value}`);
      table.append(element("caption", {}, named.join(" · ")));
    }
    const body = element("tbody");
    for (const [name, newest] of Object.entries(item.values)) {
      const field = fields.get(name);
      body.append(
        element(
          "tr",
          {},
          element("th", { scope: "row", title: pick(field.meaning) }, pick(field.title)),
          element("td", {}, valueText(newest.value, field)),
          element("td", { class: "age", title: fullTime(newest.time) }, age(newest.time, answer.at)),
        ),
      );
    }
    table.append(body);
    box.append(table);
  }
  return box;
}

// `latest` is the answer of the API, null while there is none yet, or an Error.
export function deviceContent(feature, kinds, at, latest) {
  const { commune, code, kind, name, hamlet_name: hamlet, site_name: site, state, seen_at: seen } = feature.properties;
  const known = kinds.get(kind);
  const box = element(
    "div",
    { class: "popup" },
    element("h3", { id: "device-title" }, name || code),
    element("p", { class: "kind" }, [known ? pick(known.title) : kind, code].join(" · ")),
    element("span", { class: `badge tone-${state}` }, say(state)),
    element("span", { class: "facts", title: seen ? fullTime(seen) : "" }, `${say("last_seen")}: ${age(seen, at)}`),
  );
  const place = [site, hamlet].filter(Boolean).join(", ");
  if (place) box.append(element("p", { class: "facts" }, place));
  if (!feature.geometry) box.append(element("p", { class: "facts" }, say("no_place")));
  if (latest === null) box.append(element("p", { class: "facts" }, say("loading")));
  else if (latest instanceof Error) box.append(element("p", { class: "facts" }, say("values_failed")));
  else if (!latest.items.length) box.append(element("p", { class: "facts" }, say("no_values")));
  else box.append(readings(latest, known));
  const address = `/api/v1/devices/${commune}/${code}`;
  box.append(
    element(
      "p",
      { class: "more" },
      element("a", { href: `${address}/series?format=csv&limit=10000` }, say("day_csv")),
      element("a", { href: address }, say("details")),
    ),
  );
  return box;
}
