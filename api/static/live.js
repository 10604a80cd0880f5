// The live check: asks twice a second what has come of a device, and says it in words until it is stopped.
import { ask, NoNetwork, Refused } from "./http.js";
import { age, element, pick, say, valueText } from "./words.js";

const INTERVAL_MILLISECONDS = 500;
const SILENT_SECONDS = 30;

export class LiveCheck {
  constructor(node, address, intervalSeconds) {
    Object.assign(this, { node, address, intervalSeconds, since: null, first: null, duplicates: null, timer: null });
    this.spot = element("span", { class: "spot waiting" });
    this.title = element("span", {}, say("live_start"));
    this.waited = element("p", { class: "quiet" });
    this.body = element("div", { class: "stack" });
    this.found = element("div", { role: "status" });
    node.replaceChildren(element("div", { class: "live-head", role: "status" }, this.spot, this.title), this.waited, this.found, this.body);
    node.dataset.live = "start";
  }

  start() {
    this.stopped = false;
    this.round();
    return this;
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  async round() {
    const started = performance.now();
    if (!document.hidden) {
      try {
        const query = this.since ? `?since=${encodeURIComponent(this.since)}` : "";
        const answer = await ask(`${this.address}/live${query}`);
        this.since ??= answer.since;
        this.show(answer);
      } catch (error) {
        if (!(error instanceof NoNetwork) && !(error instanceof Refused)) throw error;
        this.head("bad", "lost", error instanceof Refused ? error.message : say("live_lost"));
      }
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => this.round(), Math.max(0, INTERVAL_MILLISECONDS - (performance.now() - started)));
  }

  // An amber spot beats while something is awaited.
  head(tone, state, text) {
    this.node.dataset.live = state;
    this.spot.className = tone === "waiting" && state !== "partly" ? "spot waiting" : `spot ${tone === "waiting" ? "" : tone}`;
    if (this.title.textContent !== text) this.title.textContent = text;
  }

  show(answer) {
    this.duplicates ??= answer.counts.duplicate;
    const waited = Math.round((Date.parse(answer.at) - Date.parse(answer.since)) / 1000);
    const isHeard = answer.values.length > 0;
    const mistakes = answer.findings.filter((one) => one.severity !== "info");
    const isWrong = mistakes.some((one) => one.severity === "error");
    if (isHeard) this.head(mistakes.length ? "waiting" : "good", mistakes.length ? "partly" : "received", say(mistakes.length ? "live_partly" : "live_received"));
    else if (isWrong) this.head("bad", "wrong", say("live_wrong"));
    else if (answer.account === "waiting") this.head("waiting", "account", say("live_account"));
    else this.head("waiting", "waiting", say("live_waiting"));
    this.waited.textContent = isHeard ? "" : say("live_waiting_for", { n: waited });
    this.waited.hidden = isHeard;
    const found = answer.findings.map((one) => this.finding(one, answer.at));
    if (answer.counts.duplicate > this.duplicates) found.push(element("p", { class: "message warn" }, say("live_duplicate")));
    const wasSaid = this.found.textContent;
    const box = element("div", { class: "stack" }, ...found);
    if (box.textContent !== wasSaid) this.found.replaceChildren(box);
    const isSilent = !isHeard && !answer.findings.length && !answer.happenings.length && waited >= SILENT_SECONDS;
    this.body.replaceChildren(
      ...answer.happenings.map((one) => element("p", {}, this.happening(one.name))),
      ...(isHeard ? [this.values(answer)] : []),
      ...(isSilent ? [this.checklist()] : []),
    );
  }

  happening(name) {
    return name === "online" || name === "offline" ? say(`live_${name}`) : say("live_event", { name });
  }

  finding(one, at) {
    const tone = one.severity === "error" ? "message" : one.severity === "warning" ? "message warn" : "message good";
    const when = [one.at ? age(one.at, at) : "", one.times > 1 ? say("live_times", { n: one.times }) : ""].filter(Boolean).join(" · ");
    const box = element("div", { class: tone, "data-finding": one.code }, element("p", {}, element("strong", {}, pick(one.text))), element("p", {}, pick(one.advice)));
    if (when) box.append(element("p", { class: "quiet", "aria-hidden": "true" }, when));
    return box;
  }

  values(answer) {
    const box = element("div", { class: "values" });
    for (const one of answer.values) {
      const keys = Object.values(one.keys).filter(Boolean).join(" · ");
      box.append(
        element(
          "div",
          { class: "value fresh", "data-field": one.field },
          element("span", {}, [pick(one.title), keys].filter(Boolean).join(" · ")),
          element("b", {}, valueText(one.value, one)),
          element("span", {}, age(one.time, answer.at)),
        ),
      );
    }
    return box;
  }

  checklist() {
    const seconds = this.intervalSeconds;
    const interval = seconds < 120 ? say("seconds", { n: seconds }) : say("minutes", { n: Math.round(seconds / 60) });
    const steps = ["check_power", "check_network", "check_broker", "check_account"].map((name) => say(name));
    steps.push(say("check_interval", { interval }));
    return element("div", { class: "message warn", "data-finding": "silent" }, element("strong", {}, say("check_title")), element("ol", {}, ...steps.map((text) => element("li", {}, text))));
  }
}
