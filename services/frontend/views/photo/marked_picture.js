// Shows a picture with a button on each digit, and sends the index of the digit that was tapped.
// A tap counts for the nearest digit, because on a phone a digit of a full page is smaller than a finger.
const REACH = 24; // CSS pixels
const SMALL = 44, TINY = 22; // CSS pixels a digit is high; smaller ones have less drawn around and on them

export default function ({ data, parentElement, setTriggerValue }) {
  const picture = parentElement.querySelector(".photo");
  if (picture.dataset.version !== data.version) build(picture, data);
  const watch = new ResizeObserver(() => fit(picture, data));
  watch.observe(picture);
  mark(picture, data);
  picture.onclick = (event) => {
    const place = event.detail === 0 ? event.target.dataset?.place : findNearest(picture, event);
    if (place !== undefined) setTriggerValue("tapped", Number(place));
  };
  picture.onkeydown = (event) => move(picture, event);
  return () => watch.disconnect();
}

// What is drawn around a digit must not hide it: how much that is depends on the size that it has on this screen.
function fit(picture, { boxes }) {
  const heights = boxes.map(([, , , height]) => (height / 100) * picture.clientHeight).sort((one, other) => one - other);
  const usual = heights[Math.floor(heights.length / 2)] ?? SMALL;
  picture.dataset.digits = usual >= SMALL ? "large" : usual >= TINY ? "small" : "tiny";
}

function build(picture, { version, ratio, preview, boxes, name }) {
  picture.dataset.version = version;
  picture.style.setProperty("--ratio", ratio);
  picture.setAttribute("aria-label", `Digits on ${name}`);
  const whole = Object.assign(new Image(), { className: "whole", alt: name, src: preview });
  const ink = Object.assign(new Image(), { className: "ink", alt: "" });
  picture.replaceChildren(whole, ink, ...boxes.map(makeButton));
}

function makeButton([left, top, width, height], place) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.place = place;
  button.dataset.testid = "box";
  Object.assign(button.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
  button.append(Object.assign(document.createElement("span"), { textContent: place + 1 }));
  return button;
}

// One button is in the tab order, and the arrow keys move on from it.
function mark(picture, { outlines, marks, labels, tapped }) {
  const ink = picture.querySelector(".ink");
  ink.hidden = !outlines;
  if (outlines && ink.src !== outlines) ink.src = outlines;
  const inOrder = tapped ?? 0;
  picture.querySelectorAll("button").forEach((button, place) => {
    button.className = `box ${marks[place]}${place === tapped ? " tapped" : ""}`;
    button.setAttribute("aria-label", labels[place]);
    button.setAttribute("aria-pressed", place === tapped);
    button.tabIndex = place === inOrder ? 0 : -1;
  });
}

function findNearest(picture, { clientX, clientY }) {
  let nearest, distance = REACH;
  for (const button of picture.querySelectorAll("button")) {
    const box = button.getBoundingClientRect();
    const x = Math.max(box.left - clientX, 0, clientX - box.right);
    const y = Math.max(box.top - clientY, 0, clientY - box.bottom);
    const inside = Math.hypot((box.left + box.right) / 2 - clientX, (box.top + box.bottom) / 2 - clientY) / 1000;
    const away = Math.hypot(x, y) + inside; // where boxes overlap, the nearer centre
    if (away < distance) [nearest, distance] = [button.dataset.place, away];
  }
  return nearest;
}

function move(picture, event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const buttons = [...picture.querySelectorAll("button")];
  const next = buttons[buttons.indexOf(event.target) + step];
  if (!next || !buttons.includes(event.target)) return;
  event.preventDefault();
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
