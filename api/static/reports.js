// The page of a report: which report it is stands in the address itself, so the form is sent there.
const form = document.getElementById("ask");
const kind = document.getElementById("kind");

kind?.addEventListener("change", () => {
  form.action = `/reports/${kind.value}`;
});

form.addEventListener("submit", () => {
  if (kind) form.action = `/reports/${kind.value}`;
  form.querySelector("button")?.setAttribute("aria-busy", "true");
});
