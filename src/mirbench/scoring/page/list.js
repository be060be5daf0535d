"use strict";
// A long list of questions: drawn a stretch at a time as one scrolls, and one of its rows is marked.
// The report and the leaderboard each have one; both pages have an `element` of their own.

const STEP = 200; // rows drawn at a time

function longList(list, rowAt) {
  let num = 0, drawn = 0;

  const sentinel = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting && entry.target.isConnected)) draw(0);
  }, { root: list, rootMargin: "400px" });

  function draw(upTo) {
    list.querySelector(".more")?.remove();
    const end = Math.min(num, Math.max(upTo, drawn + STEP));
    const rows = [];
    for (; drawn < end; drawn++) rows.push(rowAt(drawn));
    list.append(...rows);
    if (end < num) {
      const more = element("li", { class: "more" }, `${num - end} more`);
      list.append(more);
      sentinel.observe(more);
    }
  }

  function fill(count) {
    num = count;
    drawn = 0;
    list.replaceChildren();
    list.scrollTop = 0;
    draw(0);
  }

  function mark(position, scroll) {
    if (position >= drawn) draw(position + 1);
    list.querySelector('[aria-current="true"]')?.removeAttribute("aria-current");
    const button = list.children[position].firstElementChild;
    button.setAttribute("aria-current", "true");
    if (!scroll) return;
    const [above, below] = [button.offsetTop, button.offsetTop + button.offsetHeight];
    if (above < list.scrollTop) list.scrollTop = above;
    else if (below > list.scrollTop + list.clientHeight) list.scrollTop = below - list.clientHeight;
  }

  return { fill, mark };
}
