"use strict";
// The ranking: a table of submissions that is filtered, sorted and searched.

const board = arrived.get("board");
const rowOf = new Map(board.rows.map((row) => [row.id, row]));
const accuracy = (row) => row.correct / board.num;
const isCompetitor = (row) => row.task === "mir" || row.task === "mir_cot";

// ---- filters: for each its choices, with a test of a row

const SIZES = { "up to 4 B": [0, 4], "4 to 10 B": [4, 10], "10 to 40 B": [10, 40], "above 40 B": [40, Infinity] };
const years = [...new Set(board.rows.map((row) => row.created.slice(0, 4)))].sort();
const tiers = ["self-reported", "recomputed", "reproduced"];
const tasks = [...new Set(board.rows.map((row) => row.task))].filter((task) => task !== "mir");

const FILTERS = {
  task: ["ranked tasks", ["mir", ...tasks, "all"].map((task) => [task, task === "all" ? "all tasks" : task, (row) => task === "all" || row.task === task])],
  tier: ["any verification", tiers.slice(1).map((tier, index) => [tier, `${tier}${index ? "" : " or better"}`, (row) => tiers.indexOf(row.tier) >= index + 1])],
  weights: ["any weights", [["open", "open weights", (row) => row.open], ["closed", "closed", (row) => !row.open]]],
  thinking: ["any model", [["yes", "reasoning models", (row) => row.reasoning], ["no", "without reasoning", (row) => !row.reasoning]]],
  size: ["any size", Object.entries(SIZES).map(([name, [low, high]]) => [name, name, (row) => row.size !== null && row.size > low && row.size <= high])],
  since: ["any date", years.map((year) => [year, `since ${year}`, (row) => row.created.slice(0, 4) >= year])],
};

function matches(row) {
  for (const [key, [, choices]] of Object.entries(FILTERS)) {
    const choice = choices.find(([value]) => value === state.get(key));
    if (choice && row.kind !== "baseline" && !choice[2](row)) return false;
  }
  if (!state.has("task") && row.kind !== "baseline" && !isCompetitor(row)) return false;
  const words = (state.get("q") || "").toLowerCase();
  return !words || `${row.name} ${row.id}`.toLowerCase().includes(words);
}

function buildFilters() {
  byId("filters").replaceWith(...Object.entries(FILTERS).filter(([, [, choices]]) => choices.length > 1 || choices[0]).map(([key, [none, choices]]) => {
    const select = element("select", { "data-filter": key, "aria-label": key }, element("option", { value: "" }, none),
      choices.map(([value, text]) => element("option", { value, selected: state.get(key) === value }, text)));
    select.addEventListener("change", () => { choose({ [key]: select.value }); drawRows(); });
    return select;
  }));
  const search = byId("search");
  search.value = state.get("q") || "";
  search.addEventListener("input", () => { choose({ q: search.value.trim() }); drawRows(); });
}

// ---- columns: always the same first ones, then a set that the reader picks

const share = (part, whole) => (part === null || !whole ? "" : percent(part / whole));

function groupColumns(of) {
  return board.groups.map((group, index) => ({ group, index })).filter(({ group }) => group.of === of).map(({ group, index }) => ({
    key: `g${index}`, title: of === "num_images" ? `${group.name} images` : group.name, hint: `${group.num} questions, chance ${percent(group.chance)} %`,
    value: (row) => (row.by ? row.by[index] / group.num : null), cell: (row) => (row.by ? share(row.by[index], group.num) : "–"),
  }));
}

function countColumn(key, title, hint) {
  return { key, title, hint, value: (row) => row[key], cell: (row) => row[key] || "0" };
}

const TITLES = { category: "Category", subtask: "Subtask", difficulty: "Difficulty", num_images: "Images" };
const SETS = {
  ...Object.fromEntries(Object.entries(TITLES).map(([of, title]) => [of, [title, groupColumns(of)]])),
  outcomes: ["No answer", [
    countColumn("unparsed", "names no option", "Complete responses that name no single option; they count as wrong"),
    countColumn("truncated", "breaks off", "Responses that break off before they name an option"),
    countColumn("failed", "request failed", "Requests that failed"),
  ]],
  run: ["Run", [
    { key: "created", title: "submitted", value: (row) => row.created, cell: (row) => row.created.slice(0, 10) },
    { key: "size", title: "billions", hint: "Billions of parameters", value: (row) => row.size, cell: (row) => row.size ?? "–" },
    { key: "task", title: "task", value: (row) => row.task, cell: (row) => row.task },
    { key: "held", title: "held out", hint: "On fresh questions that the maintainers keep", value: (row) => (row.held ? row.held[0] / row.held[1] : null), cell: (row) => (row.held ? share(...row.held) : "–") },
    { key: "p", title: "p", hint: "Against the leader on the same questions: McNemar's test, Holm's correction", value: (row) => row.p, cell: (row) => (row.p === null ? "–" : row.p < 0.001 ? "< 0.001" : row.p.toFixed(3)) },
  ]],
};
const setName = () => (Object.hasOwn(SETS, state.get("cols")) ? state.get("cols") : "category");

