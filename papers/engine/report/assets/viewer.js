// The volumes of a case in NiiVue: one modality, truth and results, three linked planes.
"use strict";
(() => {
  const { element } = Report;
  const at = (id) => document.getElementById(id);
  const got = new Map();
  let shown = null, viewer = null, images = [], labels = [];

  window.REPORT_GOT = () => got.set(...window.REPORT_LOADED);

  function load(src) {
    return new Promise((done, failed) => {
      const script = element("script", { src });
      script.addEventListener("load", done);
      script.addEventListener("error", () => failed(new Error(`${src} is missing`)));
      document.head.append(script);
    });
  }

  // The volume of a file, as NIfTI in base64; a page of files may read scripts only.
  async function volume(file) {
    const name = `${shown.folder}/${file}`;
    if (!got.has(name)) await load(`images/${name}.js`);
    return got.get(name);
  }

  const channel = (color, i) => parseInt(color.slice(i, i + 2), 16);

  // A table of colors by label, the background transparent.
  function colors() {
    const table = { R: [0], G: [0], B: [0], A: [0], I: [0], labels: [""] };
    for (const { value, name, color } of shown.labels) {
      table.R.push(channel(color, 1));
      table.G.push(channel(color, 3));
      table.B.push(channel(color, 5));
      table.A.push(255);
      table.I.push(value);
      table.labels.push(name);
    }
    return table;
  }

  async function decoded(file, settings = {}) {
    const base64 = await volume(file);
    return niivue.NVImage.loadFromBase64({ base64, name: `${file}.nii.gz`, ...settings });
  }

  // One viewer and not one for each modality: each takes seconds to prepare.
  async function prepare() {
    const canvas = element("canvas", { tabindex: 0 });
    at("canvases").replaceChildren(canvas);
    const made = new niivue.Niivue({
      backColor: [0, 0, 0, 1], isColorbar: false, dragAndDropEnabled: false, loadingText: "",
      isNearestInterpolation: true, isRadiologicalConvention: true, crosshairWidth: 0.5, logLevel: "error",
      // Planes only: rendering in depth takes minutes without a graphics processor.
      sliceType: Number(at("plane").value), multiplanarShowRender: 0,
    });
    await made.attachToCanvas(canvas);
    images = [];
    for (const file of shown.nifti.images) {
      images.push(await decoded(file, { cal_min: 0, cal_max: 255 }));
    }
    labels = [];
    for (const file of shown.nifti.layers) labels.push(await decoded(file));
    for (const map of labels) map.setColormapLabel(colors());
    made.onLocationChange = ({ mm }) => place([...mm].slice(0, 3));
    return made;
  }

  const place = (mm) => {
    at("place").textContent = mm.map((x) => x.toFixed(0)).join(", ");
  };

  // The chosen modality below, the label maps over it, the crosshair where it is.
  function compose() {
    const [x, y, z] = viewer.volumes.length
      ? viewer.frac2mm(viewer.scene.crosshairPos) : shown.nifti.center;
    while (viewer.volumes.length) viewer.removeVolumeByIndex(0);
    viewer.addVolume(images[Number(at("modality").value)]);
    for (const map of labels) viewer.addVolume(map);
    viewer.scene.crosshairPos = viewer.mm2frac([x, y, z]);
    place([x, y, z]);
    opacity();
    const title = shown.images[Number(at("modality").value)];
    at("canvases").firstChild.setAttribute("aria-label", `${title}: volume`);
  }

  function opacity() {
    const share = at("depth").value / 100;
    at("maps").querySelectorAll("input").forEach((box, i) => {
      viewer.setOpacity(i + 1, box.checked ? share : 0);
    });
    viewer.drawScene();
  }

  function maps() {
    at("maps").replaceChildren(
      element("legend", { text: "Over the images" }),
      ...shown.layers.map((layer, i) => {
        const box = element("input", { type: "checkbox" });
        box.checked = i === shown.layers.length - 1;
        box.addEventListener("change", opacity);
        return element("label", {}, [box, ` ${layer.title}`]);
      }));
  }

  async function open() {
    at("open-viewer").disabled = true;
    at("viewer-says").textContent = "Preparing the viewer; without a graphics processor it takes a minute.";
    try {
      if (!window.niivue) await load("assets/niivue.umd.js");
      viewer = await prepare();
      maps();
      at("modality").replaceChildren(
        ...shown.images.map((text, value) => element("option", { value, text })));
      compose();
      at("viewer").hidden = false;
      at("open-viewer").hidden = true;
      at("viewer-says").textContent = "";
      document.body.dataset.viewer = "ready";
    } catch (error) {
      viewer = null;
      at("canvases").replaceChildren();
      at("viewer-says").textContent =
        `The volumes cannot be shown (${error.message}). The slices above are the same.`;
    }
  }

  function offer() {
    const id = Report.caseId();
    const images = window.REPORT_IMAGES || {};
    shown = Object.hasOwn(images, id) ? images[id] : null;
    viewer = null;
    at("canvases").replaceChildren();
    at("viewer").hidden = true;
    const has = Boolean(shown && shown.nifti);
    at("viewer-part").hidden = !has;
    at("open-viewer").hidden = false;
    at("open-viewer").disabled = false;
    if (has && !document.createElement("canvas").getContext("webgl2")) {
      at("open-viewer").hidden = true;
      at("viewer-says").textContent = "This browser has no WebGL2; the slices above show the same.";
    }
  }

  at("open-viewer").addEventListener("click", open);
  at("plane").addEventListener("change", () => viewer.setSliceType(Number(at("plane").value)));
  at("modality").addEventListener("change", compose);
  at("depth").addEventListener("input", opacity);
  addEventListener("hashchange", offer);
  offer();
})();
