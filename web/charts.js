// The bars of where the time went, the dots of every run, and the latency histograms of the tables of
// calls: drawn from the report's data, and named under the pointer.
"use strict";

(function () {
  const add = zctrace.add, addSvg = zctrace.addSvg, page = zctrace.page;

  function tipOn(element, parts) {
    element.addEventListener("mousemove", function (event) {
      zctrace.showTip(event.clientX, event.clientY, parts());
    });
    element.addEventListener("mouseleave", zctrace.hideTip);
  }

  function percent(part, whole) {
    return whole > 0 && part > 0 ? Math.min(100, 100 * part / whole) : 0;
  }

  // Of many scenarios the first are shown, the rest is folded away.
  function folded(place, index, shown, total) {
    if (index === shown) {
      const details = add(place, "details", { class: "more" });
      add(details, "summary", {}, (total - shown) + " more");
      return details;
    }
    return place;
  }

  // --- where the time went ---

  // In the order of enum time_part.
  const PARTS = [["user", "user mode"], ["copying", "data calls, on the CPU"],
    ["other", "other kernel time"], ["runnable", "waiting for a CPU"], ["blocked", "blocked"]];
  const BARS_SHOWN = 6, ROLES_SHOWN = 100;

  function sum(values) {
    return values.reduce((total, value) => total + value, 0);
  }

  function bar(place, role, scale) {
    const row = add(place, "div", { class: "bar-row" });
    add(row, "p", { class: "bar-name" }, role.role);
    if (role.why !== null) {
      const text = add(row, "p", {});
      add(text, "span", { class: "unmeasured" }, "not measured");
      add(text, "small", { class: "why" }, " " + role.why);
      return;
    }
    const svg = addSvg(row, "svg", { class: "bar", height: 26, "aria-hidden": "true" });
    const figures = add(row, "ul", { class: "bar-figures" });
    let left = 0;
    role.ns.forEach(function (ns, part) {
      const width = percent(ns, scale);
      addSvg(svg, "rect", { class: PARTS[part][0], x: left + "%", width: width + "%", height: 26 });
      left += width;
      if (ns === 0)
        return;
      const item = add(figures, "li", {});
      add(item, "i", { class: "swatch " + PARTS[part][0] });
      item.appendChild(document.createTextNode(PARTS[part][1] + " " + zctrace.time(ns)));
    });
  }

  function bars(place) {
    const measured = page.scenarios.filter(scenario => scenario.times.length);
    const scale = Math.max(...measured.flatMap(scenario =>
      scenario.times.map(role => sum(role.ns))), 1);
    let where = place;
    measured.forEach(function (scenario, index) {
      where = folded(where, index, BARS_SHOWN, measured.length);
      add(where, "h3", {}, scenario.name);
      scenario.times.slice(0, ROLES_SHOWN).forEach(role => { bar(where, role, scale); });
    });
  }

  // --- every run ---

  function median(scenario, traced) {
    return scenario.elapsed_ns[traced ? "traced" : "untraced"].median;
  }

  // A median is the report's, where it has one.
  const QUANTITIES = [
    { id: "elapsed", words: "elapsed time", text: zctrace.time, of: run => run.elapsed_ns,
      median: median },
    { id: "cpu", words: "CPU time of the sender", text: zctrace.time,
      of: run => run.sender_user_ns + run.sender_system_ns,
      median: (scenario, traced) => traced ? null : scenario.sender_cpu_ns.untraced.median },
    { id: "receiver", words: "CPU time of the receiver", text: zctrace.time,
      of: run => run.receiver_user_ns + run.receiver_system_ns, median: () => null },
    { id: "crossings", words: "crossings (traced runs)", text: zctrace.count,
      of: run => run.crossings, median: scenario => scenario.crossings.total },
    { id: "faults", words: "page faults in user mode (traced runs)", text: zctrace.count,
      of: run => run.faults_user, median: () => null },
    { id: "voluntary", words: "voluntary context switches (traced runs)", text: zctrace.count,
      of: run => run.voluntary, median: () => null },
    { id: "involuntary", words: "involuntary context switches (traced runs)",
      text: zctrace.count, of: run => run.involuntary, median: () => null },
  ];
  const RUNS_SHOWN = 400, SCENARIOS_SHOWN = 8, ROW_HEIGHT = 30, TICKS = 4;

  // The smallest round number that is not below the value.
  function niceCeiling(value) {
    const unit = Math.pow(10, Math.floor(Math.log10(value)));
    return [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 5, 6, 8, 10].map(step => step * unit)
      .find(step => step >= value) || 10 * unit;
  }

  // Runs lie below each other in the order in which they were made, so that a drift shows.
  function drawDots(row, scenario, name, traced, quantity, most) {
    const runs = scenario.runs.filter(run => run.traced === traced && quantity.of(run) !== null)
      .slice(0, RUNS_SHOWN);
    const middle = quantity.median(scenario, traced), svg = row.querySelector("svg");
    svg.textContent = "";
    for (let i = 0; i <= TICKS; i++)
      addSvg(svg, "line", { class: "grid", x1: 100 * i / TICKS + "%", x2: 100 * i / TICKS + "%",
        y1: 0, y2: ROW_HEIGHT });
    if (middle !== null && runs.length)
      addSvg(svg, "line", { class: "median", x1: percent(middle, most) + "%",
        x2: percent(middle, most) + "%", y1: 1, y2: ROW_HEIGHT - 1 });
    runs.forEach(function (run, index) {
      const circle = addSvg(svg, "circle", { r: 4, cx: percent(quantity.of(run), most) + "%",
        cy: runs.length > 1 ? 6 + (ROW_HEIGHT - 12) * index / (runs.length - 1) : ROW_HEIGHT / 2 });
      tipOn(circle, () => ["", quantity.text(quantity.of(run)), " " + name + ", " +
        (traced ? "traced" : "untraced") + ", run " + (index + 1)]);
    });
    row.querySelector(".dots-figures").textContent = middle === null ? "" :
      "median " + quantity.text(middle);
  }

  function drawAllDots(plot, rows, quantity) {
    const values = rows.flatMap(row => row.scenario.runs.map(quantity.of))
      .filter(value => value !== null);
    const most = niceCeiling(Math.max(1, values.reduce((a, b) => Math.max(a, b), 0)));
    rows.forEach(function (row) {
      drawDots(row.element, row.scenario, row.name, row.traced, quantity, most);
    });
    plot.querySelectorAll(".ticks span").forEach(function (tick, index) {
      tick.textContent = index ? quantity.text(Math.round(most * index / TICKS)) : "0";
    });
  }

  function addRow(place, label) {
    const row = add(place, "div", { class: "dots-row " + label });
    add(row, "p", {}, label === "axis" ? "" : label);
    return row;
  }

  function chooser(before, changed) {
    const label = document.createElement("label");
    label.className = "chooser";
    label.textContent = "Show ";
    const select = add(label, "select", { id: "runs-quantity" });
    QUANTITIES.forEach(quantity => {
      add(select, "option", { value: quantity.id }, quantity.words);
    });
    select.addEventListener("change", function () {
      changed(QUANTITIES.find(quantity => quantity.id === select.value));
    });
    before.parentNode.insertBefore(label, before);
  }

  function dots(plot) {
    const measured = page.report.scenarios.map((scenario, index) => [scenario, index])
      .filter(pair => !pair[0].failed && pair[0].runs.length);
    const axis = addRow(plot, "axis"), ticks = add(axis, "p", { class: "ticks" }), rows = [];
    let where = plot;
    for (let i = 0; i <= TICKS; i++)
      add(ticks, "span", {});
    add(axis, "p", {});
    measured.forEach(function (pair, place) {
      const name = page.scenarios[pair[1]].name;
      where = folded(where, place, SCENARIOS_SHOWN, measured.length);
      add(where, "h3", {}, name);
      [false, true].forEach(function (traced) {
        if (!pair[0].runs.some(run => run.traced === traced))
          return;
        const element = addRow(where, traced ? "traced" : "untraced");
        addSvg(element, "svg", { class: "dots", height: ROW_HEIGHT, "aria-hidden": "true" });
        add(element, "p", { class: "dots-figures" });
        rows.push({ element: element, scenario: pair[0], name: name, traced: traced });
      });
    });
    chooser(plot, quantity => { drawAllDots(plot, rows, quantity); });
    drawAllDots(plot, rows, QUANTITIES[0]);
  }

  // --- latency histograms ---

  const HEIGHT = 34, LEAST_BUCKETS = 12;

  // The buckets that a scenario's histograms use, so that all share one scale of time.
  function usedBuckets(calls) {
    let first = Infinity, last = -1;
    calls.forEach(function (call) {
      call.histogram_log2_ns.forEach(function (count, bucket) {
        if (count) {
          first = Math.min(first, bucket);
          last = Math.max(last, bucket);
        }
      });
    });
    // A few buckets would fill the width with a block.
    while (last >= first && last - first + 1 < LEAST_BUCKETS) {
      first = Math.max(0, first - 1);
      last++;
    }
    return { first: first, last: last };
  }

  function scaleBars(svg, logarithmic) {
    const all = Array.from(svg.querySelectorAll("rect")), most = Math.max(...all.map(countOf));
    all.forEach(function (rect) {
      const part = logarithmic ? Math.log(2 * countOf(rect)) / Math.log(2 * most) :
        countOf(rect) / most;
      const height = Math.max(2, Math.round(HEIGHT * part));
      rect.setAttribute("y", HEIGHT - height);
      rect.setAttribute("height", height);
    });
  }

  function countOf(rect) {
    return +rect.dataset.count;
  }

  function histogram(cell, call, name, range) {
    const svg = addSvg(cell, "svg", { class: "histogram", height: HEIGHT + 1, role: "group",
      "aria-label": "latency of " + name, tabindex: 0 });
    const buckets = range.last - range.first + 1;
    addSvg(svg, "line", { class: "base", x1: 0, x2: "100%", y1: HEIGHT + 0.5, y2: HEIGHT + 0.5 });
    call.histogram_log2_ns.forEach(function (count, bucket) {
      if (!count)
        return;
      const words = zctrace.count(count) + " calls took " + zctrace.time(Math.pow(2, bucket)) +
        " to " + zctrace.time(Math.pow(2, bucket + 1));
      const rect = addSvg(svg, "rect", { "data-count": count, "aria-label": words,
        x: 100 * (bucket - range.first) / buckets + "%", width: 92 / buckets + "%" });
      tipOn(rect, () => [words]);
    });
    scaleBars(svg, false);
    histogramKeys(svg, Array.from(svg.querySelectorAll("rect")));
    return svg;
  }

  function histogramKeys(svg, rects) {
    let picked = -1;
    function pick(index) {
      rects.forEach((rect, i) => { rect.classList.toggle("picked", i === index); });
      picked = index;
      if (index < 0) {
        zctrace.hideTip();
        return;
      }
      const box = rects[index].getBoundingClientRect();
      zctrace.showTip(box.left, box.bottom, [rects[index].getAttribute("aria-label")]);
      zctrace.announce(rects[index].getAttribute("aria-label"));
    }
    svg.addEventListener("focus", () => { pick(0); });
    svg.addEventListener("blur", () => { pick(-1); });
    svg.addEventListener("keydown", function (event) {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by)
        return;
      event.preventDefault();
      pick(Math.max(0, Math.min(rects.length - 1, picked + by)));
    });
  }

  // A column more for the table of calls; its rows stand in the order of the report.
  function addHistograms(table, calls, all) {
    const range = usedBuckets(calls), head = table.querySelector("thead tr");
    const heading = add(head, "th", { scope: "col", class: "latency" }, "latency");
    if (range.last < range.first)
      return;
    const span = add(heading, "span", { class: "span" });
    add(span, "span", {}, zctrace.time(Math.pow(2, range.first)));
    add(span, "span", {}, zctrace.time(Math.pow(2, range.last + 1)));
    table.querySelectorAll("tbody tr:not(.because)").forEach(function (row, index) {
      const cell = add(row, "td", { class: "latency" });
      if (calls[index].calls > 1)
        all.push(histogram(cell, calls[index], row.cells[1].textContent, range));
    });
    table.querySelectorAll("tr.because td").forEach(cell => { cell.colSpan++; });
  }

  function histograms() {
    const tables = document.querySelectorAll("table.calls"), all = [];
    page.report.scenarios.filter(scenario => scenario.syscalls.length)
      .forEach((scenario, index) => { addHistograms(tables[index], scenario.syscalls, all); });
    const place = document.querySelector(".calls-intro");
    if (!place || !all.length)
      return;
    const label = add(place, "label", { class: "chooser" }, "Counts ");
    const select = add(label, "select", { id: "count-scale" });
    add(select, "option", { value: "linear" }, "linear");
    add(select, "option", { value: "log" }, "logarithmic");
    select.addEventListener("change", function () {
      all.forEach(svg => { scaleBars(svg, select.value === "log"); });
    });
  }

  bars(document.getElementById("time-bars"));
  if (document.getElementById("runs-plot"))
    dots(document.getElementById("runs-plot"));
  histograms();
})();