const FIRST = [
  { key: "pick", title: "", hidden: "compare", cell: picker },
  { key: "rank", title: "rank", value: (row) => (row.rank ? -row.rank : null), cell: rankCell },
  { key: "name", title: "model", value: (row) => row.name.toLowerCase(), cell: nameCell, ascending: true },
  { key: "track", title: "", hidden: "accuracy from 0 to 100 %", cell: track, axis: true },
  { key: "accuracy", title: "accuracy", value: accuracy, cell: (row) => percent(accuracy(row)) },
  { key: "interval", title: "95 %", hint: "Wilson interval", cell: (row) => `${percent(row.low)} – ${percent(row.high)}` },
];
const columns = () => [...FIRST, ...SETS[setName()][1]];

function picker(row) {
  const box = element("input", { type: "checkbox", "aria-label": `compare ${row.name}`, disabled: !row.by });
  box.checked = chosenIds().includes(row.id);
  box.addEventListener("change", () => { pick(row.id, box.checked); });
  return box;
}

function rankCell(row) {
  return row.rank ? element("span", { title: row.tie === 1 ? "cannot be told from the leader" : `group ${row.tie} of ties` }, row.rank) : "";
}

const BADGES = { "self-reported": "claimed", recomputed: "", reproduced: "reproduced" };

function nameCell(row) {
  const name = element("button", { type: "button", class: "name", on: () => openDrawer(row.id) }, element("bdi", {}, row.name));
  const badges = [
    row.kind === "baseline" ? ["baseline", "computed, no model", "base"] : null,
    row.task !== "mir" && row.kind !== "baseline" ? [row.task.replace("mir_", ""), "task", ""] : null,
    BADGES[row.tier] ? [BADGES[row.tier], `tier: ${row.tier}`, row.tier === "reproduced" ? "good" : "warn"] : null,
    row.held ? ["held out", "also scored on fresh questions", "good"] : null,
    row.open || row.kind === "baseline" ? null : ["closed", "weights cannot be had", ""],
    row.trained === "test" ? ["trained on test", "says so itself", "warn"] : null,
    row.flags.length ? [`${row.flags.length} flag${row.flags.length > 1 ? "s" : ""}`, row.flags.join(", ").replaceAll("_", " "), "warn"] : null,
  ].filter(Boolean);
  return [name, ...badges.map(([text, title, kind]) => element("span", { class: `badge ${kind}`, title }, text))];
}

function track(row) {
  const at = (value) => `${percent(value)}%`;
  const lines = [0, 0.25, 0.5, 0.75, 1].map((x) => drawn("line", { class: "grid", x1: at(x), x2: at(x), y1: 0, y2: 34 }));
  const blind = board.blind ? [drawn("line", { class: "blind", x1: at(board.blind[1]), x2: at(board.blind[1]), y1: 8, y2: 26 })] : [];
  return drawn("svg", { class: "track", "aria-hidden": "true" }, ...lines,
    drawn("rect", { class: "band", x: at(row.low), width: at(row.high - row.low), y: 12, height: 10, rx: 5 }),
    drawn("line", { class: "chance", x1: at(board.chance), x2: at(board.chance), y1: 8, y2: 26 }), ...blind,
    drawn("circle", { class: row.rank ? "point" : "point faint", cx: at(accuracy(row)), cy: 17, r: 5 }));
}

// ---- sorting and drawing

function sorting() {
  const column = columns().find((one) => one.key === state.get("sort") && one.value) || FIRST[4];
  return { column, down: (state.get("order") || (column.ascending ? "up" : "down")) === "down" };
}

