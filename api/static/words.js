// The words of the page, and numbers, times and ages in its language.
export const language = document.documentElement.lang;
const words = JSON.parse(document.getElementById("words").textContent);
const locale = language === "en" ? "en-GB" : "vi-VN";
const zone = "Asia/Ho_Chi_Minh";
const clock = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const moment = new Intl.DateTimeFormat(locale, { timeZone: zone, dateStyle: "short", timeStyle: "medium" });

export function say(name, values = {}) {
  return Object.entries(values).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, value), words[name]);
}

export function pick(text) {
  return language === "en" ? text.en : text.vi;
}

export function clockTime(date) {
  return clock.format(date);
}

export function fullTime(text) {
  return moment.format(new Date(text));
}

// Ages are counted between two times of the server, so that a wrong clock of the viewer changes nothing.
export function age(then, now) {
  if (!then) return say("never_seen");
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(then)) / 1000));
  if (seconds < 5) return say("just_now");
  if (seconds < 120) return say("seconds_ago", { n: seconds });
  if (seconds < 7200) return say("minutes_ago", { n: Math.round(seconds / 60) });
  if (seconds < 172800) return say("hours_ago", { n: Math.round(seconds / 3600) });
  return say("days_ago", { n: Math.round(seconds / 86400) });
}

export function valueText(value, field) {
  if (typeof value === "boolean") return say(value ? "yes" : "no");
  if (typeof value !== "number") return String(value);
  const unit = field?.unit ? ` ${field.unit}` : "";
  return new Intl.NumberFormat(locale, { maximumFractionDigits: field?.decimals ?? 2 }).format(value) + unit;
}

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
