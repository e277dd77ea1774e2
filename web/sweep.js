// The chart of a sweep: CPU or elapsed time, crossings and copies per byte over the size of the
// chunk, one above the other. Every run is a dot. Drawn from the report's data.
"use strict";

(function () {
  const COLOURS = ["var(--cpu)", "var(--dma)", "var(--ref)", "var(--kernel)", "var(--unknown)",
    "var(--holdsif)", "var(--doesnot)", "var(--ink)"];
  const SHAPES = ["symbolCircle", "symbolSquare", "symbolTriangle", "symbolDiamond", "symbolStar",
    "symbolCross", "symbolWye"];
  const LEFT = 66, RIGHT = 14, TITLE = 34, DODGE = 5, ROOM = 1.15, DECADES = 300;
  const chart = document.getElementById("sweep-chart"), page = zctrace.page;

  // A scenario of the report and what was worked out of it (page_data.c).
  function scenariosOf(page) {
    return page.report.scenarios.map(function (scenario, index) {
      return { id: zctrace.plain(scenario.id), variant: zctrace.plain(scenario.variant),
        cache: zctrace.plain(scenario.cache), link: zctrace.plain(scenario.link),
        rate: scenario.rate_bits, chunk: scenario.chunk_bytes, runs: scenario.runs,
        median: { cpu: scenario.sender_cpu_ns.untraced.median,
          untraced: scenario.elapsed_ns.untraced.median, crossings: scenario.crossings.total },
        groups: page.scenarios[index].groups, copies: page.scenarios[index].copies,
        failed: scenario.failed };
    }).filter(scenario => !scenario.failed);
  }

  const TIMES = [
    { id: "cpu", words: "CPU time of the sender", of: run => run.sender_user_ns + run.sender_system_ns,
      median: scenario => scenario.median.cpu, split: scenario => scenario.groups.cpu },
    { id: "elapsed", words: "elapsed time", of: run => run.elapsed_ns,
      median: scenario => scenario.median.untraced,
      split: scenario => scenario.groups.untraced },
  ];
  TIMES.forEach(function (quantity) {
    quantity.text = zctrace.time;
    quantity.traced = false;
  });
  const CROSSINGS = { id: "crossings", words: "crossings", of: run => run.crossings,
    median: scenario => scenario.median.crossings, split: () => false, text: zctrace.count,
    traced: true };

  // A series is named by what tells it from the others.
  function seriesOf(scenarios) {
    const telling = ["id", "variant", "cache", "link", "rate"].filter(function (key) {
      return key === "id" || new Set(scenarios.map(scenario => scenario[key])).size > 1;
    });
    const found = new Map();
    scenarios.filter(scenario => scenario.chunk > 0).forEach(function (scenario) {
      const name = telling.map(key => scenario[key]).filter(Boolean).join(" ");
      if (!found.has(name))
        found.set(name, { name: name, points: [] });
      found.get(name).points.push(scenario);
    });
    return Array.from(found.values(), function (one, index) {
      one.points.sort((a, b) => a.chunk - b.chunk);
      one.colour = COLOURS[index % COLOURS.length];
      one.symbol = d3.symbol().type(d3[SHAPES[index % SHAPES.length]]).size(38);
      one.index = index;
      return one;
    });
  }

  function runsOf(scenario, quantity) {
    return scenario.runs.filter(run => run.traced === quantity.traced)
      .map(quantity.of).filter(value => value !== null);
  }

  function legend(series) {
    const list = d3.select(chart).append("ul").attr("class", "legend");
    series.forEach(function (one) {
      const item = list.append("li");
      item.append("svg").attr("class", "mark").attr("viewBox", "-7 -7 14 14").attr("width", 14)
        .attr("height", 14).attr("aria-hidden", "true").append("path").attr("d", one.symbol())
        .style("fill", one.colour);
      item.append("span").text(one.name);
    });
  }

  function chooser(changed) {
    const label = d3.select(chart).append("label").attr("class", "chooser").text("Show ");
    const select = label.append("select").attr("id", "sweep-quantity");
    TIMES.forEach(function (quantity) {
      select.append("option").attr("value", quantity.id).text(quantity.words);
    });
    select.on("change", function () {
      changed(TIMES.find(quantity => quantity.id === this.value));
    });
  }

  // --- one panel ---

  // Of a logarithmic scale 1, 2 and 5 of every decade, or 1 where there are many.
  function ticksOf(y) {
    if (!y.base)
      return y.ticks(3);
    const round = y.domain()[1] / y.domain()[0] > DECADES ? /^1e/ : /^[125]e/;
    return y.ticks(5).filter(value => round.test(value.toExponential()));
  }

  function yAxis(panel, y, text) {
    panel.group.append("g").attr("transform", "translate(" + LEFT + ",0)")
      .call(d3.axisLeft(y).tickValues(thinned(ticksOf(y), panel.height / 30))
        .tickSize(-(panel.width - LEFT - RIGHT)).tickFormat(text));
  }

  function thinned(values, most) {
    const every = Math.max(1, Math.ceil(values.length / most));
    return values.filter((value, index) => index % every === 0);
  }

  function drawRuns(panel, series, quantity, x) {
    const values = [];
    series.forEach(function (one) {
      one.points.forEach(function (scenario) {
        values.push(...runsOf(scenario, quantity));
      });
    });
    if (!values.length) {
      panel.group.append("text").attr("x", LEFT + 8).attr("y", panel.height / 2)
        .text("not measured");
      return;
    }
    const extent = d3.extent(values, value => Math.max(1, value));
    const y = d3.scaleLog().domain([extent[0] / ROOM, extent[1] * ROOM])
      .range([panel.height, 0]);
    yAxis(panel, y, quantity.text);
    series.forEach(function (one) {
      drawLine(panel, one, quantity, x, value => y(Math.max(1, value)));
      one.points.forEach(function (scenario) {
        runsOf(scenario, quantity).forEach(function (value, number) {
          dot(panel, one, x(scenario.chunk), y(Math.max(1, value)), [quantity.text(value),
            " " + one.name + ", " + zctrace.bytes(scenario.chunk) + ", " +
            (quantity.traced ? "traced" : "untraced") + ", run " + (number + 1) +
            (quantity.split(scenario) ? "; the runs fall into two groups" : "")])
            .classed(quantity.id, true);
        });
      });
    });
  }

  // A median between two groups of runs is no run's time: the line stops there.
  function drawLine(panel, one, quantity, x, y) {
    const known = one.points.filter(scenario => quantity.median(scenario) !== null);
    panel.group.append("path").attr("class", "series").style("stroke", one.colour)
      .attr("d", d3.line().defined(scenario => !quantity.split(scenario))
        .x(scenario => x(scenario.chunk) + dodge(panel, one))
        .y(scenario => y(quantity.median(scenario)))(known));
  }

  // Marks of series that meet stand side by side.
  function dodge(panel, one) {
    return DODGE * (one.index - panel.middle);
  }

  function dot(panel, one, x, y, parts) {
    const mark = panel.group.append("path").attr("class", "dot").attr("d", one.symbol())
      .style("fill", one.colour)
      .attr("transform", "translate(" + (x + dodge(panel, one)) + "," + y + ")");
    mark.node().addEventListener("mousemove", function (event) {
      zctrace.showTip(event.clientX, event.clientY, ["", ...parts]);
    });
    mark.node().addEventListener("mouseleave", zctrace.hideTip);
    return mark;
  }

  function drawCopies(panel, series, x) {
    const quantity = { median: scenario => scenario.copies, split: () => false };
    const most = d3.max(series, one => d3.max(one.points, quantity.median)) || 0;
    const y = d3.scaleLinear().domain([0, Math.max(2, most)]).nice(2).range([panel.height, 0]);
    yAxis(panel, y, value => value.toFixed(0));
    series.forEach(function (one) {
      drawLine(panel, one, quantity, x, y);
      one.points.filter(scenario => scenario.copies !== null).forEach(function (scenario) {
        dot(panel, one, x(scenario.chunk), y(scenario.copies), [scenario.copies.toFixed(2),
          " CPU copies per byte, " + one.name + ", " + zctrace.bytes(scenario.chunk)])
          .classed("dot", false).classed("point", true);
      });
    });
  }

  // --- all of it ---

  function xAxis(group, x, sizes, width) {
    group.call(d3.axisBottom(x).tickFormat(zctrace.bytes)
      .tickValues(thinned(sizes, (width - LEFT - RIGHT) / 58)));
  }

  function draw(svg, series, sizes, quantity, width) {
    const panels = [{ words: quantity.words, height: 300 }, { words: "crossings", height: 150 },
      { words: "CPU copies per byte", height: 80 }];
    const shift = DODGE * series.length / 2 + 4;
    const x = d3.scaleLog().base(2).domain([sizes[0], sizes[sizes.length - 1]])
      .range([LEFT + shift, width - RIGHT - shift]);
    let top = 0;
    svg.selectAll("*").remove();
    panels.forEach(function (panel) {
      top += TITLE;
      panel.width = width;
      panel.middle = (series.length - 1) / 2;
      panel.group = svg.append("g").attr("transform", "translate(0," + top + ")");
      panel.group.append("text").attr("class", "panel-name").attr("x", LEFT).attr("y", -13)
        .text(panel.words);
      top += panel.height;
    });
    drawRuns(panels[0], series, quantity, x);
    drawRuns(panels[1], series, CROSSINGS, x);
    drawCopies(panels[2], series, x);
    xAxis(svg.append("g").attr("transform", "translate(0," + top + ")"), x, sizes, width);
    svg.attr("viewBox", "0 0 " + width + " " + (top + 34)).attr("height", top + 34);
    svg.append("line").attr("class", "rule").attr("y1", TITLE).attr("y2", top);
    return x;
  }

  // What stands at one size, for the keyboard.
  function spoken(series, size, quantity) {
    return zctrace.bytes(size) + ": " + series.map(function (one) {
      const scenario = one.points.find(point => point.chunk === size);
      if (!scenario)
        return one.name + " not measured";
      return one.name + " " + [quantity, CROSSINGS].map(function (shown) {
        const median = shown.median(scenario);
        return shown.words + " " + (median === null ? "not measured" : shown.text(median)) +
          (shown.split(scenario) ? " between two groups of runs" : "");
      }).concat(scenario.copies === null ? [] :
        [scenario.copies.toFixed(2) + " copies per byte"]).join(", ");
    }).join("; ");
  }

  function keys(svg, state) {
    const node = svg.node();
    let picked = -1;
    function pick(index) {
      const rule = svg.select(".rule").classed("shown", index >= 0);
      picked = index;
      if (index < 0) {
        zctrace.hideTip();
        return;
      }
      const size = state.sizes[index], text = spoken(state.series, size, state.quantity);
      rule.attr("x1", state.x(size)).attr("x2", state.x(size));
      const box = rule.node().getBoundingClientRect();
      zctrace.showTip(box.left, Math.max(60, box.top), [text]);
      zctrace.announce(text);
    }
    svg.attr("tabindex", 0);
    node.addEventListener("focus", () => { pick(0); });
    node.addEventListener("blur", () => { pick(-1); });
    node.addEventListener("keydown", function (event) {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by)
        return;
      event.preventDefault();
      pick(Math.max(0, Math.min(state.sizes.length - 1, picked + by)));
    });
  }

  function show(series) {
    const state = { series: series, quantity: TIMES[0], width: 0 };
    state.sizes = Array.from(new Set(series.flatMap(one => one.points.map(point => point.chunk))))
      .sort(d3.ascending);
    chart.hidden = false;
    chooser(function (chosen) {
      state.quantity = chosen;
      redraw();
    });
    legend(series);
    const note = d3.select(chart).append("p").attr("class", "sweep-note").text("No line goes " +
      "through a size whose runs fall into two groups: a median of both says little.");
    const svg = d3.select(chart).append("svg").attr("class", "sweep").attr("role", "img")
      .attr("aria-label", "Time, crossings and copies per byte over the size of the chunk; the " +
        "arrow keys read it out, and the table below has the numbers.");
    function redraw() {
      note.property("hidden", !series.some(one => one.points.some(state.quantity.split)));
      state.x = draw(svg, series, state.sizes, state.quantity, state.width);
    }
    keys(svg, state);
    new ResizeObserver(function () {
      if (chart.clientWidth && chart.clientWidth !== state.width) {
        state.width = chart.clientWidth;
        redraw();
      }
    }).observe(chart);
  }

  if (!chart || typeof d3 === "undefined")
    return;
  const series = seriesOf(scenariosOf(page));
  if (series.some(one => one.points.length > 1))
    show(series);
})();
