// A page begins at its top. Only if the browser's "back" or "forward" leads to it, it begins where the visitor left it.
// A place is a page of the navigation, or one page of a long list.
const RESTORE_MS = 3000; // charts and pictures may still be on their way

export default function ({ data }) {
  const visit = (window.slateVisit ??= begin());
  if (visit.place === data.place) return;
  const isFirst = visit.place === undefined;
  visit.place = data.place;
  if (!isFirst) scrollTo((visit.isBack && visit.tops[data.place]) || 0);
  visit.isBack = false;
}

function begin() {
  const visit = { place: undefined, isBack: false, tops: {} };
  const note = () => (visit.tops[visit.place] = findMain()?.scrollTop ?? 0);
  document.addEventListener("click", note, true); // a click may lead to another place
  addEventListener("popstate", () => {
    note();
    visit.isBack = true;
  }, true);
  return visit;
}

function scrollTo(top) {
  let until = Date.now() + RESTORE_MS;
  const stop = () => (until = 0);
  for (const kind of ["wheel", "touchstart", "keydown", "pointerdown"]) addEventListener(kind, stop, { once: true, passive: true });
  const step = () => {
    const main = findMain();
    if (main) main.scrollTop = top;
    if ((!main || main.scrollTop < top - 1) && Date.now() < until) requestAnimationFrame(step);
  };
  step();
}

function findMain() {
  return document.querySelector(".stMain");
}
