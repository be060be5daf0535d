"use strict";
// Builds the browser of questions from the data blocks of the page. All text goes in as text nodes:
// nothing a question, a response or a model's name holds is ever read as markup.

const STEP = 200; // rows added at a time

const byId = (id) => document.getElementById(id);
const samples = Array.from(document.querySelectorAll("script.sample"), (block) => JSON.parse(block.textContent));
const images = Array.from(document.querySelectorAll("script.image"));
const state = { outcome: "all", subtask: "", words: "", shown: samples, drawn: 0, current: -1 };

function element(name, options = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (key === "on") made.addEventListener("click", value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function source(index) {
  const block = images[index];
  return `data:${block.dataset.type};base64,${block.textContent}`;
}

// ---- the outcome of a sample: a sign and a word, never a colour alone

const KINDS = { right: ["✓", "right"], wrong: ["✗", "wrong"], unparsed: ["–", "no answer"], truncated: ["–", "broken off"], failed: ["!", "request failed"] };
const tone = (kind) => (kind === "right" || kind === "wrong" ? kind : "none");

// ---- one sample

function picture(index, number) {
  const block = images[index];
  if (!block) return element("span", { class: "shot lost" }, `image ${number}`);
  const { width, height } = block.dataset;
  const img = element("img", { src: source(index), alt: `image ${number}`, width, height, loading: "lazy", decoding: "async" });
  img.style.width = `min(${width}px, calc(var(--shot) * ${width / height}))`; // reserved before it loads
  const shot = element("button", { class: "shot", type: "button", "data-number": number, on: () => zoom(img) }, img, element("span", { class: "tag" }, `image ${number}`));
  return shot;
}

function zoom(img) {
  const dialog = byId("zoom");
  dialog.replaceChildren(element("img", { src: img.src, alt: img.alt, width: img.getAttribute("width"), height: img.getAttribute("height") }));
  dialog.showModal();
}

function question(sample) {
  const parts = sample.parts.map((part) => (typeof part === "string" ? part : picture(sample.images[part], part + 1)));
  return element("div", { class: "question", dir: "auto" }, ...parts);
}

function option(sample, text, index) {
  const letter = "ABCDEFGHIJ"[index];
  const gold = letter === sample.answer;
  const chosen = letter === sample.prediction;
  const note = gold && chosen ? "answer, chosen" : gold ? "answer" : chosen ? "chosen" : "";
  return element("li", { class: gold ? "gold" : chosen ? "wrong" : "" },
    element("span", { class: "letter" }, letter),
    element("span", { class: "text", dir: "auto" }, text),
    element("span", { class: "note" }, note));
}

function response(sample) {
  const [before, marked, after] = sample.response;
  const empty = !(before || marked || after);
  const text = element("pre", { class: "response", dir: "auto", tabindex: "0" }, before);
  if (marked) text.append(element("mark", {}, marked));
  text.append(after);
  if (empty) text.append(element("span", { class: "soft" }, "(nothing)"));
  const found = sample.prediction
    ? `Read as ${sample.prediction}, found by: ${sample.how}.`
    : `Read as no option: ${sample.how}.`;
  return [element("h3", {}, "Response"), text, element("p", { class: "found" }, found)];
}

function steps(sample) {
  const given = sample.steps.filter(([, text]) => text);
  if (!given.length) return [];
  const list = given.map(([name, text]) => element("li", {}, element("details", {},
    element("summary", {}, name),
    element("div", { class: "body", dir: "auto" }, text),
    ...(name === "Text-to-Region" ? regions(sample) : []))));
  return [element("h3", {}, "Gold reasoning"), element("ol", { class: "steps" }, ...list)];
}

function regions(sample) {
  if (!sample.regions.length) return [];
  const chips = sample.regions.map((region) => element("button", { type: "button", "aria-pressed": "false",
    on: (event) => outline(sample, region, event.currentTarget) }, `${region.phrase} · image ${region.image + 1}`));
  return [element("div", { class: "chips" }, ...chips)];
}

function outline(sample, region, chip) {
  const on = chip.getAttribute("aria-pressed") !== "true";
  for (const other of chip.parentNode.children) other.setAttribute("aria-pressed", "false");
  for (const drawn of byId("sample").querySelectorAll(".shot svg")) drawn.remove();
  if (!on) return;
  chip.setAttribute("aria-pressed", "true");
  const [x0, y0, x1, y1] = region.box;
  const [width, height] = region.size;
  const space = "http://www.w3.org/2000/svg";
  for (const shot of byId("sample").querySelectorAll(`.shot[data-number="${region.image + 1}"]`)) {
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("preserveAspectRatio", "none");
    const box = document.createElementNS(space, "rect");
    const place = { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
    for (const [name, value] of Object.entries(place)) box.setAttribute(name, value);
    svg.append(box);
    shot.append(svg);
    shot.scrollIntoView({ block: "nearest" });
  }
}

function show(position, focus = true) {
  state.current = position;
  const sample = state.shown[position];
  const place = byId("sample");
  if (!sample) {
    place.replaceChildren(element("p", { class: "empty" }, "No question matches."));
    return;
  }
  const [sign, word] = KINDS[sample.kind];
  place.replaceChildren(
    element("header", {},
      element("span", { class: `verdict ${tone(sample.kind)}` }, `${sign} ${word}`),
      element("span", { class: "where" }, element("code", {}, sample.id), ` · ${sample.place}`),
      element("span", { class: "turn" },
        element("button", { type: "button", "aria-label": "Previous question", disabled: position === 0, on: () => move(-1) }, "←"),
        element("span", { class: "tabular" }, `${position + 1} / ${state.shown.length}`),
        element("button", { type: "button", "aria-label": "Next question", disabled: position === state.shown.length - 1, on: () => move(1) }, "→"))),
    question(sample),
    element("ol", { class: "options" }, ...sample.options.map((text, index) => option(sample, text, index))),
    ...response(sample),
    ...steps(sample));
  mark(position, focus);
  if (focus) history.replaceState(null, "", `#${encodeURIComponent(sample.id)}`);
}

function move(by) {
  const next = state.current + by;
  if (next >= 0 && next < state.shown.length) show(next);
}

// ---- the list

function row(sample, position) {
  const [sign, word] = KINDS[sample.kind];
  const title = sample.parts.map((part) => (typeof part === "string" ? part : `[${part + 1}]`)).join("").replace(/\s+/g, " ").trim();
  return element("li", {}, element("button", { type: "button", on: () => show(position) },
    element("span", { class: `sign ${tone(sample.kind)}`, title: word }, sign),
    element("span", { class: "line", dir: "auto" }, title),
    element("span", { class: "sub" }, `${sample.subtask} · ${sample.id}`)));
}

function drawRows(upTo) {
  const list = byId("rows");
  list.querySelector(".more")?.remove();
  const end = Math.min(state.shown.length, Math.max(upTo, state.drawn + STEP));
  const rows = state.shown.slice(state.drawn, end).map((sample, index) => row(sample, state.drawn + index));
  state.drawn = end;
  list.append(...rows);
  if (end < state.shown.length) {
    const more = element("li", { class: "more" }, `${state.shown.length - end} more`);
    list.append(more);
    sentinel.observe(more);
  }
}

const sentinel = new IntersectionObserver((entries) => {
  if (entries.some((entry) => entry.isIntersecting && entry.target.isConnected)) drawRows(0);
}, { root: byId("rows"), rootMargin: "400px" });

function mark(position, scroll) {
  if (position >= state.drawn) drawRows(position + 1);
  const list = byId("rows");
  list.querySelector('[aria-current="true"]')?.removeAttribute("aria-current");
  const button = list.children[position].firstElementChild;
  button.setAttribute("aria-current", "true");
  if (!scroll) return;
  const [above, below] = [button.offsetTop, button.offsetTop + button.offsetHeight];
  if (above < list.scrollTop) list.scrollTop = above;
  else if (below > list.scrollTop + list.clientHeight) list.scrollTop = below - list.clientHeight;
}

// ---- filters

const searched = new Map();

function searchText(sample) {
  if (!searched.has(sample)) {
    const text = [sample.id, ...sample.parts.filter((part) => typeof part === "string"), ...sample.options, ...sample.response];
    searched.set(sample, text.join(" ").toLowerCase());
  }
  return searched.get(sample);
}

function matches(sample) {
  return (state.outcome === "all" || sample.kind === state.outcome)
    && (!state.subtask || sample.subtask === state.subtask)
    && (!state.words || searchText(sample).includes(state.words));
}

function filter() {
  state.shown = samples.filter(matches);
  state.drawn = 0;
  byId("rows").replaceChildren();
  byId("rows").scrollTop = 0;
  byId("count").textContent = `${state.shown.length} of ${samples.length}`;
  drawRows(0);
  show(0, false);
}

function segment(kind, label, count) {
  return element("button", { type: "button", "data-kind": kind, "aria-pressed": String(kind === state.outcome), on: () => {
    state.outcome = kind;
    for (const other of byId("outcomes").children) other.setAttribute("aria-pressed", String(other.dataset.kind === kind));
    filter();
  } }, label, element("span", {}, count));
}

function buildControls() {
  const kinds = Object.entries(KINDS).map(([kind, [, word]]) => [kind, word, samples.filter((sample) => sample.kind === kind).length]);
  byId("outcomes").append(segment("all", "all", samples.length), ...kinds.filter(([, , count]) => count).map((kind) => segment(...kind)));
  const subtasks = [...new Set(samples.map((sample) => sample.subtask))];
  byId("subtask").append(element("option", { value: "" }, "all subtasks"), ...subtasks.map((name) => element("option", { value: name }, name)));
  byId("subtask").addEventListener("change", (event) => { state.subtask = event.target.value; filter(); });
  let waiting = 0;
  byId("search").addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { state.words = event.target.value.trim().toLowerCase(); filter(); }, 120);
  });
}

const KEYS = { j: () => move(1), k: () => move(-1), "/": () => byId("search").focus() };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("zoom").open) return;
  if (event.target.matches("input, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key in KEYS) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

byId("zoom").addEventListener("click", () => byId("zoom").close());

buildControls();
filter();
const asked = decodeURIComponent(location.hash.slice(1));
const position = samples.findIndex((sample) => sample.id === asked);
if (position > 0) show(position);
