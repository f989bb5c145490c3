// The cases of one run: found, sorted by any column, each with a way to its own page.
"use strict";
(() => {
  const { data, element, number } = Report;
  const at = (id) => document.getElementById(id);
  const [select, find, table, words, shown] = ["run", "find", "cases", "words", "shown"].map(at);
  let order = null, down = false;

  for (const run of data.runs) {
    select.append(element("option", { value: run.number, text: `${run.title}: ${run.words}` }));
  }

  const current = () => data.runs.find((run) => String(run.number) === select.value);

  // The columns of a run: a name for readers, and a function from a position to a value.
  function columnsOf(run) {
    const rows = run.rows;
    const columns = [{ key: "case", label: "case", of: (i) => rows.case[i] }];
    for (const score of data.scores) {
      if (score.key in run.values) {
        const values = run.values[score.key];
        columns.push({ key: score.key, label: score.label, number: true, of: (i) => values[i] });
      }
    }
    // Behind the scores, so that a phone shows these beside the case's name.
    for (const key of ["group", "patient"]) {
      columns.push({ key, label: key, of: (i) => rows[key][i] });
    }
    for (const key of ["fold", "seed"]) {
      columns.push({ key, label: key, number: true, whole: true, of: (i) => rows[key][i] });
    }
    columns.push({ key: "status", label: "status", of: (i) => rows.status[i] });
    const empty = (column) => !column.number && rows.case.every((_, i) => !column.of(i));
    return columns.filter((column) => !empty(column));
  }

  function sorted(positions, column) {
    const missing = (value) => value === null || value === "";
    return positions.sort((i, j) => {
      const a = column.of(i), b = column.of(j);
      if (missing(a) || missing(b)) return missing(a) - missing(b);
      const first = column.number ? a - b : String(a).localeCompare(b, "en", { numeric: true });
      return down ? -first : first;
    });
  }

  function draw() {
    const run = current();
    if (!run) return;
    const columns = columnsOf(run);
    const rows = run.rows, text = find.value.toLowerCase();
    const all = rows.case.map((_, i) => i);
    const found = all.filter((i) =>
      [rows.case[i], rows.patient[i], rows.group[i]].some((w) => w.toLowerCase().includes(text)));
    const column = columns.find((one) => one.key === order);
    if (column) sorted(found, column);
    words.textContent = `${run.title}: ${run.words}. ${run.command} (commit ${run.commit})`;
    shown.textContent = `${found.length} of ${all.length} rows`;
    const head = element("tr", {}, columns.map((one) => heading(one)));
    table.replaceChildren(
      element("thead", {}, [head]),
      element("tbody", {}, found.map((i) => row(columns, i))));
  }

  function heading(column) {
    const button = element("button", { type: "button", text: column.label, "data-key": column.key });
    button.addEventListener("click", () => {
      down = order === column.key ? !down : false;
      order = column.key;
      draw();
      table.querySelector(`button[data-key="${CSS.escape(column.key)}"]`).focus();
    });
    const sort = order === column.key ? { "aria-sort": down ? "descending" : "ascending" } : {};
    return element("th", { scope: "col", ...sort }, [button]);
  }

  function row(columns, i) {
    return element("tr", {}, columns.map((column) => {
      const value = column.of(i);
      if (column.key === "case") {
        return element("th", { scope: "row" }, [
          element("a", { href: Report.caseLink(value), text: value })]);
      }
      if (!column.number) return element("td", { text: value });
      return element("td", { class: "number", text: column.whole ? String(value) : number(value) });
    }));
  }

  function open() {
    const asked = Report.chosen();
    if (asked.get("run")) select.value = asked.get("run");
    order = asked.get("score");
    down = false;
    draw();
  }

  select.addEventListener("change", () => {
    history.replaceState(null, "", `#run=${select.value}`);
    draw();
  });
  find.addEventListener("input", draw);
  addEventListener("hashchange", open);
  open();
})();
