// A random name for this tab, which the browser forgets when the tab is closed. The server keeps the pictures under it.
export default function ({ setStateValue }) {
  const bytes = () => [...crypto.getRandomValues(new Uint8Array(16))];
  const ticket = sessionStorage.getItem("slate-photos") ?? bytes().map((byte) => byte.toString(16).padStart(2, "0")).join("");
  sessionStorage.setItem("slate-photos", ticket);
  setStateValue("ticket", ticket);
}
