// Ctrl+V on the Photo page: files from the clipboard go to the field for files, as if the visitor had chosen them there.
window.slatePaste ??= (() => {
  document.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files, field = document.querySelector(".st-key-intake input[type=file]");
    if (!files?.length || !field || field.disabled) return;
    event.preventDefault();
    field.files = files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
  return true;
})();
