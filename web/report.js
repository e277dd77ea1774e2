// What every report page does whether or not it has charts: the list of sections, light and dark,
// details open on paper, a text beside the pointer. Runs first: the others use it.
"use strict";

var zctrace = (function () {
  const units = [[99950000, 1e9, 3, "s"], [999500, 1e6, 1, "ms"], [99950, 1e3, 0, "µs"],
    [1000, 1e3, 1, "µs"], [0, 1, 0, "ns"]];

  // As number_time() of the C side writes it.
  function time(ns) {
    const unit = units.find(candidate => ns >= candidate[0]);
    return (ns / unit[1]).toFixed(unit[2]) + " " + unit[3];
  }

  function count(value) {
    return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
  }

  function bytes(value) {
    const names = ["B", "KiB", "MiB", "GiB", "TiB"];
    let unit = 0;
    while (value >= 1024 && unit < names.length - 1) {
      value /= 1024;
      unit++;
    }
    return (Number.isInteger(value) ? value : value.toFixed(2)) + " " + names[unit];
  }

  // As number_ratio() of the C side.
  function ratio(value) {
    if (value > 0 && value < 0.005)
      return "<0.01";
    return Math.abs(value) < 1e6 ? value.toFixed(2) : value.toExponential(2);
  }

  // Text from outside: characters that change the order of others, or cannot be seen, are shown by
  // their number. As plain_text() of the C side.
  function plain(text) {
    return text === null ? null : text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164]/gu,
      character => "\\u" + character.codePointAt(0).toString(16).padStart(4, "0"));
  }

  function addSvg(parent, name, attributes, text) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.keys(attributes).forEach(key => { element.setAttribute(key, attributes[key]); });
    if (text !== undefined)
      element.textContent = text;
    parent.appendChild(element);
    return element;
  }

  function add(parent, name, attributes, text) {
    const element = document.createElement(name);
    Object.keys(attributes).forEach(key => { element.setAttribute(key, attributes[key]); });
    if (text !== undefined)
      element.textContent = text;
    parent.appendChild(element);
    return element;
  }

  // The data that the page carries for a picture; null where there is none.
  function data(id) {
    const element = document.getElementById(id);
    return element ? JSON.parse(element.textContent) : null;
  }

  // A text beside the pointer. parts are texts, every second one is set off; none of it is markup.
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");

  function write(element, parts) {
    element.textContent = "";
    parts.forEach(function (part, index) {
      const piece = document.createElement(index % 2 ? "b" : "span");
      piece.textContent = part;
      element.appendChild(piece);
    });
  }

  function showTip(x, y, parts) {
    write(tip, parts);
    tip.hidden = false;
    const width = tip.offsetWidth, height = tip.offsetHeight;
    tip.style.left = Math.max(4, Math.min(x + 14, window.innerWidth - width - 8)) + "px";
    tip.style.top = (y + 20 + height > window.innerHeight ? y - height - 10 : y + 20) + "px";
  }

  function hideTip() {
    tip.hidden = true;
  }

  // For those who listen: said when the keyboard moves within a picture.
  const spoken = document.createElement("div");
  spoken.className = "spoken";
  spoken.setAttribute("aria-live", "polite");

  function announce(text) {
    spoken.textContent = text;
  }

  function listSections() {
    const nav = document.querySelector(".top nav");
    document.querySelectorAll("main section[data-short]").forEach(function (section) {
      const link = document.createElement("a");
      link.href = "#" + section.id;
      link.textContent = section.dataset.short;
      nav.appendChild(link);
    });
  }

  function chooseTheme() {
    const root = document.documentElement, button = document.getElementById("theme");
    const system = window.matchMedia("(prefers-color-scheme: dark)");

    function isDark() {
      return root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
    }
    function label() {
      button.textContent = isDark() ? "Light" : "Dark";
      button.setAttribute("aria-label", "Switch to " + (isDark() ? "light" : "dark") + " colours");
    }
    button.hidden = false;
    button.addEventListener("click", function () {
      root.dataset.theme = isDark() ? "light" : "dark";
      label();
    });
    system.addEventListener("change", label);
    label();
  }

  // Paper cannot be clicked on.
  function openOnPaper() {
    let opened = [];
    window.addEventListener("beforeprint", function () {
      opened = Array.from(document.querySelectorAll("details:not([open])"));
      opened.forEach(details => { details.open = true; });
      // What was folded away has not been drawn yet.
      document.querySelectorAll(".plot").forEach(function (plot) {
        if (plot.timeline)
          plot.timeline.resize();
      });
    });
    window.addEventListener("afterprint", function () {
      opened.forEach(details => { details.open = false; });
    });
  }

  document.body.appendChild(tip);
  document.body.appendChild(spoken);
  listSections();
  chooseTheme();
  openOnPaper();
  return { time: time, count: count, bytes: bytes, ratio: ratio, plain: plain, data: data,
    page: data("report-data"), add: add, addSvg: addSvg, write: write, showTip: showTip,
    hideTip: hideTip, announce: announce };
})();
