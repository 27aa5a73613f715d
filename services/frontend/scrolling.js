// A page begins at its top. Only if the browser's "back" or "forward" leads to it, it begins where the visitor left it.
// A place is a page of the navigation, or one page of a long list. This runs at the end of every run of the page.
const RESTORE_MS = 3000; // charts and pictures may still be on their way
const PLACES = ["older_than", "newer_than"]; // parts of the address that name one page of a long list

export default function () {
  const visit = (window.slateVisit ??= begin());
  const place = findPlace();
  if (visit.isBack) scrollTo(visit.tops[place] ?? 0);
  else if (visit.place !== place) scrollTo(0);
  visit.place = place;
  visit.isBack = false;
}

function begin() {
  const visit = { place: findPlace(), isBack: false, tops: {} };
  const note = () => (visit.tops[findPlace()] = findMain()?.scrollTop ?? 0);
  document.addEventListener("click", note, true); // a click may lead to another place
  addEventListener("popstate", () => (visit.isBack = true));
  return visit;
}

function findPlace() {
  const query = new URLSearchParams(location.search);
  return [location.pathname, ...PLACES.map((name) => query.get(name) ?? "")].join("/");
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
