/** The sign-in form works by itself; here it only remembers the desk's name. */
import "./theme";

const DESK = "stormops-desk";

const desk = document.querySelector<HTMLInputElement>("input[name=desk]");
try {
  if (desk !== null && desk.value === "") desk.value = localStorage.getItem(DESK) ?? "";
  document.getElementById("sign-in")?.addEventListener("submit", () => localStorage.setItem(DESK, desk?.value ?? ""));
} catch {
  // Storage is forbidden here: the desk is typed each time.
}
