// Latency histograms and the dots of every run: names what is under the pointer, changes the scale
// of counts and the quantity shown, and draws a sweep's curves. All from what the page carries.
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

  // A sweep's curves: one for each way and condition, over the size of the chunk.
  const COLOURS = ["var(--cpu)", "var(--dma)", "var(--ref)", "var(--kernel)", "var(--unknown)"];
  const SHAPES = ["symbolCircle", "symbolSquare", "symbolTriangle", "symbolDiamond", "symbolStar"];

  // A series is named by what tells it from the others.
  function seriesOf(data) {
    const telling = ["id", "variant", "cache", "link", "rate"].filter(function (key) {
      return key === "id" || new Set(data.scenarios.map(function (scenario) {
        return scenario[key];
      })).size > 1;
    });
    const series = d3.nest().key(function (scenario) {
      return telling.map(key => scenario[key]).filter(Boolean).join(" ");
    }).entries(data.scenarios.filter(scenario => scenario.chunk > 0));
    return series.filter(one => one.values.length > 2);
  }

  function drawSweep(svg, series, quantity, width) {
    const height = 380, left = 64, right = 130, top = 12, bottom = 34;
    const chunks = [], values = [];
    series.forEach(function (one) {
      one.values.forEach(function (scenario) {
        chunks.push(scenario.chunk);
        scenario.runs.filter(isMeasured(quantity)).forEach(function (run) {
          values.push(Math.max(1, quantity.of(run)));
        });
      });
    });
    const x = d3.scaleLog().base(2).domain(d3.extent(chunks)).range([left, width - right]);
    const y = d3.scaleLog().domain(d3.extent(values)).nice().range([height - bottom, top]);
    const every = Math.ceil(new Set(chunks).size * 62 / (width - left - right));
    const sizes = Array.from(new Set(chunks)).sort(d3.ascending).filter(function (size, index) {
      return index % every === 0;
    });
    svg.attr("viewBox", "0 0 " + width + " " + height).selectAll("*").remove();
    svg.append("g").attr("transform", "translate(0," + (height - bottom) + ")")
      .call(d3.axisBottom(x).tickValues(sizes).tickFormat(zctrace.bytes));
    svg.append("g").attr("transform", "translate(" + left + ",0)")
      .call(d3.axisLeft(y).ticks(5).tickSize(-(width - left - right))
        .tickFormat(function (value) {
          return /^[125]/.test(value.toExponential()) ? quantity.text(value) : "";
        }));
    series.forEach(function (one, index) {
      drawSeries(svg, one, index, quantity, x, y, width - right);
    });
  }

  function drawSeries(svg, one, index, quantity, x, y, edge) {
    const colour = COLOURS[index % COLOURS.length];
    const shape = d3.symbol().type(d3[SHAPES[index % SHAPES.length]]).size(46);
    const points = one.values.filter(function (scenario) {
      return quantity.median(scenario, false) !== null;
    }).sort((a, b) => a.chunk - b.chunk);
    const line = d3.line().x(scenario => x(scenario.chunk))
      .y(scenario => y(Math.max(1, quantity.median(scenario, false))));
    svg.append("path").attr("class", "series").attr("d", line(points)).style("stroke", colour);
    one.values.forEach(function (scenario) {
      scenario.runs.filter(run => !run[0] || quantity.id === "crossings")
        .filter(isMeasured(quantity)).forEach(function (run) {
          const dot = svg.append("path").attr("class", "dot").attr("d", shape())
            .style("fill", colour).attr("transform", "translate(" + x(scenario.chunk) + "," +
              y(Math.max(1, quantity.of(run))) + ")");
          tipOn(dot.node(), function () {
            return ["", quantity.text(quantity.of(run)), " " + one.key + ", " +
              zctrace.bytes(scenario.chunk)];
          });
        });
    });
    const last = points[points.length - 1];
    if (last)
      svg.append("text").attr("x", edge + 10).attr("y", line.y()(last) + 4)
        .style("fill", colour).text(one.key);
  }

  function sweep(plot, data) {
    const series = seriesOf(data);
    if (!series.length)
      return;
    const figure = document.createElement("figure"), before = plot.closest("details") || plot;
    const svg = d3.select(figure).append("svg").attr("class", "sweep").attr("role", "img")
      .attr("aria-label", "Every run over the size of the chunk; the table below has the numbers.");
    let quantity = QUANTITIES[0], width = 0;
    figure.className = "sweep-figure";
    before.parentNode.insertBefore(figure, before);
    const quantities = QUANTITIES.slice(0, 2).concat(QUANTITIES[3]);
    chooser(svg.node(), quantities, function (chosen) {
      quantity = chosen;
      drawSweep(svg, series, quantity, width);
    }).id = "sweep-quantity";
    new ResizeObserver(function () {
      if (figure.clientWidth && figure.clientWidth !== width) {
        width = figure.clientWidth;
        drawSweep(svg, series, quantity, width);
      }
    }).observe(figure);
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
    if (data.mode === "sweep")
      sweep(plot, data);
  }

  histograms();
  runs();
})();
