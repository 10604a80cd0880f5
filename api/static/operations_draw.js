// What stands in the parts of the screen of an operations centre.
import { change } from "./http.js";
import { kindSign } from "./icons.js";
import { age, clockTime, element, pick, say, valueText } from "./words.js";

const STATES = ["on", "late", "off", "never"];
const SEVERITIES = ["critical", "serious", "warning", "info"];
const DARK_LEVELS = new Set(["#FF0000", "#8F3F97", "#7E0023"]);
const ARROWS = { rising: "↑", falling: "↓", steady: "→" };
const node = (id) => document.getElementById(id);
const mayAcknowledge = "mayAcknowledge" in node("content").dataset;

export function drawKinds({ kinds }) {
  const all = { all: 0 };
  for (const state of STATES) all[state] = kinds.reduce((sum, one) => sum + one[state], 0);
  all.all = STATES.reduce((sum, state) => sum + all[state], 0);
  node("total").textContent = all.all ? say("devices_on", all) : "";
  const tiles = kinds.map((one) => {
    const total = STATES.reduce((sum, state) => sum + one[state], 0);
    const tile = element("li", { "data-kind": one.kind, class: one.off ? "has-off" : one.late ? "has-late" : "" });
    tile.innerHTML = kindSign(one.kind);
    const bar = element("span", { class: "share", "aria-hidden": "true" });
    for (const state of STATES.filter((each) => one[each])) {
      const part = element("i", { class: `part-${state}` });
      part.style.flexGrow = one[state];
      bar.append(part);
    }
    const wrong = ["off", "late", "never"].filter((state) => one[state]).map((state) => say(`${state}_count`, { n: one[state] }));
    tile.append(
      element("span", { class: "kind-name" }, pick(one.title)),
      element("b", {}, String(one.on), element("small", {}, `/${total}`)),
      bar,
      element("span", { class: "wrong" }, wrong.join(" · ")),
    );
    return tile;
  });
  if (!tiles.length) tiles.push(element("li", { class: "none" }, say("empty")));
  node("kinds").replaceChildren(...tiles);
}

// Whom or what an alert is about, as people call it.
function subjectOf(alert, names) {
  const known = names.get(alert.device ? `${alert.commune}/${alert.device}` : alert.subject);
  const place = known && [known.site_name, known.hamlet_name].filter(Boolean)[0];
  const who = known ? known.name || known.code : alert.device ?? alert.subject;
  const many = alert.members.length ? say("members", { n: alert.members.length }) : "";
  return [who, place, many].filter(Boolean).join(" · ");
}

function taken(alert) {
  const name = (alert.acknowledged_by ?? "").replace(/^person:/, "");
  return element("span", { class: "taken" }, say("acknowledged_by", { name }));
}

function acknowledgeButton(alert) {
  const button = element("button", { type: "button", class: "take", "data-id": alert.id }, say("acknowledge"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const { body } = await change("POST", `/api/v1/alerts/${alert.id}/acknowledge`);
      button.replaceWith(taken(body));
    } catch (error) {
      button.disabled = false;
      button.after(element("span", { class: "fault", role: "alert" }, error.message));
    }
  });
  return button;
}

export function drawAlerts({ alerts, at }, names) {
  const list = node("alerts");
  const counts = SEVERITIES.filter((one) => alerts[one]).map((one) =>
    element("span", { class: `severity ${one}` }, `${alerts[one]} ${say(`severity_${one}`).toLowerCase()}`),
  );
  if (alerts.silenced) counts.push(element("span", { class: "severity" }, say("alerts_silenced", { n: alerts.silenced })));
  node("alert-counts").replaceChildren(...counts);
  const lines = alerts.items.map((alert) => {
    const done = alert.acknowledged_at ? taken(alert) : mayAcknowledge ? acknowledgeButton(alert) : null;
    return element(
      "li",
      { class: `alert ${alert.severity}${alert.acknowledged_at ? " is-taken" : ""}`, "data-id": alert.id },
      element("span", { class: "severity" }, say(`severity_${alert.severity}`)),
      element("strong", {}, pick(alert.title)),
      element("span", { class: "age" }, age(alert.opened_at, at)),
      element("span", { class: "subject" }, element("b", {}, subjectOf(alert, names)), element("span", {}, ` ${pick(alert.detail)}`)),
      element("span", { class: "done" }, ...(done ? [done] : [])),
    );
  });
  const total = SEVERITIES.reduce((sum, one) => sum + alerts[one], 0);
  if (total > lines.length) lines.push(element("li", { class: "none" }, say("alerts_more", { n: total - lines.length })));
  if (!lines.length) lines.push(element("li", { class: "none good" }, say("alerts_none")));
  put(list, lines);
}

