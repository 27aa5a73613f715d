// The confusion matrix: a row for each true digit, a button for each cell. The arrow keys go from cell to cell.
const STEPS = { ArrowUp: -10, ArrowDown: 10, ArrowLeft: -1, ArrowRight: 1 };

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".matrix");
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.cell : undefined;
  const digits = [...Array(10).keys()];
  root.replaceChildren(
    make("i", {}), ...digits.map((digit) => make("i", { textContent: digit })),
    ...digits.flatMap((label) => [make("i", { textContent: label }), ...digits.map((digit) => makeCell(data, label, digit))]),
  );
  root.onclick = ({ target }) => target.dataset.cell && setTriggerValue("cell", target.dataset.cell);
  root.onkeydown = (event) => move(root, event);
  if (focused !== undefined) root.querySelector(`[data-cell="${focused}"]`).focus();
}

function makeCell({ counts, strengths, words, chosen }, label, digit) {
  const place = 10 * label + digit, isChosen = place === chosen;
  const cell = make("button", { type: "button", textContent: counts[place] ? counts[place].toLocaleString("en") : "", tabIndex: isChosen ? 0 : -1 });
  cell.dataset.cell = place;
  cell.className = label === digit ? "right" : "wrong";
  cell.style.setProperty("--strength", `${100 * strengths[place]}%`);
  cell.setAttribute("aria-label", words[place]);
  cell.setAttribute("aria-pressed", isChosen);
  cell.title = words[place];
  return cell;
}

function make(tag, fields) {
  return Object.assign(document.createElement(tag), fields);
}

function move(root, event) {
  const cells = [...root.querySelectorAll("button")], step = STEPS[event.key], place = cells.indexOf(event.target);
  const next = cells[place + step];
  const leavesRow = Math.abs(step) === 1 && Math.floor((place + step) / 10) !== Math.floor(place / 10);
  if (place < 0 || !next || leavesRow) return;
  event.preventDefault();
  for (const cell of cells) cell.tabIndex = cell === next ? 0 : -1;
  next.focus();
}
