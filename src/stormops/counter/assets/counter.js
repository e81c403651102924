// Comfort for the keyboard; every page works without it. Ctrl+K goes to the search, Escape back to the page.
"use strict";

const search = document.getElementById("q");

document.addEventListener("keydown", (event) => {
  if (search && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (search && event.key === "Escape" && document.activeElement === search) {
    document.getElementById("main")?.focus();
  }
});

// What is wrong is read first; else typing begins in the first field.
const wrong = document.querySelector("[aria-invalid=true]");
(wrong ?? document.querySelector("form.duty [data-first]"))?.focus();

// A button is pressed once: the key makes a second press harmless, and this makes it needless.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    setTimeout(() => form.querySelectorAll("button").forEach((button) => (button.disabled = true)));
  });
}
addEventListener("pageshow", () => document.querySelectorAll("button").forEach((button) => (button.disabled = false)));
