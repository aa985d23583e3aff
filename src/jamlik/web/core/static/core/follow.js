// Follows background work without loading the page anew, so that focus and reading place stay. Without scripts the page
// reloads itself instead (core/parts/follow.html).
(() => {
  "use strict";
  const EVERY = 2000;
  const region = () => document.querySelector("[data-follow]");

  const look = async () => {
    let page;
    try {
      const response = await fetch(location.href, { credentials: "same-origin" });
      if (response.redirected) {
        location.assign(response.url);
        return;
      }
      page = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch {
      setTimeout(look, EVERY * 5); // the site does not answer: it may be back in a while
      return;
    }
    const next = page.querySelector("[data-follow]");
    if (!next) {
      location.reload(); // it has ended: the whole page is another one now
      return;
    }
    if (region().innerHTML !== next.innerHTML) {
      region().innerHTML = next.innerHTML;
    }
    setTimeout(look, EVERY);
  };

  if (region()) {
    setTimeout(look, EVERY);
  }
})();
