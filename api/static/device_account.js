// The account of a device on its page: where it stands, and a new password, which is shown this once.
import { accountView } from "./account.js";
import { ask, change } from "./http.js";
import { element, say } from "./words.js";

const TONES = { ready: "tone-on", waiting: "tone-late", failed: "tone-off", disabled: "tone-never", needs_password: "tone-late" };

export async function fillAccount(inside, device) {
  const account = await ask(`${device.address}/account`);
  const parts = [element("p", {}, element("span", { class: `badge-of ${TONES[account.state]}` }, say(`account_${account.state}`))), accountView(account)];
  if (device.mayChange) {
    const says = element("p", { class: "message", role: "alert", hidden: "" });
    const button = element("button", { type: "button", class: "button whole" }, say("new_password"));
    button.addEventListener("click", async () => {
      if (account.state !== "needs_password" && !confirm(say("new_password_sure"))) return;
      button.disabled = true;
      try {
        const { body } = await change("POST", `${device.address}/account/rotate`);
        inside.replaceChildren(accountView({ ...account, ...body }));
        device.startLive();
        inside.scrollIntoView({ block: "start" });
      } catch (error) {
        says.hidden = false;
        says.textContent = error.message;
        button.disabled = false;
      }
    });
    parts.push(says, button);
  }
  inside.replaceChildren(...parts);
}
