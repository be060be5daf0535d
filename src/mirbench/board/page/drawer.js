"use strict";
// The drawer of a submission: where its score comes from, and all of its numbers.

function openDrawer(id) {
  const row = rowOf.get(id);
  if (!row) return;
  choose({ model: id });
  const drawer = byId("drawer");
  drawer.replaceChildren(drawerHead(row), element("p", { class: "soft" }, "…"));
  if (!drawer.open) drawer.showModal();
  load(`models/${id}`).then((told) => { if (state.get("model") === id) drawer.replaceChildren(drawerHead(row), ...drawerBody(row, told)); },
    (error) => drawer.replaceChildren(drawerHead(row), failed(error)));
}

function drawerHead(row) {
  const inside = chosenIds().includes(row.id);
  const compare = element("button", { type: "button", disabled: !row.by, on: () => { pick(row.id, !chosenIds().includes(row.id)); openDrawer(row.id); } }, inside ? "leave out of comparison" : "compare");
  return element("header", {}, element("h2", {}, element("bdi", {}, row.name)), element("div", { class: "tools" }, compare,
    element("button", { type: "button", class: "close", "aria-label": "Close", on: () => byId("drawer").close() }, "×")),
    element("p", { class: "number" }, percent(accuracy(row)), element("small", {}, "%")),
    element("p", { class: "soft tabular" }, `${row.correct} of ${board.num} right · 95 % interval ${percent(row.low)} – ${percent(row.high)} %`, row.rank ? ` · rank ${row.rank}` : ""));
}

function drawerBody(row, told) {
  const flags = told.flags.map(([kind, reason]) => element("p", { class: "warning" }, element("b", {}, kind.replaceAll("_", " ")), `: ${reason}`));
  const note = told.note ? [element("p", { class: "note" }, told.note)] : [];
  const link = told.link ? [element("p", {}, outward(told.link, told.link))] : [];
  const claimed = told.groups ? [] : [element("p", { class: "warning" }, "Claimed by its submitter. There are no responses, so nothing could be scored again.")];
  return [...claimed, ...flags, ...note, ...link, ...groupTable(told), ...history_(told), ...told.sections.flatMap(({ title, facts }) => [
    element("h3", {}, title), element("dl", { class: "facts" }, facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, element("bdi", {}, value))])),
  ])];
}

function groupTable(told) {
  if (!told.groups) return [];
  const bodies = Object.entries(TITLES).map(([of, title]) => element("tbody", {}, element("tr", { class: "group" }, element("th", { colspan: 4, scope: "rowgroup" }, title)),
    board.groups.map((group, index) => [group, told.groups[index]]).filter(([group]) => group.of === of).map(([group, [num, low, high]]) => element("tr", {},
      element("th", { scope: "row" }, group.name), element("td", { class: "n" }, percent(num / group.num)), element("td", {}, `${percent(low)} – ${percent(high)}`), element("td", {}, `${num} / ${group.num}`)))));
  return [element("h3", {}, "Results"), element("table", { class: "small" }, ...bodies)];
}

function history_(told) {
  const parts = [];
  if (told.others.length) parts.push(element("h3", {}, "Other tasks of this model"), element("ul", { class: "plain" }, told.others.map(([id, task, value]) => element("li", {}, element("button", { type: "button", class: "name", on: () => openDrawer(id) }, task), ` ${percent(value)} %`))));
  if (told.history.length) parts.push(element("h3", {}, "Corrected"), element("ul", { class: "plain" }, told.history.map(([id, created, value]) => element("li", {}, `${created.slice(0, 10)}: ${percent(value)} %, `, element("code", {}, id)))));
  return parts;
}

byId("drawer").addEventListener("close", () => choose({ model: "" }));
byId("drawer").addEventListener("click", (event) => { if (event.target === byId("drawer")) byId("drawer").close(); });
