// A page begins at its top. Only if the browser's "back" or "forward" leads to it, it begins where the visitor left it.
// A place is a page of the navigation, or one page of a long list. This is in the head of Streamlit's page, because a
// visitor may scroll and go on before the first run has ended. `arrive` comes at the end of every run of the page.
window.slateVisit = (() => {
  const FRAMES = 180; // about 3 s, because charts and pictures may still be on their way
  const PARTS = ["older_than", "newer_than"]; // of the address, which name one page of a long list
  const tops = {}; // where the visitor was at each place
  let shown = findPlace(); // before the first run has ended, what is shown is of the address that was loaded
  let isBack = false;
  let scrolledAt = null; // the place that was scrolled by hand before the end of its first run
  let goal = null;

  function arrive({ page, pages }) {
    const last = location.pathname.split("/").pop();
    if (page !== (pages.includes(last) ? last : "")) return; // the visitor has gone on, and another run will end
    const place = findPlace();
    if (scrolledAt !== place && (isBack || shown !== place)) scrollTo(isBack ? (tops[place] ?? 0) : 0);
    shown = place;
    isBack = false;
    scrolledAt = null;
  }

  function findPlace() {
    const query = new URLSearchParams(location.search);
    return [location.pathname, ...PARTS.map((name) => query.get(name) ?? "")].join("/");
  }

  function scrollTo(top) {
    const own = (goal = { frames: FRAMES });
    const step = () => {
      if (goal !== own) return; // the visitor scrolls, or the next place has come
      const main = findMain();
      if (main) main.scrollTop = top;
      if ((!main || main.scrollTop < top - 1) && own.frames-- > 0) requestAnimationFrame(step);
    };
    step();
  }

  function findMain() {
    return document.querySelector(".stMain");
  }

  function listen(kinds, act) {
    for (const kind of kinds) addEventListener(kind, act, { capture: true, passive: true });
  }

  listen(["scroll"], ({ target }) => {
    if (isBack || target !== findMain()) return; // after "back", the page before is still there
    const place = findPlace();
    const isAtEnd = target.scrollTop >= target.scrollHeight - target.clientHeight - 1;
    if (isAtEnd && target.scrollTop < tops[place]) return; // the content has become shorter, nobody scrolled
    tops[place] = target.scrollTop;
  });
  listen(["popstate"], () => (isBack = true));
  listen(["wheel", "touchmove"], () => {
    if (findPlace() !== shown) scrolledAt = findPlace();
  });
  listen(["wheel", "touchstart", "keydown", "pointerdown"], () => (goal = null));
  return { arrive };
})();
