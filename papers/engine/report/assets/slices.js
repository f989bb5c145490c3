// The images of a case: one slice, and over it truth and results as areas or contours.
"use strict";
(() => {
  const { element } = Report;
  const at = (id) => document.getElementById(id);
  const MODES = ["off", "contour", "fill"];
  let shown = null, modes = [];

  function open() {
    const id = Report.caseId();
    const images = window.REPORT_IMAGES || {};
    shown = Object.hasOwn(images, id) ? images[id] : null;
    at("pictures").hidden = !shown;
    if (at("no-images")) at("no-images").hidden = Boolean(shown) || id === null;
    if (!shown) return;
    // Truth as a contour and the last result as an area: both can be seen at once.
    modes = shown.layers.map((layer, i) =>
      layer.title === "truth" ? "contour" : i === shown.layers.length - 1 ? "fill" : "off");
    at("image").replaceChildren(
      ...shown.images.map((text, value) => element("option", { value, text })));
    at("slice").max = shown.slices.length - 1;
    at("slice").value = Math.floor((shown.slices.length - 1) / 2);
    at("slice-label").hidden = shown.slices.length < 2;
    at("layers").replaceChildren(...shown.layers.map(choices));
    at("labels").replaceChildren(...shown.labels.map(({ name, color, paper }) => {
      const swatch = element("span", { class: "swatch" });
      swatch.style.background = color;
      const words = paper ? `${name} (in the figures: ${paper})` : name;
      return element("span", { class: "key" }, [swatch, words]);
    }));
    at("license").textContent = shown.license;
    at("layer-runs").replaceChildren(...shown.layers.filter((layer) => layer.run)
      .map((layer) => element("li", { text: `${layer.title}: ${layer.run}` })));
    volumes();
    draw();
  }

  function choices(layer, i) {
    return element("fieldset", {}, [
      element("legend", { text: layer.title }),
      ...MODES.map((mode) => {
        const button = element("input", { type: "radio", name: `layer${i}`, value: mode });
        button.checked = modes[i] === mode;
        button.addEventListener("change", () => { modes[i] = mode; draw(); });
        return element("label", {}, [button, ` ${mode}`]);
      }),
    ]);
  }

  function picture(name, slice) {
    const image = element("img", { src: `images/${shown.folder}/${name}-${slice}.png`, alt: "" });
    return image;
  }

  function draw() {
    const slice = Number(at("slice").value), image = Number(at("image").value || 0);
    const [width, height] = shown.size;
    const z = shown.slices[slice];
    at("slice-at").textContent = z === null ? "" : `${z}`;
    const layers = modes.flatMap((mode, i) => {
      if (mode === "off") return [];
      const over = picture(`${mode}${i}`, slice);
      over.className = "over";
      if (mode === "fill") over.style.opacity = at("opacity").value / 100;
      return [over];
    });
    const view = at("view");
    view.style.aspectRatio = `${width} / ${height}`;
    view.replaceChildren(picture(`image${image}`, slice), ...layers);
    const words = shown.layers.map((layer, i) => `${layer.title}: ${modes[i]}`).join(", ");
    const place = z === null ? "" : `, slice ${z}`;
    view.setAttribute("aria-label", `${shown.images[image]}${place}; ${words}`);
  }

  function volumes() {
    at("volumes-part").hidden = !shown.volumes;
    if (!shown.volumes) return;
    const names = ["region", ...shown.layers.map((layer) => layer.title)];
    at("volumes").replaceChildren(
      element("thead", {}, [
        element("tr", {}, names.map((text) => element("th", { scope: "col", text })))]),
      element("tbody", {}, shown.volumes.map(([region, values]) =>
        element("tr", {}, [
          element("th", { scope: "row", text: region }),
          ...values.map((value) => element("td", { class: "number", text: value.toFixed(2) })),
        ]))));
  }

  for (const id of ["image", "slice", "opacity"]) at(id).addEventListener("input", draw);
  addEventListener("hashchange", open);
  open();
})();
