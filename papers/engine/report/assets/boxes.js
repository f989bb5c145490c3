// The distributions of single cases: a box and a dot for each case, method by method.
"use strict";
(() => {
  const { data, element, drawn } = Report;
  const at = (id) => document.getElementById(id);
  const [group, metric, regions, boxes] = ["group", "metric", "regions", "boxes"].map(at);
  let region = "";

  data.groups.forEach((words, number) => {
    group.append(element("option", { value: number, text: words }));
  });

  const runsShown = () => data.runs.filter((run) => String(run.group) === group.value);

  function scoresShown() {
    const runs = runsShown();
    return data.scores.filter((score) => runs.some((run) => score.key in run.values));
  }

  function offerMetrics() {
    const before = metric.value;
    const names = [...new Set(scoresShown().map((score) => score.metric))];
    metric.replaceChildren(...names.map((text) => element("option", { value: text, text })));
    if (names.includes(before)) metric.value = before;
    offerRegions();
  }

  function offerRegions() {
    const names = scoresShown()
      .filter((score) => score.metric === metric.value)
      .map((score) => score.region);
    if (!names.includes(region)) region = names[0];
    regions.hidden = names.length < 2;
    const legend = regions.querySelector("legend");
    regions.replaceChildren(legend, ...names.map((name) => {
      const button = element("input", { type: "radio", name: "region", value: name });
      button.checked = name === region;
      button.addEventListener("change", () => { region = name; draw(); });
      return element("label", {}, [button, ` ${name || "all"}`]);
    }));
    draw();
  }

  function draw() {
    const score = scoresShown().find((s) => s.metric === metric.value && s.region === region);
    if (!score) return boxes.replaceChildren();
    const runs = runsShown().filter((run) => score.key in run.values);
    const values = runs.flatMap((run) => run.values[score.key]).filter((v) => v !== null);
    const low = Math.min(0, ...values), high = Math.max(...values, low + 1e-9);
    const place = (value) => `${(2 + (96 * (value - low)) / (high - low)).toFixed(2)}%`;
    const head = element("tr", {}, [
      element("th", { scope: "col", text: "method" }),
      element("th", { scope: "col", class: "track" }, [scale(low, high, place)]),
      element("th", { scope: "col", text: "median" }),
      element("th", { scope: "col", text: "cases" }),
    ]);
    const table = element("table", { class: "plot" }, [
      element("caption", { text: score.label }),
      element("thead", {}, [head]),
      element("tbody", {}, runs.map((run) => row(run, score.key, place))),
    ]);
    asCards(table);
    const scroll = element("div", { class: "scroll" }, [table]);
    boxes.replaceChildren(scroll);
    watchWidth(scroll);
  }

  function scale(low, high, place) {
    // Round steps, of which at most six fit.
    const power = 10 ** Math.floor(Math.log10((high - low) / 5));
    const step = [1, 2, 5, 10].map((x) => x * power).find((x) => (high - low) / x <= 5);
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const labels = [];
    for (let n = Math.ceil(low / step - 1e-9); n * step <= high + 1e-9 * step; n++) {
      const text = drawn("text", { x: place(n * step), y: 12 });
      text.textContent = (n * step).toFixed(digits);
      labels.push(text);
    }
    return drawn("svg", { class: "ticks", width: "100%", height: 16, "aria-hidden": "true" }, labels);
  }

  function row(run, key, place) {
    const { color } = run, values = run.values[key], box = run.boxes[key];
    const defined = values.filter((value) => value !== null);
    const marks = [];
    const line = (name, x1, x2, y1, y2) => marks.push(
      drawn("line", { class: `${name} color${color}`, x1: place(x1), x2: place(x2), y1, y2 }));
    values.forEach((value, position) => {
      if (value === null) return;
      // Spread downwards by the golden ratio: even, and the same each time.
      const y = 4 + 32 * ((position * 0.618034) % 1);
      const title = drawn("title", {});
      title.textContent = `${run.rows.case[position]}: ${Report.number(value)}`;
      marks.push(drawn("circle", { class: "case", cx: place(value), cy: y.toFixed(1), r: 2 }, [title]));
    });
    if (box) {
      line("whisker", box.low, box.q1, 20, 20);
      line("whisker", box.q3, box.high, 20, 20);
      const width = `${(parseFloat(place(box.q3)) - parseFloat(place(box.q1))).toFixed(2)}%`;
      marks.push(drawn("rect", { class: `box color${color}`, x: place(box.q1), width, y: 8, height: 24 }));
      line("middle", box.median, box.median, 8, 32);
      line("mean", box.mean, box.mean, 8, 32);
    }
    const link = element("a", {
      href: `${data.paper}-cases.html#run=${run.number}&score=${key}`, text: run.title });
    const median = box ? Report.number(box.median) : "–";
    return element("tr", {}, [
      element("th", { scope: "row" }, [link]),
      element("td", { class: "track" }, [
        drawn("svg", { width: "100%", height: 40, "aria-hidden": "true" }, marks)]),
      element("td", { class: "number", text: median }),
      element("td", { class: "number", text: String(defined.length) }),
    ]);
  }

  group.addEventListener("change", offerMetrics);
  metric.addEventListener("change", offerRegions);
  offerMetrics();
})();
