"use strict";
// Two or more submissions, question by question: who is right where, and what each one wrote.

const WAYS_WRONG = { "-": "names no option", "~": "breaks off", "!": "request failed" };
const side = (index) => String.fromCharCode(0x2460 + index); // a circled number
const compared = { ids: [], answers: [], index: null, shown: [], current: -1 };

function openCompare() {
  const ids = chosenIds().filter((id) => rowOf.get(id)?.by);
  byId("browser").hidden = ids.length < 2;
  if (ids.length < 2) {
    byId("sides").replaceChildren(element("p", { class: "empty" }, "Choose two or more models in the ranking to see their answers side by side."));
    return;
  }
  byId("sides").replaceChildren(element("p", { class: "soft" }, "…"));
  Promise.all([load("questions"), ...ids.map((id) => load(`answers/${id}`))]).then(([index, ...answers]) => {
    Object.assign(compared, { ids, answers, index });
    buildSides();
    buildOutcomes();
    buildSubtasks();
    filterQuestions(state.get("question"));
  }, (error) => byId("sides").replaceChildren(failed(error)));
}

const isRight = (model, question) => compared.answers[model][question] === compared.index.answers[question];
const sides = () => compared.ids.map((_, model) => model);

// ---- which questions

function outcomesOf() {
  const every = (question) => sides().every((model) => isRight(model, question));
  const none = (question) => !sides().some((model) => isRight(model, question));
  const only = (model) => (question) => sides().every((other) => isRight(other, question) === (other === model));
  return { all: ["all", () => true], differ: ["some right, some wrong", (question) => !every(question) && !none(question)], right: ["all right", every], wrong: ["all wrong", none],
    ...Object.fromEntries(sides().map((model) => [`only${model}`, [`only ${side(model)} right`, only(model)]])) };
}

const indices = () => compared.index.ids.map((_, question) => question);

function buildSides() {
  byId("sides").replaceChildren(element("ul", { class: "sides" }, compared.ids.map((id, model) => {
    const row = rowOf.get(id);
    return element("li", { class: `side side-${model}` }, element("b", {}, side(model)), element("button", { type: "button", class: "name", on: () => openDrawer(id) }, element("bdi", {}, row.name)),
      element("span", { class: "tabular" }, `${percent(accuracy(row))} %`),
      element("button", { type: "button", class: "close", "aria-label": `leave out ${row.name}`, on: () => { pick(id, false); openCompare(); } }, "×"));
  })));
}

function buildOutcomes() {
  const outcomes = outcomesOf();
  if (!Object.hasOwn(outcomes, state.get("show"))) choose({ show: "" });
  byId("outcomes").replaceChildren(...Object.entries(outcomes).map(([name, [text, test]]) =>
    element("button", { type: "button", "data-show": name, "aria-pressed": String((state.get("show") || "all") === name), on: () => { choose({ show: name === "all" ? "" : name }); buildOutcomes(); filterQuestions(); } },
      text, element("span", {}, indices().filter(test).length))));
}

function buildSubtasks() {
  const { subtasks } = compared.index;
  const wanted = state.get("subtask") || "";
  byId("subtask").replaceChildren(element("option", { value: "" }, "all subtasks"), ...subtasks.map((name) => element("option", { value: name, selected: name === wanted }, name)));
}

function filterQuestions(wanted) {
  const { index } = compared;
  const [, test] = outcomesOf()[state.get("show") || "all"];
  const place = index.subtasks.indexOf(state.get("subtask") || "");
  const words = byId("find").value.trim().toLowerCase();
  compared.shown = indices().filter((question) => test(question) && (place < 0 || index.subtask[question] === place) && (!words || index.ids[question].toLowerCase().includes(words)));
  byId("num").textContent = `${compared.shown.length} of ${index.ids.length}`;
  questionList.fill(compared.shown.length);
  const position = wanted ? compared.shown.findIndex((question) => index.ids[question] === wanted) : 0;
  showQuestion(Math.max(0, position), Boolean(wanted));
}

// ---- the list

