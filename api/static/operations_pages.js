// Lists of a screen that nobody touches: they show as many whole lines as there is room for, and turn over by themselves.
import { say } from "./words.js";

const TURN_MILLISECONDS = 12_000;

// The numbers of the lines of each page; `heights` in pixels, `gap` between two lines.
export function pagesOf(heights, room, gap) {
  const pages = [[]];
  let used = 0;
  heights.forEach((height, line) => {
    const needed = pages.at(-1).length ? height + gap : height;
    if (pages.at(-1).length && used + needed > room) {
      pages.push([line]);
      used = height;
    } else {
      pages.at(-1).push(line);
      used += needed;
    }
  });
  return pages;
}

function show(list) {
  const lines = [...list.children];
  for (const line of lines) line.hidden = false;
  const gap = Number.parseFloat(getComputedStyle(list).rowGap) || 0;
  const pages = pagesOf(lines.map((line) => line.offsetHeight), list.clientHeight, gap);
  const turn = Number(list.dataset.turn ?? 0) % pages.length;
  lines.forEach((line, place) => (line.hidden = !pages[turn].includes(place)));
  list.dataset.page = pages.length > 1 ? say("alerts_page", { page: turn + 1, pages: pages.length }) : "";
  list.parentElement.dataset.page = list.dataset.page;
}

export function turnPages() {
  const lists = document.querySelectorAll(".lines");
  for (const list of lists) {
    new ResizeObserver(() => show(list)).observe(list);
    new MutationObserver(() => show(list)).observe(list, { childList: true });
  }
  setInterval(() => {
    for (const list of lists) {
      list.dataset.turn = Number(list.dataset.turn ?? 0) + 1;
      show(list);
    }
  }, TURN_MILLISECONDS);
}
