"use strict";
/* What is wider than the screen scrolls, and can be reached by keyboard for that. */
(() => {
  const look = () => {
    for (const box of document.querySelectorAll("pre, .formula, .table-wrapper")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  addEventListener("load", look);
  addEventListener("resize", look);
  addEventListener("toggle", look, true); // what was folded has its width only now
})();
