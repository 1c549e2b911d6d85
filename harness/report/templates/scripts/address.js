"use strict";
// Keeps the setting in the fragment of the page's address, so that a link carries it and a page that is loaded again still has it.
const address = (() => {
  const REST = 250; // milliseconds without a change, after which it is written: browsers refuse to be told at every step
  let timer = null;

  const settings = () => new Map(page.profiles.filter(page.isTurned).map((name) => [name, page.turnedTo(name)]));
  const isPlain = () => !settings().size && page.profile() === page.profiles[0];
  const here = () => window.location.href.split("#")[0] + fragment.write(settings(), page.profile(), page.data);

  // What the address says becomes the setting; says whether it says anything.
  function take() {
    const told = fragment.read(window.location.hash, page.data);
    if (told) page.restore(told.settings, told.current);
    return told !== null;
  }

  function write() {
    const says = fragment.read(window.location.hash, page.data) !== null;
    if (isPlain() && !says) return;
    const [bare] = window.location.href.split("#");
    try {
      window.history.replaceState(null, "", isPlain() ? bare : here());
    } catch {
      // a page in a frame may not: the setting holds as long as the page is open
    }
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(write, REST);
  }

  if (take() && performance.getEntriesByType("navigation").some((entry) => entry.type === "navigate")) {
    window.addEventListener("load", () => document.getElementById("what-if").scrollIntoView());
  }
  page.on("setting", later);
  // A link within the page takes the setting's place in the address: it comes back once others have seen where the link goes.
  window.addEventListener("hashchange", () => { if (!take()) later(); });

  return { here };
})();
