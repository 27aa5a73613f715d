// Keeps a value of the page in this tab of the browser. A new session of the page, as after a reload, gets back what the
// session before it left in the tab, once, before anything is written over it.
const asked = new Set();

export default function ({ data, setStateValue }) {
  const { name, visit, value, forget } = data;
  const place = `slate-${name}`, asking = `${place} ${visit}`;
  if (forget) Object.keys(sessionStorage).filter((key) => key.startsWith("slate-")).forEach((key) => sessionStorage.removeItem(key));
  const kept = read(place);
  const isAnothers = kept && kept.visit !== visit && !asked.has(asking) && !isSame(kept.value, value);
  asked.add(asking);
  if (isAnothers) setStateValue("kept", kept.value);
  else write(place, { visit, value });
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function read(place) {
  try {
    return JSON.parse(sessionStorage.getItem(place));
  } catch {
    return null;
  }
}

function write(place, kept) {
  try {
    sessionStorage.setItem(place, JSON.stringify(kept));
  } catch {
    sessionStorage.removeItem(place); // the drawing is too large, and an older one would be wrong
  }
}
