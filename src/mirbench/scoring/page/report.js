"use strict";
// Builds the browser of questions from the data blocks of the page. All text goes in as text nodes:
// nothing a question, a response or a model's name holds is ever read as markup. The index of all
// questions is read at once; the details of a question are unpacked when it is looked at.

const KEPT = 40; // unpacked chunks held at once

const byId = (id) => document.getElementById(id);
const parsed = (id) => JSON.parse(byId(id).textContent);
const RUNS = parsed("names").runs;
const INDEX = parsed("index");
const samples = INDEX.rows.map(([id, subtask, title, kinds], place) => ({ id, subtask: INDEX.subtasks[subtask], title, kinds, place }));
const chunks = Array.from(document.getElementsByClassName("chunk"));
const images = Array.from(document.getElementsByClassName("image"));
const state = { run: 0, outcome: "all", agreement: "", subtask: "", words: "", shown: samples, current: -1, turn: 0 };

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

// ---- details, unpacked on demand

const unpacked = new Map();

async function inflated(block) {
  const bytes = Uint8Array.from(atob(block.textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

function chunk(number) {
  let found = unpacked.get(number);
  if (found) unpacked.delete(number); // the one used last goes to the end
  else found = inflated(chunks[number]);
  unpacked.set(number, found);
  if (unpacked.size > KEPT) unpacked.delete(unpacked.keys().next().value);
  return found;
}

async function details(sample) {
  return (await chunk(Math.floor(sample.place / INDEX.chunk)))[sample.place % INDEX.chunk];
}

// ---- the outcome of a sample: a sign and a word, never a colour alone

const KINDS = { right: ["✓", "right"], some: ["~", "right at times"], wrong: ["✗", "wrong"], unparsed: ["–", "no answer"], truncated: ["–", "broken off"], failed: ["!", "request failed"], "": ["·", "not asked"] };
const tone = (kind) => (kind === "right" || kind === "wrong" ? kind : "none");
const nameOf = (run) => "ABCDEFGH"[run];

function badge(run) {
  return element("b", { class: `badge tone-${run}`, title: RUNS[run] }, nameOf(run));
}

// ---- one sample

function picture(index, number) {
  const block = images[index];
  if (!block) return element("span", { class: "shot lost" }, `image ${number}`);
  const { width, height, type } = block.dataset;
  const img = element("img", { src: `data:${type};base64,${block.textContent}`, alt: `image ${number}`, width, height, loading: "lazy", decoding: "async" });
  img.style.width = `min(${width}px, calc(var(--shot) * ${width / height}))`; // reserved before it loads
  return element("button", { class: "shot", type: "button", "data-number": number, on: () => zoom(img) }, img, element("span", { class: "tag" }, `image ${number}`));
}

function zoom(img) {
  const dialog = byId("zoom");
  dialog.replaceChildren(element("img", { src: img.src, alt: img.alt, width: img.getAttribute("width"), height: img.getAttribute("height") }));
  dialog.showModal();
}

function question(detail) {
  const parts = detail.parts.map((part) => (typeof part === "string" ? part : picture(detail.images[part], part + 1)));
  return element("div", { class: "question", dir: "auto" }, ...parts);
}

function option(detail, text, index) {
  const letter = "ABCDEFGHIJ"[index];
  const gold = letter === detail.answer;
  const choosers = detail.runs.map((given) => given.some((one) => one.chosen === index));
  const chosen = choosers[state.run];
  const note = gold && chosen ? "answer, chosen" : gold ? "answer" : chosen ? "chosen" : "";
  const badges = RUNS.length > 1 ? choosers.map((did, run) => (did ? badge(run) : "")).filter(Boolean) : [];
  return element("li", { class: gold ? "gold" : chosen ? "wrong" : "" },
    element("span", { class: "letter" }, letter),
    element("span", { class: "text", dir: "auto" }, text),
    element("span", { class: "note" }, ...badges, note));
}

function response(given, run) {
  const [before, marked, after] = given.text;
  const text = element("pre", { class: "response", dir: "auto", tabindex: "0" }, before);
  if (marked) text.append(element("mark", {}, marked));
  text.append(after);
  if (!(before || marked || after)) text.append(element("span", { class: "soft" }, "(nothing)"));
  const found = given.prediction
    ? `Read as ${given.prediction}, found by: ${given.how}.`
    : `Read as no option: ${given.how}.`;
  const [sign, word] = KINDS[given.kind];
  const labels = [];
  if (RUNS.length > 1) labels.push(badge(run));
  if (given.rotation) labels.push(`Options rotated by ${given.rotation}: ${given.shown.map((one, index) => `${"ABCDEFGHIJ"[index]}. ${one}`).join(" · ")}`);
  if (given.draw) labels.push(`Response ${given.draw + 1}`);
  labels.push(element("span", { class: `verdict ${tone(given.kind)}` }, `${sign} ${word}`));
  const heading = element("p", { class: "label" });
  labels.forEach((label, index) => heading.append(...(index ? [" ", label] : [label])));
  return [heading, text, element("p", { class: "found" }, found)];
}

function responses(detail) {
  const order = [state.run, ...RUNS.keys()].filter((run, index, all) => all.indexOf(run) === index);
  const blocks = order.flatMap((run) => detail.runs[run].flatMap((given) => response(given, run)));
  return [element("h3", {}, blocks.length > 3 ? "Responses" : "Response"), ...blocks];
}

function steps(detail) {
  const given = detail.steps.filter(([, text]) => text);
  if (!given.length) return [];
  const list = given.map(([name, text]) => element("li", {}, element("details", {},
    element("summary", {}, name),
    element("div", { class: "body", dir: "auto" }, text),
    ...(name === "Text-to-Region" ? regions(detail) : []))));
  return [element("h3", {}, "Gold reasoning"), element("ol", { class: "steps" }, ...list)];
}

function regions(detail) {
  if (!detail.regions.length) return [];
  const chips = detail.regions.map((region) => element("button", { type: "button", "aria-pressed": "false",
    on: (event) => outline(region, event.currentTarget) }, `${region.phrase} · image ${region.image + 1}`));
  return [element("div", { class: "chips" }, ...chips)];
}

function outline(region, chip) {
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

async function show(position, focus = true) {
  state.current = position;
  const turn = ++state.turn; // what was asked for last is what is shown
  const sample = state.shown[position];
  const place = byId("sample");
  if (!sample) {
    place.replaceChildren(element("p", { class: "empty" }, "No question matches."));
    return;
  }
  rows.mark(position, focus);
  const detail = await details(sample);
  if (turn !== state.turn) return;
  const [sign, word] = KINDS[sample.kinds[state.run]];
  place.replaceChildren(
    element("header", {},
      element("span", { class: `verdict ${tone(sample.kinds[state.run])}` }, `${sign} ${word}`),
      element("span", { class: "where" }, element("code", {}, sample.id), ` · ${detail.place}`),
      element("span", { class: "turn" },
        element("button", { type: "button", "aria-label": "Previous question", disabled: position === 0, on: () => move(-1) }, "←"),
        element("span", { class: "tabular" }, `${position + 1} / ${state.shown.length}`),
        element("button", { type: "button", "aria-label": "Next question", disabled: position === state.shown.length - 1, on: () => move(1) }, "→"))),
    question(detail),
    element("ol", { class: "options" }, ...detail.options.map((text, index) => option(detail, text, index))),
    ...responses(detail),
    ...steps(detail));
  place.dataset.id = sample.id;
  if (focus) history.replaceState(null, "", `#${encodeURIComponent(sample.id)}`);
}

function move(by) {
  const next = state.current + by;
  if (next >= 0 && next < state.shown.length) show(next);
}

// ---- the list

function row(sample, position) {
  const signs = sample.kinds.map((kind, run) => {
    const [sign, word] = KINDS[kind];
    return element("span", { class: `sign ${tone(kind)}`, title: RUNS.length > 1 ? `${nameOf(run)}: ${word}` : word }, sign);
  });
  return element("li", {}, element("button", { class: signs.length > 3 ? "many" : "", type: "button", on: () => show(position) },
    element("span", { class: "signs" }, ...signs),
    element("span", { class: "line", dir: "auto" }, sample.title),
    element("span", { class: "sub" }, `${sample.subtask} · ${sample.id}`)));
}

const rows = longList(byId("rows"), (position) => row(state.shown[position], position));

// ---- filters

const AGREEMENTS = [["", "whether runs agree or not"], ["disagree", "runs disagree"], ["agree", "runs agree"]];

function agrees(sample) {
  if (!state.agreement) return true;
  const right = sample.kinds.filter(Boolean).map((kind) => kind === "right");
  if (state.agreement === "disagree") return right.includes(true) && right.includes(false);
  if (state.agreement === "agree") return right.length > 1 && !(right.includes(true) && right.includes(false));
  const only = Number(state.agreement);
  return sample.kinds[only] === "right" && right.filter(Boolean).length === 1 && right.length > 1;
}

function fits(sample) {
  return (state.outcome === "all" || sample.kinds[state.run] === state.outcome)
    && (!state.subtask || sample.subtask === state.subtask)
    && agrees(sample);
}

function searchText(sample, detail) {
  const said = detail.runs.flat().flatMap((given) => given.text.join(""));
  const asked = detail.parts.map((part) => (typeof part === "string" ? part : `[${part + 1}]`)).join("");
  return [sample.id, asked, ...detail.options, ...said].join(" ").toLowerCase();
}

async function found(candidates) {
  const words = state.words;
  const matching = [];
  let number = -1, held = null;
  for (const sample of candidates) {
    const wanted = Math.floor(sample.place / INDEX.chunk);
    if (wanted !== number) {
      number = wanted;
      held = await chunk(number);
      if (words !== state.words) return null; // typed on
    }
    if (searchText(sample, held[sample.place % INDEX.chunk]).includes(words)) matching.push(sample);
  }
  return matching;
}

let filtering = 0;

async function filter() {
  const turn = ++filtering;
  const candidates = samples.filter(fits);
  byId("count").textContent = state.words ? "searching" : "";
  const shown = state.words ? await found(candidates) : candidates;
  if (turn !== filtering || !shown) return;
  state.shown = shown;
  byId("count").textContent = `${state.shown.length} of ${samples.length}`;
  rows.fill(state.shown.length);
  await show(0, false);
}

function segment(kind, label, count) {
  return element("button", { type: "button", "data-kind": kind, "aria-pressed": String(kind === state.outcome), on: () => {
    state.outcome = kind;
    for (const other of byId("outcomes").children) other.setAttribute("aria-pressed", String(other.dataset.kind === kind));
    filter();
  } }, label, element("span", {}, count));
}

function buildOutcomes() {
  const counts = {};
  for (const sample of samples) counts[sample.kinds[state.run]] = (counts[sample.kinds[state.run]] || 0) + 1;
  if (!counts[state.outcome]) state.outcome = "all";
  const kinds = Object.entries(KINDS).filter(([kind]) => counts[kind]);
  byId("outcomes").replaceChildren(segment("all", "all", samples.length), ...kinds.map(([kind, [, word]]) => segment(kind, word, counts[kind])));
}

function choice(id, values, change) {
  byId(id).append(...values.map(([value, label]) => element("option", { value }, label)));
  byId(id).addEventListener("change", (event) => change(event.target.value));
}

function buildControls() {
  choice("run", RUNS.map((name, run) => [run, `${nameOf(run)}: ${name}`]), (run) => { state.run = Number(run); buildOutcomes(); filter(); });
  const only = RUNS.map((_, run) => [run, `only ${nameOf(run)} is right`]);
  choice("agreement", [...AGREEMENTS, ...only], (which) => { state.agreement = which; filter(); });
  byId("run").hidden = byId("agreement").hidden = RUNS.length === 1;
  choice("subtask", [["", "all subtasks"], ...INDEX.subtasks.map((name) => [name, name])], (name) => { state.subtask = name; filter(); });
  buildOutcomes();
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
