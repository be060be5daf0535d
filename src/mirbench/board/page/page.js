"use strict";
// What the other scripts stand on: data on demand, elements whose texts are only ever text, and the
// state of the page in its address.

const byId = (id) => document.getElementById(id);
const percent = (share) => (100 * share).toFixed(1);

// ---- data: a file calls `mirbench(name, value)` when it has come

const arrived = new Map();
const expected = new Map();

function mirbench(name, value) {
  arrived.set(name, value);
  expected.get(name)?.(value);
}

function load(name) {
  if (arrived.has(name)) return Promise.resolve(arrived.get(name));
  return new Promise((resolve, reject) => {
    const earlier = expected.get(name);
    expected.set(name, (value) => { earlier?.(value); resolve(value); });
    if (earlier) return;
    const script = element("script", { src: `data/${name}.js` });
    script.addEventListener("error", () => { expected.delete(name); reject(new Error(`data/${name}.js could not be read`)); });
    document.head.append(script);
  });
}

// ---- elements

// Control characters are shown as their pictures; what would turn the text around it or is no
// character at all becomes the replacement character.
function visible(text) {
  return String(text)
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (sign) => String.fromCharCode(0x2400 + sign.charCodeAt(0)))
    .replace(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu, "\ufffd");
}

function element(name, options = {}, ...children) {
  return fill(document.createElement(name), options, children);
}

function drawn(name, options = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), options, children);
}

function fill(made, options, children) {
  for (const [key, value] of Object.entries(options)) {
    if (key === "on") made.addEventListener("click", value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, visible(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== "").map((child) => (child instanceof Node ? child : visible(child))));
  return made;
}

function outward(address, text) {
  return /^https:\/\//.test(address) ? element("a", { href: address, rel: "noopener noreferrer nofollow", target: "_blank" }, text) : text;
}

function failed(error) {
  return element("p", { class: "empty" }, error.message);
}

// ---- the address: everything that a reader chose, so that a link shows it again

const state = new Map(new URLSearchParams(location.hash.slice(1)));

function choose(changes) {
  for (const [key, value] of Object.entries(changes)) {
    if (value === "" || value === null || value === undefined) state.delete(key);
    else state.set(key, String(value));
  }
  const address = new URLSearchParams([...state]).toString();
  history.replaceState(null, "", address ? `#${address}` : location.pathname + location.search);
}

const chosenIds = () => (state.get("compare") || "").split(",").filter(Boolean);
