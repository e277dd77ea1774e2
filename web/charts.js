// Latency histograms and the dots of every run: names what is under the pointer, changes the scale
// of counts and the quantity shown. All from what the page carries.
"use strict";

(function () {
  // The browser's own tip would come too late and twice.
  function takeTitle(element) {
    const title = element.querySelector("title");
    if (title) {
      element.setAttribute("aria-label", title.textContent);
      title.remove();
    }
  }

  function tipOn(element, parts) {
    element.addEventListener("mousemove", function (event) {
      zctrace.showTip(event.clientX, event.clientY, parts());
    });
    element.addEventListener("mouseleave", zctrace.hideTip);
  }

  function histogramKeys(svg, bars) {
    let picked = -1;
    function pick(index) {
      bars.forEach((bar, i) => { bar.classList.toggle("picked", i === index); });
      picked = index;
      if (index < 0) {
        zctrace.hideTip();
        return;
      }
      const box = bars[index].getBoundingClientRect();
      zctrace.showTip(box.left, box.bottom, [bars[index].getAttribute("aria-label")]);
      zctrace.announce(bars[index].getAttribute("aria-label"));
    }
    svg.setAttribute("tabindex", "0");
    svg.addEventListener("focus", () => { pick(0); });
    svg.addEventListener("blur", () => { pick(-1); });
    svg.addEventListener("keydown", function (event) {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by)
        return;
      event.preventDefault();
      pick(Math.max(0, Math.min(bars.length - 1, picked + by)));
    });
  }

  function scaleHistogram(svg, logarithmic) {
    const base = svg.height.baseVal.value - 1, bars = d3.select(svg).selectAll("rect");
    const most = d3.max(bars.nodes(), bar => +bar.dataset.count);
    const scale = (logarithmic ? d3.scaleLog().domain([0.5, Math.max(1, most)]) :
      d3.scaleLinear().domain([0, most])).range([0, base]);
    bars.each(function () {
      const height = Math.max(1.5, scale(+this.dataset.count));
      d3.select(this).attr("y", base - height).attr("height", height);
    });
  }

  function histograms() {
    const all = Array.from(document.querySelectorAll(".histogram"));
    all.forEach(function (svg) {
      const bars = Array.from(svg.querySelectorAll("rect"));
      bars.forEach(function (bar) {
        takeTitle(bar);
        tipOn(bar, () => [bar.getAttribute("aria-label")]);
      });
      if (bars.length)
        histogramKeys(svg, bars);
    });
    const place = document.querySelector(".calls-intro");
    if (!place || !all.length || typeof d3 === "undefined")
      return;
    const label = d3.select(place).append("label").attr("class", "chooser").text("Counts ");
    const select = label.append("select").attr("id", "count-scale");
    select.append("option").attr("value", "linear").text("linear");
    select.append("option").attr("value", "log").text("logarithmic");
    select.on("change", function () {
      const logarithmic = this.value === "log";
      all.forEach(svg => { scaleHistogram(svg, logarithmic); });
    });
  }

  // What a run holds: see save_run() in html_runs.c. A median is the report's, where it has one.
  const QUANTITIES = [
    { id: "elapsed", words: "elapsed time", text: zctrace.time,
      of: run => run[1],
      median: function (scenario, traced) {
        return scenario.median[traced ? "traced" : "untraced"];
      } },
    { id: "cpu", words: "CPU time of the sender", text: zctrace.time,
      of: run => run[2] + run[3],
      median: (scenario, traced) => traced ? null : scenario.median.cpu },
    { id: "receiver", words: "CPU time of the receiver", text: zctrace.time,
      of: run => run[4] + run[5], median: () => null },
    { id: "crossings", words: "crossings (traced runs)", text: zctrace.count,
      of: run => run[6],
      median: scenario => scenario.median.crossings },
    { id: "faults", words: "page faults in user mode (traced runs)", text: zctrace.count,
      of: run => run[7], median: () => null },
    { id: "voluntary", words: "voluntary context switches (traced runs)", text: zctrace.count,
      of: run => run[8], median: () => null },
    { id: "involuntary", words: "involuntary context switches (traced runs)", text: zctrace.count,
      of: run => run[9], median: () => null },
  ];

  function chooser(before, quantities, changed) {
    const label = document.createElement("label"), select = document.createElement("select");
    label.className = "chooser";
    label.textContent = "Show ";
    quantities.forEach(function (quantity) {
      const option = document.createElement("option");
      option.value = quantity.id;
      option.textContent = quantity.words;
      select.appendChild(option);
    });
    select.addEventListener("change", function () {
      changed(quantities.find(quantity => quantity.id === select.value));
    });
    label.appendChild(select);
    before.parentNode.insertBefore(label, before);
    return select;
  }

  function isMeasured(quantity) {
    return run => quantity.of(run) !== null;
  }

  function drawDots(row, scenario, traced, quantity, scale) {
    const runs = scenario.runs.filter(run => Boolean(run[0]) === traced)
      .filter(isMeasured(quantity));
    const svg = d3.select(row).select("svg"), height = +svg.attr("height");
    const median = quantity.median(scenario, traced);
    const name = document.getElementById("runs-name-" + scenario.index);
    svg.selectAll("circle, .median").remove();
    if (median !== null && runs.length)
      svg.append("line").attr("class", "median").attr("y1", 1).attr("y2", height - 1)
        .attr("x1", scale(median) + "%").attr("x2", scale(median) + "%");
    runs.forEach(function (run, index) {
      const circle = svg.append("circle").attr("r", 4).attr("cx", scale(quantity.of(run)) + "%")
        .attr("cy", runs.length > 1 ? 6 + (height - 12) * index / (runs.length - 1) : height / 2);
      tipOn(circle.node(), function () {
        return ["", quantity.text(quantity.of(run)), " " + name.textContent + ", " +
          (traced ? "traced" : "untraced") + ", run " + (index + 1)];
      });
    });
    d3.select(row).select(".dots-figures").style("visibility",
      quantity.id === "elapsed" ? null : "hidden");
  }

  function drawAllDots(plot, data, quantity) {
    const values = [];
    data.scenarios.forEach(function (scenario) {
      scenario.runs.filter(isMeasured(quantity)).forEach(function (run) {
        values.push(quantity.of(run));
      });
    });
    const most = d3.scaleLinear().domain([0, d3.max(values) || 1]).nice(4);
    const scale = d3.scaleLinear().domain(most.domain()).range([0, 100]);
    plot.querySelectorAll(".dots-row[data-scenario]").forEach(function (row) {
      const scenario = data.scenarios.find(function (candidate) {
        return candidate.index === +row.dataset.scenario;
      });
      drawDots(row, scenario, row.classList.contains("traced"), quantity, scale);
    });
    plot.querySelectorAll(".ticks span").forEach(function (tick, index) {
      const value = most.domain()[1] * index / 4;
      tick.textContent = index ? quantity.text(Math.round(value)) : "0";
    });
  }

  function runs() {
    const plot = document.getElementById("runs-plot"), data = zctrace.data("runs-data");
    if (!plot || !data)
      return;
    plot.querySelectorAll("circle").forEach(function (circle) {
      takeTitle(circle);
      tipOn(circle, () => [circle.getAttribute("aria-label")]);
    });
    if (typeof d3 === "undefined")
      return;
    chooser(plot, QUANTITIES, quantity => { drawAllDots(plot, data, quantity); })
      .id = "runs-quantity";
  }

  histograms();
  runs();
})();
