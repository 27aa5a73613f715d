// Files for the Photo page, however they come: chosen, dropped, or pasted with Ctrl+V. Those that are too large are left
// out with a sentence, because Streamlit's field only colours them red. The others go on to the field.
window.slateIntake ??= (() => {
  const own = new WeakSet(), MIB = 1024 * 1024;
  const find = (selector) => document.querySelector(`.st-key-intake ${selector}`);

  function take(event, files) {
    const field = find("input[type=file]"), note = find(".too-large");
    if (!field || !note || field.disabled || !files?.length) return;
    const limit = Number(note.dataset.limit);
    const large = [...files].filter((file) => file.size > limit * MIB);
    note.hidden = large.length === 0;
    note.textContent = large.map((file) => `${file.name} has ${(file.size / MIB).toFixed(1)} MB; at most ${limit} MB are allowed. Choose a smaller one.`).join(" ");
    if (event.type === "change" && !large.length) return; // the field has them already
    event.preventDefault();
    event.stopImmediatePropagation();
    const kept = new DataTransfer();
    [...files].filter((file) => !large.includes(file)).forEach((file) => kept.items.add(file));
    field.files = kept.files;
    const change = new Event("change", { bubbles: true });
    own.add(change);
    if (kept.files.length) field.dispatchEvent(change);
  }

  document.addEventListener("change", (event) => !own.has(event) && event.target === find("input[type=file]") && take(event, event.target.files), true);
  document.addEventListener("drop", (event) => find("[data-testid=stFileUploaderDropzone]")?.contains(event.target) && take(event, event.dataTransfer?.files), true);
  document.addEventListener("paste", (event) => take(event, event.clipboardData?.files), true);
  return true;
})();
