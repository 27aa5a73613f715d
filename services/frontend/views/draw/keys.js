// Keys of the Draw page: 0 to 9 label the drawing, N says that it is not a digit, Z undoes the last stroke, C clears the
// canvas. A key presses the button of the page, unless the toggle "Keys" is off.
window.slateKeys ??= (() => {
  const pressed = (event) => {
    const typing = event.composedPath()[0].closest?.("input:not([type=range], [type=checkbox]), textarea, select, [contenteditable]");
    if (document.querySelector(".st-key-keys input")?.checked === false) return;
    if (typing || event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
    const key = { z: "undo", c: "clear", n: "feedback-not_a_digit" }[event.key.toLowerCase()] ?? (/^\d$/.test(event.key) && `feedback-${event.key}`);
    const button = key && document.querySelector(`.st-key-${key} button`);
    if (!button) return;
    event.stopPropagation();
    if (!button.disabled) button.click();
  };
  document.addEventListener("keydown", pressed, true);
  return true;
})();