// A list that is drawn anew keeps the focus on the button that has it.
function put(list, lines) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  list.replaceChildren(...lines);
  if (focused) list.querySelector(`button[data-id="${focused}"]`)?.focus({ preventScroll: true });
}

// The hour that an index is of, as the clock has its beginning and its end.
function hoursOf(begins) {
  const hour = (milliseconds) => String(Number(clockTime(new Date(milliseconds)).slice(0, 2)));
  return { from: hour(Date.parse(begins)), to: hour(Date.parse(begins) + 3_600_000) };
}

export function drawAir({ air }) {
  const lines = air.map((one) => {
    const index = element("b", { class: "index" }, one.index === null ? "–" : String(one.index));
    if (one.rgb) {
      index.style.backgroundColor = one.rgb;
      index.style.color = DARK_LEVELS.has(one.rgb) ? "#fff" : "#000";
    }
    const about = [element("b", {}, one.index === null ? say("air_too_little") : pick(one.level))];
    if (one.indicative) about.push(` (${say("indicative")})`);
    const small = one.index === null ? [] : [pick(one.main_pollutant), say("air_hour", hoursOf(one.hour))];
    return element(
      "li",
      { class: "air", "data-id": one.id },
      index,
      element("strong", {}, one.name),
      element("span", { class: "level" }, ...about),
      element("small", {}, small.join(" · ")),
    );
  });
  if (!lines.length) lines.push(element("li", { class: "none" }, say("air_none")));
  put(node("air"), lines);
}

// The level between what lies well below the first alarm level and a little above the last.
function scale(river) {
  const limits = river.limits_cm.map((limit, place) => ({ limit, name: place + 1 })).filter((one) => one.limit !== null);
  if (!limits.length) return null;
  const values = limits.map((one) => one.limit);
  const span = Math.max(values.at(-1) - values[0], 50);
  const [low, high] = [values[0] - span, values.at(-1) + span / 4];
  const place = (value) => `${Math.min(100, Math.max(0, ((value - low) / (high - low)) * 100))}%`;
  const bar = element("span", { class: "gauge", "aria-hidden": "true" });
  const water = element("i", { class: "water" });
  water.style.width = place(river.level_cm);
  bar.append(water);
  for (const { limit, name } of limits) {
    const tick = element("i", { class: `limit limit-${name}` }, element("span", {}, say("alarm_short", { n: name })));
    tick.style.left = place(limit);
    bar.append(tick);
  }
  return bar;
}

function alarmWords(river) {
  if (river.alarm === null) return say("alarm_unset");
  return river.alarm ? say("alarm", { n: river.alarm }) : say("alarm_none");
}

export function drawRivers({ rivers, at }) {
  const lines = rivers.map((river) => {
    const change = valueText(Math.abs(river.cm_an_hour ?? 0), { decimals: 0 });
    const trend = river.trend ? `${ARROWS[river.trend]} ${say(river.trend, { n: change })}` : say("trend_unknown");
    const bar = scale(river);
    return element(
      "li",
      { class: `river alarm-${river.alarm ?? "unset"}${river.is_fresh ? "" : " is-old"}`, "data-id": river.id },
      element("strong", {}, river.name),
      element("b", { class: "cm" }, valueText(river.level_cm, { decimals: 0 }), element("small", {}, " cm")),
      element("span", { class: "alarm" }, alarmWords(river)),
      element("span", { class: `trend ${river.trend ?? ""}` }, river.is_fresh ? trend : say("old_level", { age: age(river.time, at) })),
      ...(bar ? [bar] : []),
    );
  });
  if (!lines.length) lines.push(element("li", { class: "none" }, say("rivers_none")));
  put(node("rivers"), lines);
}
