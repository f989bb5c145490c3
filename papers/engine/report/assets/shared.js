// What the scripts of several pages use. Texts are set as text, never as HTML.
"use strict";
const Report = {
  data: window.REPORT_DATA,

  element(name, texts = {}, children = []) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(texts)) {
      if (key === "text") made.textContent = value;
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  },

  drawn(name, attributes, children = []) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  },

  // A number with four decimals, as the tables have it; nothing where it is not defined.
  number(value) {
    if (value === null || value === undefined) return "–";
    return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : value.toFixed(4);
  },

  // What stands behind the # of the address: run=3&score=dice.
  chosen() {
    return new URLSearchParams(location.hash.slice(1));
  },

  // The case of a page of one, or the one that the address names, or null.
  caseId() {
    return document.body.dataset.case ?? Report.chosen().get("case");
  },

  caseLink(id) {
    return `${Report.data.paper}-case.html#case=${encodeURIComponent(id)}`;
  },
};
