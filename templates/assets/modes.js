// Before the first paint: a person's choices go onto <html>, where 95-modes.css finds them. No module,
// because modules wait. Everything else of the modes is in toolbar*.js and builds on window.modes.
(() => {
  const root = document.documentElement;
  const SHOWN = ["mode", "theme", "size", "zoom", "pointer", "pictures"];

  const read = () => {
    try {
      return JSON.parse(localStorage.modes) || {};
    } catch {
      return chosen; // a private window may refuse storage: choices then last as long as the page
    }
  };
  const show = () => {
    chosen = read();
    for (const name of SHOWN) {
      if (chosen[name]) root.dataset[name] = chosen[name];
      else delete root.dataset[name];
    }
    root.toggleAttribute("data-single", chosen.mode === "senior" || chosen.size > 1 || chosen.zoom > 0);
  };
  const change = (choices) => {
    chosen = { ...read(), ...choices };
    try {
      localStorage.modes = JSON.stringify(chosen);
    } catch {
      // see above
    }
    show();
    dispatchEvent(new Event("modes"));
  };

  const arrive = (inside) => {
    if (root.dataset.kind === "senior" || location.hash === "#senior") change({ mode: "senior" });
    // Nobody is sent anywhere: who comes from outside and last read the other script gets one line.
    root.toggleAttribute("data-offer", !inside && Boolean(chosen.script) && chosen.script !== root.lang);
  };

  let chosen = {};
  chosen = read();
  show();
  arrive(document.referrer.startsWith(location.origin));
  if ("kiosk" in root.dataset && chosen.mode === undefined) change({ mode: "senior" }); // large targets
  addEventListener("pageshow", show);
  addEventListener("storage", show);
  window.modes = { read, change, arrive };
})();
