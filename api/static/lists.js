// The counts and lists beside the map.
import { age, element, pick, say } from "./words.js";
import { kindSign, marker, stateSign } from "./icons.js";

export const STATES = ["on", "late", "off", "never"];
const MOST_LISTED = 12;

function counted(features, key) {
  const counts = new Map();
  for (const feature of features) counts.set(key(feature.properties), (counts.get(key(feature.properties)) ?? 0) + 1);
  return counts;
}

export function drawStates(node, features, chosen, onChoose) {
  const counts = counted(features, (one) => one.state);
  const focused = document.activeElement?.dataset.state;
  const tiles = ["all", ...STATES].map((state) => {
    const count = state === "all" ? features.length : (counts.get(state) ?? 0);
    const tile = element("button", {
      type: "button",
      class: `state tone-${state}`,
      "data-state": state,
      "aria-pressed": String(state === chosen),
      title: state === "all" ? "" : say(`${state}_meaning`),
    });
    if (state !== "all") tile.innerHTML = stateSign(state);
    tile.append(element("div", {}, element("b", {}, String(count)), element("span", {}, say(state))));
    tile.addEventListener("click", () => onChoose(state));
    return tile;
  });
  node.replaceChildren(...tiles);
  if (focused) node.querySelector(`[data-state="${focused}"]`)?.focus();
}

export function drawKinds(node, features, kinds) {
  const head = element("tr", {}, element("th", { scope: "col" }, say("kind")));
  for (const state of STATES) {
    const cell = element("th", { scope: "col", title: say(state), "aria-label": say(state) });
    cell.innerHTML = stateSign(state);
    head.append(cell);
  }
  head.append(element("th", { scope: "col" }, say("total")));
  const body = element("tbody");
  for (const kind of kinds.values()) {
    const mine = features.filter((one) => one.properties.kind === kind.name);
    const counts = counted(mine, (one) => one.state);
    const title = element("th", { scope: "row" });
    title.innerHTML = kindSign(kind.name);
    title.append(pick(kind.title));
    const row = element("tr", { "data-kind": kind.name }, title);
    for (const count of [...STATES.map((state) => counts.get(state) ?? 0), mine.length]) {
      row.append(element("td", count ? {} : { class: "zero" }, String(count)));
    }
    body.append(row);
  }
  node.replaceChildren(element("table", {}, element("thead", {}, head), body));
}

// Off before late, and within each the one that has been silent longest first.
export function drawAttention(node, features, kinds, at, onChoose) {
  const wanting = features
    .filter(({ properties }) => properties.state === "off" || properties.state === "late")
    .sort((a, b) => STATES.indexOf(b.properties.state) - STATES.indexOf(a.properties.state) || (a.properties.seen_at < b.properties.seen_at ? -1 : 1));
  if (!wanting.length) {
    node.replaceChildren(element("p", { class: "small" }, say("attention_none")));
    return;
  }
  const list = element("ul", { class: "attention" });
  for (const feature of wanting.slice(0, MOST_LISTED)) {
    const { kind, name, code, state, seen_at: seen } = feature.properties;
    const button = element("button", { type: "button" });
    button.innerHTML = marker(state, kind);
    button.append(
      element("span", { class: "who", title: pick(kinds.get(kind).title) }, name || code),
      element("span", { class: "since" }, age(seen, at)),
    );
    button.addEventListener("click", () => onChoose(feature.id));
    list.append(element("li", {}, button));
  }
  node.replaceChildren(list);
  if (wanting.length > MOST_LISTED) {
    node.append(element("p", { class: "small" }, say("and_more", { count: wanting.length - MOST_LISTED })));
  }
}