function shownRows() {
  const { column, down } = sorting();
  const sign = down ? -1 : 1;
  return board.rows.filter(matches).map((row, index) => ({ row, index, value: column.value(row) })).sort((a, b) => {
    if (a.value === null || b.value === null) return (a.value === null) - (b.value === null) || a.index - b.index;
    return (a.value < b.value ? -sign : a.value > b.value ? sign : 0) || a.index - b.index;
  }).map(({ row }) => row);
}

function sortBy(column) {
  const now = sorting();
  const down = now.column.key === column.key ? !now.down : !column.ascending;
  choose({ sort: column.key, order: down ? "down" : "up" });
  drawHead();
  drawRows();
  byId("head").querySelector(`[data-key="${column.key}"] button`)?.focus();
}

function headCell(column) {
  const now = sorting();
  const order = now.column.key === column.key ? (now.down ? "descending" : "ascending") : null;
  const content = column.axis ? element("div", { class: "axis", "aria-hidden": "true" }, [0, 25, 50, 75, 100].map((x) => element("span", {}, x)))
    : column.value ? element("button", { type: "button", title: column.hint, on: () => sortBy(column) }, column.title, element("i", { "aria-hidden": "true" }, order ? (now.down ? "↓" : "↑") : ""))
      : element("span", { class: column.hidden ? "hidden" : "", title: column.hint }, column.hidden || column.title);
  return element("th", { scope: "col", class: `c-${column.key.replace(/\d+/, "")}`, "data-key": column.key, "aria-sort": order }, content);
}

function drawHead() {
  byId("head").replaceChildren(element("tr", {}, columns().map(headCell)));
  for (const button of byId("columns").children) button.setAttribute("aria-pressed", String(button.dataset.set === setName()));
}

function tableRow(row, shown) {
  const cells = shown.map((column) => element(column.key === "name" ? "th" : "td", { class: `c-${column.key.replace(/\d+/, "")}`, scope: column.key === "name" ? "row" : null }, column.cell(row)));
  const kind = row.kind === "baseline" ? "base" : row.rank ? `tie-${row.tie === 1 ? "first" : row.tie % 2 ? "odd" : "even"}` : "apart";
  return element("tr", { class: kind, "data-id": row.id }, cells);
}

function drawRows() {
  const rows = shownRows(), shown = columns();
  byId("rows").replaceChildren(...rows.map((row) => tableRow(row, shown)));
  if (!rows.length) byId("rows").append(element("tr", {}, element("td", { class: "empty", colspan: shown.length }, "No model matches.")));
  byId("count").textContent = `${rows.length} of ${board.rows.length}`;
  byId("figures").replaceChildren(...[overTime(board, rows), ladder(board, rows)].filter(Boolean));
}

function buildColumns() {
  byId("columns").append(...Object.entries(SETS).filter(([, [, list]]) => list.length).map(([name, [title]]) =>
    element("button", { type: "button", "data-set": name, "aria-pressed": "false", on: () => { choose({ cols: name }); drawHead(); drawRows(); } }, title)));
}

function buildKey() {
  const sign = (...shapes) => drawn("svg", { viewBox: "0 0 40 16", "aria-hidden": "true" }, ...shapes);
  const entries = [
    [sign(drawn("rect", { class: "tie-mark", x: 16, width: 4, height: 16 })), "cannot be told from the leader on the same questions (McNemar, Holm, 5 %)"],
    [sign(drawn("rect", { class: "band", width: 40, y: 3, height: 10, rx: 5 }), drawn("circle", { class: "point", cx: 20, cy: 8, r: 5 })), "accuracy with its 95 % Wilson interval"],
    [sign(drawn("line", { class: "chance", x1: 20, x2: 20, y1: 0, y2: 16 })), `chance, ${percent(board.chance)} %`],
  ];
  if (board.blind) entries.push([sign(drawn("line", { class: "blind", x1: 20, x2: 20, y1: 0, y2: 16 })), `best without images: ${board.blind[0]}, ${percent(board.blind[1])} %`]);
  byId("key").replaceChildren(...entries.map(([shape, text]) => element("span", {}, shape, text)));
}

// ---- which models are compared

const MOST_COMPARED = 6;

function pick(id, on) {
  const ids = chosenIds().filter((other) => other !== id);
  if (on) ids.push(id);
  choose({ compare: ids.slice(-MOST_COMPARED).join(",") });
  drawPicked();
}

function drawPicked() {
  const ids = chosenIds();
  byId("chosen").textContent = ids.length;
  for (const tr of byId("rows").children) {
    const box = tr.querySelector("input");
    if (box) box.checked = ids.includes(tr.dataset.id);
  }
}
