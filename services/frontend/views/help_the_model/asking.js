// Asks about the drawings of a batch, one after the other. The next drawing appears at once. All answers of the batch go
// to the page with each new one, so none gets lost if several come before the page has taken the last.
const KEYS = { n: "not_a_digit", "-": "not_a_digit", s: "skip", " ": "skip", z: "undo", backspace: "undo", enter: "more" };
const SIGNS = { not_a_digit: "–", skip: "»" };

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".asking");
  root.send = () => setStateValue("given", { batch: root.dataset.batch, answers: [...root.answers] });
  root.more = () => setTriggerValue("more", root.dataset.batch);
  root.hasKeys = data.keys;
  if (root.dataset.batch !== data.batch) begin(root, data);
  root.onclick = (event) => take(root, event);
  window.slateAskingKeys ??= listen();
}

function begin(root, { batch, questions, answers }) {
  root.dataset.batch = batch;
  root.questions = questions;
  root.answers = [...answers];
  root.pictures = questions.map(({ picture }) => Object.assign(new Image(), { src: picture, alt: "The drawing to label" }));
  root.querySelector(".slots").replaceChildren(...questions.map(makeSlot));
  show(root);
}

function makeSlot({ id }) {
  const slot = document.createElement("li");
  slot.dataset.id = id;
  return slot;
}

function take(root, event) {
  const button = event.target.closest("button");
  if (!button) return;
  if (event.detail > 0) button.blur(); // after a tap, the space bar skips and does not press the button again
  if (button.name === "more") {
    button.disabled = true; // until the next batch comes
    return root.more();
  }
  if (button.name === "undo") root.answers.pop();
  else root.answers.push(/^\d$/.test(button.name) ? Number(button.name) : button.name);
  root.send();
  show(root);
}

function show(root) {
  const { answers, questions } = root;
  const find = (part) => root.querySelector(part);
  const place = answers.length, question = questions[place];
  find("figure").replaceChildren(...(question ? [root.pictures[place]] : []));
  find("figure").hidden = !question;
  find(".finished").hidden = Boolean(question);
  find("[data-testid=progress]").textContent = question ? `${place + 1} of ${questions.length}` : "Done";
  find("[data-testid=why]").textContent = question ? question.why : "";
  if (!question) find(".finished b").textContent = sum(answers);
  find("[name=more]").disabled = Boolean(question);
  root.querySelectorAll(".slots li").forEach((slot, index) => {
    slot.textContent = index < place ? (SIGNS[answers[index]] ?? answers[index]) : "";
    slot.className = index < place ? "answered" : index === place ? "asked" : "";
  });
  for (const button of root.querySelectorAll(".pad button")) {
    button.disabled = button.name === "undo" ? place === 0 : !question;
    const isNamed = (label) => Boolean(question) && String(label) === button.name;
    const [note, words] = isNamed(question?.said) ? ["label", "the label now"] : isNamed(question?.suggested) ? ["perhaps", "perhaps"] : ["", ""];
    button.dataset.note = note;
    button.setAttribute("aria-label", [button.textContent, words].filter(Boolean).join(", "));
  }
}

function sum(answers) {
  const labels = answers.filter((answer) => answer !== "skip").length;
  return labels ? `Thank you for ${labels} label${labels === 1 ? "" : "s"}.` : "Nothing labelled this time.";
}

function listen() {
  const pressed = (event) => {
    const root = document.querySelector(".asking");
    if (!root?.hasKeys || event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
    const target = event.composedPath()[0], key = event.key.toLowerCase();
    if (target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    if ((key === " " || key === "enter") && target.closest?.("button, a, input, summary, [role=menuitem]")) return; // it is pressed
    const name = KEYS[key] ?? (/^\d$/.test(key) && key);
    const button = name && root.querySelector(`button[name="${name}"]`);
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    if (!button.disabled) button.click();
  };
  document.addEventListener("keydown", pressed, true);
  return true;
}
