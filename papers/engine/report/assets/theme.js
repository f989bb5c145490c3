// Light or dark: what the reader chose before, else what the system says.
"use strict";
(() => {
  const root = document.documentElement;
  let chosen = null;
  try {
    chosen = localStorage.getItem("report-theme");
  } catch (error) {
    chosen = null; // a browser may keep nothing for pages of the file system
  }
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    root.dataset.theme = chosen || (dark.matches ? "dark" : "light");
  };
  show();
  dark.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", () => {
    document.getElementById("theme").addEventListener("click", () => {
      chosen = root.dataset.theme === "dark" ? "light" : "dark";
      show();
      try {
        localStorage.setItem("report-theme", chosen);
      } catch (error) {
        return; // it then lasts as long as the page
      }
    });
  });
})();
