// Tables of the page itself: sorted by their headings, searched by a field above them,
// and on narrow screens a card for each row.
"use strict";

// Names the columns in each cell, for cards have no heads. The roles stay those of a
// table, which some browsers forget where rows are laid out as cards.
function asCards(table) {
  const names = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  table.setAttribute("role", "table");
  for (const part of [table.tHead, ...table.tBodies]) {
    part.setAttribute("role", "rowgroup");
    for (const row of part.rows) {
      row.setAttribute("role", "row");
      [...row.cells].forEach((cell, column) => {
        const head = { col: "columnheader", row: "rowheader" }[cell.scope];
        cell.setAttribute("role", head || "cell");
        if (part !== table.tHead) cell.dataset.label = names[column];
      });
    }
  }
}

// What is wider than the screen can be scrolled by keyboard, and only that is a stop.
function watchWidth(scroll) {
  const caption = scroll.querySelector("caption");
  const label = caption ? caption.firstChild.textContent : scroll.dataset.label;
  const watch = new ResizeObserver(() => {
    const wide = scroll.scrollWidth > scroll.clientWidth;
    const needed = { tabindex: 0, role: "region", "aria-label": label };
    for (const [name, value] of Object.entries(needed)) {
      if (wide) scroll.setAttribute(name, value);
      else scroll.removeAttribute(name);
    }
  });
  watch.observe(scroll);
  for (const inside of scroll.children) watch.observe(inside);
}

document.querySelectorAll("table.plot, table.cards").forEach(asCards);
document.querySelectorAll(".scroll").forEach(watchWidth);

(() => {
  const compare = (a, b) => a.localeCompare(b, "en", { numeric: true });

  function sortBy(table, column, heading) {
    const down = heading.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("th").forEach((th) => th.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [row.cells[column].textContent, row]);
    rows.sort((a, b) => (down ? compare(b[0], a[0]) : compare(a[0], b[0])));
    body.append(...rows.map(([, row]) => row));
  }

  document.querySelectorAll("table.sortable").forEach((table) => {
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = heading.textContent;
      button.addEventListener("click", () => sortBy(table, column, heading));
      heading.replaceChildren(button);
    });
  });

  document.querySelectorAll("input.search").forEach((field) => {
    const table = document.getElementById(field.dataset.table);
    const count = document.getElementById(`${field.dataset.table}-count`);
    const show = () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of table.tBodies[0].rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        shown += !row.hidden;
      }
      count.textContent = `${shown} of ${table.tBodies[0].rows.length} values`;
    };
    field.addEventListener("input", show);
    show();
  });
})();
