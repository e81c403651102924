/** The sign-in form works by itself; here it only says what was wrong, and remembers the desk's name. */
import { addMessages, type MessageKey, t } from "./i18n";
import { desk as words } from "./messages/desk";
import "./theme";

addMessages("en", words);

const DESK = "stormops-desk";
const CODES = ["wrong_password", "too_many_attempts", "busy", "origin", "incomplete"];

const code = new URLSearchParams(location.search).get("problem") ?? "";
const problem = document.getElementById("problem");
if (problem !== null && CODES.includes(code)) {
  problem.textContent = t(`sign_in.${code}` as MessageKey);
  problem.dataset.code = code;
}

const desk = document.querySelector<HTMLInputElement>("input[name=desk]");
try {
  if (desk !== null && desk.value === "") desk.value = localStorage.getItem(DESK) ?? "";
  document.getElementById("sign-in")?.addEventListener("submit", () => localStorage.setItem(DESK, desk?.value ?? ""));
} catch {
  // Storage is forbidden here: the desk is typed each time.
}
