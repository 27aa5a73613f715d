// Lets the clock of the Play page run between two answers of the page. Who prefers less motion sees whole seconds.
window.slatePlayClock ??= setInterval(() => {
  const clock = document.querySelector(".play-clock[data-running]");
  if (!clock) return;
  clock.seenAt ??= performance.now();
  const running = Number(clock.dataset.running) + (performance.now() - clock.seenAt) / 1000;
  const seconds = Number(clock.dataset.base) + Math.max(0, running);
  const text = matchMedia("(prefers-reduced-motion: reduce)").matches ? `${Math.floor(seconds)} s` : `${seconds.toFixed(1)} s`;
  if (clock.textContent !== text) clock.textContent = text;
}, 100);
