"use strict";
// The two figures below the ranking: scores over time, and the guidance ladder.

const WIDTH = 360, HEIGHT = 220, LEFT = 34, RIGHT = 12, TOP = 12, BOTTOM = 30;
const acrossChart = (share) => LEFT + share * (WIDTH - LEFT - RIGHT);
const upChart = (value, [low, high]) => HEIGHT - BOTTOM - ((value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);

function limits(values) {
  const low = Math.floor(Math.min(...values) * 10) / 10, high = Math.ceil(Math.max(...values) * 10) / 10;
  return low === high ? [Math.max(0, low - 0.1), Math.min(1, high + 0.1)] : [low, high];
}

function frame(range, marks, label) {
  const lines = [];
  const step = range[1] - range[0] > 0.5 ? 0.2 : 0.1;
  for (let value = range[0]; value <= range[1] + 1e-9; value += step) {
    const y = upChart(value, range);
    lines.push(drawn("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y }), drawn("text", { class: "end fill-soft", x: LEFT - 6, y: y + 4 }, Math.round(100 * value)));
  }
  for (const [share, text, anchor] of marks) lines.push(drawn("text", { class: `${anchor || "middle"} fill-soft`, x: acrossChart(share), y: HEIGHT - 8 }, text));
  return drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label }, ...lines);
}

function overTime(board, rows) {
  const ranked = rows.filter((row) => row.rank).map((row) => ({ row, at: Date.parse(row.created), value: row.correct / board.num })).sort((a, b) => a.at - b.at);
  const days = ranked.length && (ranked[ranked.length - 1].at - ranked[0].at) / 86_400_000;
  if (days < 1) return null; // a day has no history
  const range = limits([...ranked.map((one) => one.value), board.chance]);
  const first = ranked[0].at, span = ranked[ranked.length - 1].at - first || 1;
  const x = (one) => acrossChart((one.at - first) / span);
  const day = (at) => new Date(at).toISOString().slice(0, 10);
  const svg = frame(range, [[0, day(first), "start"], [1, day(first + span), "end"]], "Accuracy over time");
  const best = [];
  let path = "";
  for (const one of ranked) {
    const y = upChart(one.value, range);
    if (!best.length || one.value > best[best.length - 1].value) {
      path += best.length ? `H${x(one)}V${y}` : `M${x(one)} ${y}`;
      best.push(one);
    }
  }
  svg.append(chanceLine(board, range), drawn("path", { class: "best", d: `${path}H${WIDTH - RIGHT}` }),
    ...ranked.map((one) => drawn("circle", { class: best.includes(one) ? "point" : "point faint", cx: x(one), cy: upChart(one.value, range), r: 4 }, drawn("title", {}, `${one.row.name}: ${percent(one.value)} %, ${day(one.at)}`))));
  return figure("Over time", "Each ranked submission by its date; the line is the best so far, the dashes are chance.", svg);
}

function chanceLine(board, range) {
  const y = upChart(board.chance, range);
  return drawn("line", { class: "chance dashed", x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y });
}

function ladder(board, rows) {
  const models = new Map(rows.filter((row) => row.ladder.length).map((row) => [`${row.name} ${row.ladder}`, row]));
  const climbing = [...models.values()].slice(0, 6);
  if (!climbing.length) return null;
  const range = limits([...climbing.flatMap((row) => row.ladder.map(([, value]) => value)), board.chance]);
  const x = (given) => acrossChart(0.04 + (given / 4) * 0.92);
  const svg = frame(range, [0, 1, 2, 3, 4].map((given) => [0.04 + (given / 4) * 0.92, given]), "The guidance ladder");
  svg.append(chanceLine(board, range));
  climbing.forEach((row, index) => {
    const points = row.ladder.map(([given, value]) => [x(given), upChart(value, range)]);
    svg.append(drawn("polyline", { class: `line side-${index}`, points: points.map((point) => point.join(",")).join(" ") }),
      ...points.map(([cx, cy], at) => drawn("circle", { class: `dot side-${index}`, cx, cy, r: 3.5 }, drawn("title", {}, `${row.name}: ${percent(row.ladder[at][1])} % with ${row.ladder[at][0]} steps given`))));
  });
  const names = element("ul", { class: "legend" }, climbing.map((row, index) => element("li", {}, element("span", { class: `swatch side-${index}` }), element("bdi", {}, row.name))));
  return figure("Guidance ladder", "Accuracy by how many of the four gold steps before the conclusion the prompt gives.", svg, names);
}

function figure(title, text, ...content) {
  return element("figure", { class: "card" }, element("figcaption", {}, title), element("p", {}, text), ...content);
}
