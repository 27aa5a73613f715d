// Keys of the Draw page: 0 to 9 label the drawing, N says that it is not a digit, Z undoes, Y redoes, C clears the canvas,
// E erases. Ctrl or Cmd with Z and Y too. A key presses the button of the page, unless the toggle "Keys" is off.
//
// A key that comes before the answer to the last stroke is meant for that drawing: it waits for the answer.
window.slateKeys ??= (() => {
  const LETTERS = { z: "undo", y: "redo", c: "clear", e: "eraser", n: "feedback-not_a_digit", Enter: "feedback-right" };
  let waiting = null; // the key of a label button that is disabled until the answer comes

  const find = (key) => document.querySelector(`.st-key-${key} button`);

  function choose(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!event.ctrlKey && !event.metaKey) return /^\d$/.test(key) ? `feedback-${key}` : LETTERS[key];
    if (key === "z") return event.shiftKey ? "redo" : "undo";
    return key === "y" && !event.shiftKey ? "redo" : undefined;
  }

  function isMeantForAnother(event) {
    const own = event.key === "Enter" ? "button, a, [role=slider], [role=button]" : "textarea, select, [contenteditable]";
    const typing = "input:not([type=range], [type=checkbox])";
    return event.altKey || event.composedPath()[0].closest?.(`${typing}, ${own}`);
  }

  function press(key) {
    const button = find(key);
    if (button && !button.disabled) button.click();
    else if (button && key.startsWith("feedback-")) waiting = key;
  }

  addEventListener("keydown", (event) => {
    if (document.querySelector(".st-key-keys input")?.checked === false || document.querySelector("[role=dialog]")) return;
    const key = isMeantForAnother(event) ? undefined : choose(event);
    if (!key || !find(key)) return;
    event.stopPropagation();
    event.preventDefault();
    waiting = null;
    if (!event.repeat || key === "undo" || key === "redo") setTimeout(press, 0, key); // after the canvas has sent the stroke
  }, true);
  addEventListener("pointerdown", () => (waiting = null), true); // the next stroke, or a button

  new MutationObserver(() => {
    if (!waiting || find(waiting)?.disabled) return;
    const key = waiting;
    waiting = null;
    find(key)?.click();
  }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled"] });
  return true;
})();
