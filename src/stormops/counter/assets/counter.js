// Comfort for the keyboard; every page works without it. Ctrl+K or / goes to the search, Escape back to the page,
// Ctrl+Enter takes the form's next step.
"use strict";

const search = document.getElementById("q");
const typing = (target) => target.closest("input, select, textarea") !== null;

document.addEventListener("keydown", (event) => {
  const control = event.ctrlKey || event.metaKey;
  if (search && ((control && event.key.toLowerCase() === "k") || (event.key === "/" && !typing(event.target)))) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (control && event.key === "Enter") {
    document.querySelector("form.duty button")?.click();
  } else if (event.key === "Escape") {
    document.querySelector("details.who")?.removeAttribute("open");
    if (document.activeElement === search) document.getElementById("main")?.focus();
  }
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// What is wrong is read first; else typing begins in the first field, or Enter opens the first that was found.
const wrong = document.querySelector("[aria-invalid=true]");
(wrong ?? document.querySelector("[data-first]"))?.focus();

// A button is pressed once: the key makes a second press harmless, and this makes it needless.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    setTimeout(() => form.querySelectorAll("button").forEach((button) => (button.disabled = true)));
  });
}
addEventListener("pageshow", () => document.querySelectorAll("button").forEach((button) => (button.disabled = false)));

// What is said of the outage is seen whole.
for (const frame of document.querySelectorAll("iframe")) {
  const fit = () => {
    const said = frame.contentDocument?.body;
    if (said) frame.style.height = `${said.scrollHeight + 4}px`;
  };
  frame.addEventListener("load", fit);
  addEventListener("resize", fit);
  fit();
}
