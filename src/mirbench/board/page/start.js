"use strict";
// Puts the page together from its address, and listens to the keyboard.

function view(name) {
  choose({ view: name === "ranking" ? "" : name });
  byId("ranking").hidden = name !== "ranking";
  byId("compare").hidden = name !== "compare";
  byId("to-ranking").setAttribute("aria-pressed", String(name === "ranking"));
  byId("to-compare").setAttribute("aria-pressed", String(name === "compare"));
  if (name === "compare") openCompare();
}

const isComparing = () => !byId("compare").hidden;
const KEYS = {
  j: () => isComparing() && move(1),
  k: () => isComparing() && move(-1),
  "/": () => byId(isComparing() ? "find" : "search").focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("drawer").open) return;
  if (event.target.matches("input:not([type=checkbox]), select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key in KEYS) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

byId("to-ranking").addEventListener("click", () => view("ranking"));
byId("to-compare").addEventListener("click", () => view("compare"));
byId("subtask").addEventListener("change", (event) => { choose({ subtask: event.target.value }); filterQuestions(); });
byId("find").addEventListener("input", () => filterQuestions());

function start() {
  drawHead();
  drawRows();
  drawPicked();
  view(state.get("view") === "compare" ? "compare" : "ranking");
  if (state.has("model")) openDrawer(state.get("model"));
}

window.addEventListener("hashchange", () => {
  state.clear();
  for (const [key, value] of new URLSearchParams(location.hash.slice(1))) state.set(key, value);
  if (byId("drawer").open) byId("drawer").close();
  start();
});

buildFilters();
buildColumns();
buildKey();
start();
document.querySelector("main").classList.add("ready");
