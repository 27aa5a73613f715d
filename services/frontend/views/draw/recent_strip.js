// The strip of recent drawings: one button for each, which tells the page that it was tapped. A button whose drawing stays
// is kept, so the strip keeps its focus and does not flicker when a new drawing comes.
export default function ({ data, parentElement, setTriggerValue }) {
  const strip = parentElement.querySelector(".strip");
  const known = new Map([...strip.querySelectorAll("button")].map((button) => [button.dataset.id, button]));
  const items = data.entries.map((entry) => show(known.get(entry.id) ?? makeButton(), entry));
  const note = Object.assign(document.createElement("p"), { textContent: data.note });
  strip.replaceChildren(...(data.note ? [note] : items));
  if (items.length) Object.assign(strip, { role: "list", ariaLabel: "Recent drawings" });
  strip.onclick = (event) => {
    const button = event.target.closest("button");
    if (button) setTriggerValue("tapped", button.dataset.id);
  };
}

function makeButton() {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.append(Object.assign(new Image(), { alt: "" }), document.createElement("span"));
  const item = document.createElement("div");
  item.setAttribute("role", "listitem");
  item.append(button);
  return button;
}

function show(button, entry) {
  Object.assign(button.dataset, { id: entry.id, digit: entry.digit, label: entry.label });
  button.className = `entry ${entry.mark}`;
  button.title = entry.words;
  button.setAttribute("aria-label", `Open the drawing ${entry.words}`);
  const [picture, caption] = button.children;
  if (picture.src !== entry.picture) picture.src = entry.picture;
  const struck = Object.assign(document.createElement("s"), { textContent: entry.struck });
  caption.replaceChildren(...(entry.struck ? [struck, " "] : []), entry.sign + (entry.mark === "right" ? " ✓" : ""));
  return button.parentElement;
}
