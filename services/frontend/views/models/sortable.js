// A table of versions. A press on the name of a column sorts by it, the better figures first; a second press turns the
// order round. The choice stays when the page runs again.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".versions");
  root.show = () => show(root, data);
  root.show();
}

function show(root, { caption, columns, rows }) {
  const focused = root.contains(document.activeElement) ? document.activeElement.textContent : undefined;
  const table = make("table"), head = make("tr"), body = make("tbody");
  columns.forEach((column, place) => head.append(makeHead(root, column, place)));
  for (const row of sort(rows, root.order)) body.append(makeRow(row));
  const thead = make("thead");
  thead.append(head);
  table.append(make("caption", { textContent: caption }), thead, body);
  root.querySelector(".table").replaceChildren(table);
  if (focused) [...table.querySelectorAll("button")].find(({ textContent }) => textContent === focused)?.focus();
}

function makeHead(root, { name, better }, place) {
  const cell = make("th", { scope: "col" }), button = make("button", { type: "button", textContent: name });
  const isChosen = root.order?.place === place;
  cell.setAttribute("aria-sort", isChosen ? (root.order.isRising ? "ascending" : "descending") : "none");
  button.onclick = () => {
    root.order = { place, isRising: isChosen ? !root.order.isRising : better !== "higher" };
    root.show();
  };
  cell.append(button);
  return cell;
}

function makeRow(cells) {
  const row = make("tr");
  cells.forEach(({ text, note, best }, place) => {
    const cell = make(place ? "td" : "th", { textContent: text });
    if (note) cell.append(make("small", { textContent: note }));
    if (!place) cell.scope = "row";
    if (best) {
      cell.className = "best";
      cell.append(make("span", { className: "read-only", textContent: ", the best" }));
    }
    row.append(cell);
  });
  return row;
}

function sort(rows, order) {
  if (!order) return rows;
  const value = (row) => row[order.place].value ?? null;
  const compare = (one, other) => (typeof one === "string" ? one.localeCompare(other) : one - other);
  const isMissing = (row) => value(row) === null;
  return [...rows].sort((one, other) =>
    isMissing(one) || isMissing(other) ? isMissing(one) - isMissing(other) : (order.isRising ? 1 : -1) * compare(value(one), value(other)),
  );
}

function make(tag, fields = {}) {
  return Object.assign(document.createElement(tag), fields);
}
