// What a technician changes of a device: its description, its photo, its state, and the hardware under its code.
import { accountView } from "./account.js";
import { ask, askWithTag, change, Refused } from "./http.js";
import { shrink } from "./photo.js";
import { element, pick, say } from "./words.js";

const TEXTS = ["name", "serial", "maker", "model", "note"];
const NUMBERS = ["latitude", "longitude", "height_m", "expected_interval_seconds"];
const TITLES = { height_m: "height", expected_interval_seconds: "interval_seconds" };

// Six decimals of a degree are a tenth of a metre.
function shown(value) {
  return typeof value === "number" ? String(Number(value.toFixed(6))) : (value ?? "");
}

function field(name, value) {
  const input = element(name === "note" ? "textarea" : "input", { name, autocomplete: "off" });
  if (NUMBERS.includes(name)) input.setAttribute("inputmode", "decimal");
  input.value = shown(value);
  return element("label", { class: "field" }, element("span", {}, say(TITLES[name] ?? name)), input);
}

function button(words, act, kind = "button whole") {
  const made = element("button", { type: "button", class: kind }, words);
  made.addEventListener("click", async () => {
    made.disabled = true;
    await act().finally(() => (made.disabled = false));
  });
  return made;
}

function notice() {
  return element("p", { class: "message", role: "alert", hidden: "" });
}

function tell(says, text, tone = "message") {
  says.hidden = false;
  says.className = tone;
  says.textContent = text;
}

export async function fillAbout(inside, device) {
  const box = inside.querySelector("#edit");
  if (!device.mayChange || box.childElementCount) return;
  const says = notice();
  const open = button(say("about_edit"), async () => {
    let { body: known, etag } = await askWithTag(device.address);
    const form = element("form", {});
    const draw = () => form.replaceChildren(...[...TEXTS, ...NUMBERS].map((name) => field(name, known[name])), says, element("button", { class: "button main whole" }, say("save")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const members = {};
      for (const name of TEXTS) if (form.elements[name].value !== (known[name] ?? "")) members[name] = form.elements[name].value.trim();
      for (const name of NUMBERS) {
        const text = form.elements[name].value.trim().replace(",", ".");
        const value = text === "" ? null : Number(text);
        if (text !== shown(known[name])) members[name] = value;
      }
      try {
        await change("PATCH", device.address, members, { "If-Match": etag });
        location.reload();
      } catch (error) {
        if (error instanceof Refused && error.status === 412) {
          [known, etag] = [error.problem.current ?? known, error.etag];
          draw();
          tell(says, say("changed_meanwhile"), "message warn");
        } else tell(says, error.message);
      }
    });
    draw();
    box.replaceChildren(form);
    form.elements.name.focus();
  });
  box.replaceChildren(open);
}

export async function fillPhoto(inside, device) {
  const { photo } = await ask(device.address);
  const says = notice();
  const parts = [];
  if (photo) {
    const answer = await fetch(photo, { cache: "no-store" });
    const image = element("img", { class: "photo", alt: say("photo_of", { name: document.querySelector("main h1").textContent }) });
    image.src = URL.createObjectURL(await answer.blob());
    parts.push(image);
  } else parts.push(element("p", { class: "quiet" }, say("no_photo")));
  if (device.mayChange) {
    const file = element("input", { type: "file", accept: "image/*", capture: "environment", class: "unseen", "aria-label": say("take_photo") });
    const label = element("label", { class: "button whole" }, say("take_photo"), file);
    const again = () => fillPhoto(inside, device);
    const act = (method, body) => change(method, `${device.address}/photo`, body);
    file.addEventListener("change", async () => {
      try {
        await act("PUT", await shrink(file.files[0]));
        await again();
      } catch (error) {
        tell(says, error.message);
      }
    });
    parts.push(label);
    if (photo) parts.push(button(say("remove_photo"), () => act("DELETE").then(again, (error) => tell(says, error.message)), "button danger whole"));
  }
  inside.replaceChildren(...parts, says);
}

export async function fillLife(inside, device) {
  const { etag } = await askWithTag(device.address);
  const says = notice();
  const steps = JSON.parse(document.getElementById("steps").textContent);
  const note = element("textarea", { name: "note", maxlength: "2000" });
  const parts = [element("p", {}, `${say("now_state")}: `, element("strong", {}, steps.now.word), ` – ${steps.now.meaning}`)];
  if (device.mayChange && steps.next.length) parts.push(element("label", { class: "field" }, element("span", {}, say("note_of_change")), note));
  for (const step of device.mayChange ? steps.next : []) {
    const isFinal = step.state === "retired";
    const act = async () => {
      if (isFinal && !confirm(say("retire_sure"))) return;
      try {
        await change("POST", `${device.address}/state`, { state: step.state, note: note.value }, { "If-Match": etag });
        location.reload();
      } catch (error) {
        tell(says, error.message);
      }
    };
    parts.push(button(say("change_to", { state: step.word }), act, isFinal ? "button danger whole" : "button whole"));
  }
  inside.replaceChildren(...parts, says);
  if (device.mayChange && steps.may_replace) inside.append(replacement(device, etag));
}

function replacement(device, etag) {
  const says = notice();
  const code = element("input", { name: "code", autocapitalize: "none", autocomplete: "off", spellcheck: "false" });
  const serial = element("input", { name: "serial", autocapitalize: "none", autocomplete: "off", spellcheck: "false" });
  const form = element(
    "form",
    {},
    element("p", { class: "quiet" }, say("replace_meaning")),
    element("label", { class: "field" }, element("span", {}, say("new_serial")), serial),
    element("label", { class: "field" }, element("span", {}, say("new_code")), code),
    says,
    element("button", { class: "button whole" }, say("replace")),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const members = { serial: serial.value.trim() };
    if (code.value.trim()) members.code = code.value.trim();
    try {
      const { body } = await change("POST", `${device.address}/replace`, members, { "If-Match": etag });
      const address = `/devices/${body.device.commune}/${body.device.code}`;
      form.replaceChildren(
        ...body.warnings.map((warning) => element("p", { class: "message warn" }, pick(warning))),
        accountView(body.account),
        element("a", { class: "button main whole", href: address }, say("open_page")),
      );
    } catch (error) {
      tell(says, error.message);
    }
  });
  return element("details", { class: "inner" }, element("summary", {}, say("replace")), form);
}
