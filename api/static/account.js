// A device's account at the broker: what is typed into the device. A password is in this page's memory only.
import { element, say } from "./words.js";

const broker = JSON.parse(document.getElementById("broker").textContent);

function fact(name, value, { secret = false } = {}) {
  const code = element("code", { class: secret ? "copy secret" : "copy" }, value);
  const button = element("button", { type: "button", class: "button", "aria-label": `${say("copy")}: ${name}` });
  button.innerHTML = '<svg aria-hidden="true"><use href="/static/signs.svg#copy"></use></svg>';
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(value);
    const says = element("p", { class: "quiet", role: "status" }, say("copied"));
    button.closest("div.fact").append(says);
    setTimeout(() => says.remove(), 2000);
  });
  const line = element("div", { class: "beside" }, code);
  if (navigator.clipboard) line.append(button);
  return element("div", { class: "fact field" }, element("span", { class: "label" }, name), line);
}

export async function qrCode(text) {
  const { default: encode } = await import("./vendor/qr/index.js");
  const rows = encode(text, "raw", { border: 2 });
  const size = rows.length;
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  const box = element("div", { class: "qr", role: "img", "aria-label": say("account_qr") });
  box.innerHTML = `<svg viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges" aria-hidden="true"><path d="${path}" fill="#000"/></svg>`;
  return box;
}

// What many devices and apps read from a QR code: one line of JSON.
function codeText({ username, client_id, password, publishes }) {
  return JSON.stringify({ host: broker?.host, port: broker?.tls_port ?? broker?.port, tls: Boolean(broker?.tls_port), username, client_id, password, topic: publishes[0] });
}

export function accountView(account) {
  const parts = [];
  if (account.password) {
    parts.push(fact(say("password"), account.password, { secret: true }));
    parts.push(element("p", { class: "message warn" }, say("password_once")));
  }
  parts.push(fact(say("username"), account.username), fact(say("client_id"), account.client_id));
  if (broker) {
    const { host, port, tls_port: tls } = broker;
    parts.push(fact(say("broker_address"), host));
    if (port) parts.push(fact(say("broker_port"), String(port)));
    if (tls) parts.push(fact(say("broker_port_tls"), String(tls)));
  }
  const [telemetry, event, status] = account.publishes;
  parts.push(fact(say("topic_telemetry"), telemetry));
  const others = [fact(say("topic_event"), event), fact(say("topic_status"), status)];
  const answers = account.subscribes.find((topic) => topic.endsWith("/error"));
  if (answers) others.push(fact(say("topic_error"), answers));
  const more = element("details", { class: "inner" }, element("summary", {}, say("other_topics")), element("div", { class: "account" }, ...others));
  const box = element("div", { class: "account" }, ...parts, more);
  if (account.password) {
    const button = element("button", { type: "button", class: "button whole" }, say("show_qr"));
    button.addEventListener("click", async () => button.replaceWith(await qrCode(codeText(account))));
    more.before(button);
    // Browsers keep a page that is left and show it again on the way back: to the next person on this phone too.
    addEventListener("pagehide", () => box.replaceWith(accountView({ ...account, password: null })), { once: true });
  }
  return box;
}
