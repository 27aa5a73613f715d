// Streamlit calls the menu of a phone a sidebar. The button says "Menu" on the page (frame.css), so it must say so to
// screen readers as well. Streamlit's list of pages with sections is no valid list; here it is groups with names. A page
// that was chosen on a phone is not hidden behind the menu. Streamlit makes all of it anew when the menu opens or closes.
window.slateMenu ??= (() => {
  const NAMES = { stExpandSidebarButton: "Menu", stSidebarCollapseButton: "Close menu" };
  const LIST = '[data-testid="stSidebarNavItems"]';
  const mend = () => {
    for (const [id, name] of Object.entries(NAMES)) {
      const place = document.querySelector(`[data-testid="${id}"]`);
      const button = place?.matches("button") ? place : place?.querySelector("button");
      if (button && button.ariaLabel !== name) button.ariaLabel = name;
    }
    for (const item of document.querySelectorAll(`${LIST}:not([role]), ${LIST} li:not([role])`)) item.role = "none";
    for (const section of document.querySelectorAll(`${LIST} > div:not([role]):has(header)`)) {
      section.role = "group";
      section.ariaLabel = section.querySelector("header p")?.textContent;
    }
  };
  new MutationObserver(mend).observe(document.querySelector(".stApp"), { childList: true, subtree: true });
  mend();
  document.addEventListener("click", (event) => {
    if (innerWidth >= 768 || !event.target.closest?.('[data-testid="stSidebarNavLink"]')) return;
    setTimeout(() => document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click());
  });
  return true;
})();
