// One case: what each run scored on it.
"use strict";
(() => {
  const { data, element, number } = Report;
  const at = (id) => document.getElementById(id);

  function draw() {
    const id = Report.chosen().get("case");
    if (id === null) {
      at("about").textContent = "No case is named; choose one from the list of cases.";
      return;
    }
    at("title").textContent = id;
    document.title = `${data.paper}: ${id}`;
    const found = data.runs.flatMap((run) =>
      run.rows.case.flatMap((name, i) => (name === id ? [[run, i]] : [])));
    if (!found.length) {
      at("about").textContent = "No run has scored this case.";
      at("scores").replaceChildren();
      return;
    }
    const [first, i] = found[0];
    const facts = [first.rows.group[i], first.rows.patient[i] && `patient ${first.rows.patient[i]}`];
    at("about").textContent = facts.filter(Boolean).join(", ");
    at("back").href = `${data.paper}-cases.html#run=${first.number}`;
    const scores = data.scores.filter((score) => found.some(([run]) => score.key in run.values));
    const names = ["method", ...scores.map((score) => score.label), "fold", "seed", "run"];
    at("scores").replaceChildren(
      element("thead", {}, [
        element("tr", {}, names.map((text) => element("th", { scope: "col", text })))]),
      element("tbody", {}, found.map(([run, i]) => row(run, i, scores))));
  }

  function row(run, i, scores) {
    const link = { href: `${data.paper}-cases.html#run=${run.number}`, text: run.title };
    const values = scores.map((score) => (run.values[score.key] || [])[i]);
    const status = run.rows.status[i];
    return element("tr", {}, [
      element("th", { scope: "row" }, [element("a", link)]),
      ...values.map((value) => element("td", { class: "number", text: number(value) })),
      element("td", { class: "number", text: String(run.rows.fold[i]) }),
      element("td", { class: "number", text: String(run.rows.seed[i]) }),
      element("td", { class: "run", text: status === "ok" ? run.words : `${run.words}; ${status}` }),
    ]);
  }

  addEventListener("hashchange", draw);
  draw();
})();