function listRow(question, position) {
  const { index } = compared;
  const signs = sides().map((model) => element("span", { class: isRight(model, question) ? "sign right" : "sign wrong", title: isRight(model, question) ? "right" : "wrong" }, isRight(model, question) ? "✓" : WAYS_WRONG[compared.answers[model][question]] ? "–" : "✗"));
  return element("li", {}, element("button", { type: "button", on: () => showQuestion(position, true) },
    element("span", { class: "signs" }, ...signs), element("span", { class: "line" }, index.ids[question]), element("span", { class: "sub" }, `${index.subtasks[index.subtask[question]]} · ${index.difficulty[question]} · ${index.images[question]} images`)));
}

const questionList = longList(byId("list"), (position) => listRow(compared.shown[position], position));

// ---- one question

function showQuestion(position, focus) {
  compared.current = position;
  const question = compared.shown[position];
  const place = byId("sample");
  if (question === undefined) {
    place.replaceChildren(element("p", { class: "empty" }, "No question matches."));
    return;
  }
  questionList.mark(position, focus);
  if (focus) choose({ question: compared.index.ids[question] });
  const shard = Math.floor(question / board.shard);
  Promise.all([load(`questions/${shard}`), ...compared.ids.map((id) => load(`responses/${id}/${shard}`))]).then(([asked, ...responses]) => {
    if (compared.shown[compared.current] !== question) return;
    const at = question % board.shard;
    drawQuestion(position, question, asked[at], responses.map((shardOf) => shardOf[at]));
  }, (error) => place.replaceChildren(failed(error)));
}

function drawQuestion(position, question, asked, responses) {
  const { index } = compared;
  byId("sample").replaceChildren(
    element("header", {}, element("span", { class: "where" }, element("code", {}, index.ids[question]), ` · ${index.subtasks[index.subtask[question]]} · ${index.difficulty[question]}`),
      element("span", { class: "turn" },
        element("button", { type: "button", "aria-label": "Previous question", disabled: position === 0, on: () => move(-1) }, "←"),
        element("span", { class: "tabular" }, `${position + 1} / ${compared.shown.length}`),
        element("button", { type: "button", "aria-label": "Next question", disabled: position === compared.shown.length - 1, on: () => move(1) }, "→"))),
    element("div", { class: "question", dir: "auto" }, asked.parts.map((part) => (typeof part === "string" ? part : picture(asked.images[part], part + 1)))),
    element("ol", { class: "options" }, asked.options.map((text, at) => option(question, text, at))),
    element("div", { class: "responses" }, responses.map((response, model) => responseOf(question, response, model))));
}

function picture([file, width, height], number) {
  if (!file) return element("span", { class: "shot lost" }, `image ${number}`);
  const image = element("img", { src: `images/${file}`, alt: `image ${number}`, width, height, loading: "lazy", decoding: "async" });
  image.style.width = `min(${width}px, calc(var(--shot) * ${width / height}))`; // reserved before it loads
  return element("span", { class: "shot" }, image, element("span", { class: "tag" }, `image ${number}`));
}

function option(question, text, at) {
  const letter = "ABCDEFGHIJ"[at];
  const gold = letter === compared.index.answers[question];
  const choosers = sides().filter((model) => compared.answers[model][question] === letter);
  return element("li", { class: gold ? "gold" : choosers.length ? "wrong" : "" }, element("span", { class: "letter" }, letter), element("span", { class: "text", dir: "auto" }, text),
    element("span", { class: "note" }, gold ? "answer " : "", choosers.map((model) => element("b", { class: `chip side-${model}`, title: rowOf.get(compared.ids[model]).name }, side(model)))));
}

function responseOf(question, [text, cut], model) {
  const read = compared.answers[model][question];
  const right = isRight(model, question);
  return element("section", { class: `response-of side side-${model}` },
    element("h3", {}, side(model), " ", element("bdi", {}, rowOf.get(compared.ids[model]).name)),
    element("p", { class: `verdict ${right ? "right" : "wrong"}` }, WAYS_WRONG[read] ? `– ${WAYS_WRONG[read]}` : `${right ? "✓ right" : "✗ wrong"}, read as ${read}`),
    element("pre", { class: "response", dir: "auto", tabindex: "0" }, cut ? element("span", { class: "soft" }, `(${cut} characters before this)\n`) : "", text || element("span", { class: "soft" }, "(nothing)")));
}

function move(by) {
  const next = compared.current + by;
  if (next >= 0 && next < compared.shown.length) showQuestion(next, true);
}
