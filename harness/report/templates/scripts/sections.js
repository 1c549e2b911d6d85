"use strict";
// Tells in the navigation which section is being read.
(() => {
  const links = new Map(Array.from(document.querySelectorAll(".sections a"), (link) => [link.hash.slice(1), link]));
  const read = new Set();

  // The first of those that are in the upper part of the window.
  function mark() {
    const now = [...links.keys()].find((id) => read.has(id));
    for (const [id, link] of links) {
      if (id !== now) link.removeAttribute("aria-current");
      else if (!link.hasAttribute("aria-current")) {
        link.setAttribute("aria-current", "true");
        const list = link.closest("ul");
        list.scrollTo({ left: link.offsetLeft - (list.clientWidth - link.offsetWidth) / 2 });
      }
    }
  }

  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) read.add(target.id);
      else read.delete(target.id);
    }
    if (read.size) mark();
  }, { rootMargin: "-20% 0px -65%" });
  for (const id of links.keys()) observer.observe(document.getElementById(id));
})();
