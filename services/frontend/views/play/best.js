// Keeps the best time of the game in the browser, and tells the page what it has kept. Browsers may forbid both.
const KEY = "slate-play-best";

export default function ({ data, setStateValue }) {
  const kept = load();
  const best = Math.min(...[kept, data.best, data.finished].filter(Number.isFinite));
  if (!Number.isFinite(best)) return;
  if (best !== kept) store(best);
  if (best !== data.best) setStateValue("kept", best);
}

function load() {
  try {
    return Number.parseFloat(localStorage.getItem(KEY));
  } catch {
    return Number.NaN;
  }
}

function store(best) {
  try {
    localStorage.setItem(KEY, best);
  } catch {
    // it lasts for this visit only
  }
}
