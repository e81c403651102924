// Says how old this copy is, by the reader's clock: the file cannot know, for it may outlive who wrote it. And asks for
// a newer one, spread so that a city's browsers do not all ask at once; without scripts a meta element does, on the dot.
(() => {
  const place = document.querySelector("[data-at-ms]");
  if (place === null) return;
  const { atMs, speed, epochMs, anchorMs, now, minutes, hours, old, oldMinutes, renewSeconds } = place.dataset;
  const say = () => {
    const platformMs = Number(epochMs) + (Date.now() - Number(anchorMs)) * Number(speed);
    const age = Math.max(0, Math.floor((platformMs - Number(atMs)) / Number(speed) / 60000));
    const said = age < 1 ? now : age < 120 ? minutes.replace("{n}", age) : hours.replace("{n}", Math.floor(age / 60));
    const isOld = age >= Number(oldMinutes);
    place.textContent = isOld ? `${said} ${old}` : said;
    place.className = isOld ? "old" : "";
  };
  say();
  setInterval(say, 30000);
  if (Number(renewSeconds) > 0) setTimeout(() => location.reload(), Number(renewSeconds) * 1000 * (1 + Math.random() / 2));
})();
