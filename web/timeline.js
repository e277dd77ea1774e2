// The timelines: lanes of user mode, kernel mode and off the CPU, from the data that the page
// carries (user/view/html_timeline.c). They open on the first rounds and zoom to the whole run.
"use strict";

(function () {
  const USER = 0, KERNEL = 1, BLOCKED = 2, RUNNABLE = 3;
  const STATES = ["user", "kernel", "blocked", "runnable"];
  const LEVELS = ["user", "kernel", "off CPU"];
  const LEVEL_OF = [0, 1, 2, 2];

  // Pixels.
  const LEFT = 58, RIGHT = 10, TITLE = 20, BRACKET = 22, ROW = 22, STEP = 28, GAP = 16, AXIS = 26;
  const LANE = TITLE + BRACKET + 3 * STEP + GAP;

  // Above these, single pieces cannot be told apart and sums are drawn.
  const MOST_SEGMENTS = 400, MOST_CALLS = 160, MOST_FAULTS = 2000, MOST_ARROWS = 30;

  // Shortest time that fills the picture, ns.
  const CLOSEST = 400;

  // Numbers come as distances; see save_lanes() in html_timeline.c.
  function decodeLane(raw, index) {
    const lane = { index: index, role: raw.role, tid: raw.tid, calls: [], segments: [],
      faults: [], steps: [], shortest: {} };
    let at = 0, round = 0, crossings = 0;
    for (let i = 0; i < raw.calls.length; i += 5) {
      const call = { lane: lane, start: at + raw.calls[i], label: raw.calls[i + 2],
        value: raw.calls[i + 3], round: raw.calls[i + 4], first: 0 };
      at = call.end = call.start + raw.calls[i + 1];
      if (call.round && call.round !== round) {
        round = call.round;
        crossings = 0;
      }
      if (call.round) {
        call.first = crossings + 1;
        crossings += 2;
        lane.shortest[round] = Math.min(lane.shortest[round] || Infinity,
          call.end - call.start);
      }
      lane.calls.push(call);
    }
    at = 0;
    for (let i = 0; i < raw.segments.length; i += 3) {
      const start = at + raw.segments[i];
      at = start + raw.segments[i + 1];
      lane.segments.push({ start: start, end: at, state: raw.segments[i + 2] });
    }
    at = 0;
    raw.faults.forEach(function (distance) {
      at += distance;
      lane.faults.push(at);
    });
    for (let i = 0; i < raw.steps.length; i += 5)
      lane.steps.push(raw.steps.slice(i, i + 5));
    return lane;
  }

  // A round lasts from its first data call to its last.
  function findRounds(lanes) {
    const rounds = [];
    lanes.forEach(function (lane) {
      lane.calls.forEach(function (call) {
        const last = rounds[rounds.length - 1];
        if (!call.round)
          return;
        if (last && last.number === call.round) {
          last.end = call.end;
          last.crossings += 2;
        } else {
          rounds.push({ lane: lane, number: call.round, start: call.start,
            end: call.end, crossings: 2 });
        }
      });
    });
    return rounds;
  }

  // The pieces of a sorted, disjoint list that lie between two moments.
  function between(pieces, from, to) {
    const first = d3.bisector(piece => piece.end).left(pieces, from);
    const last = d3.bisector(piece => piece.start).right(pieces, to);
    return pieces.slice(first, last);
  }

  function laneTop(lane) {
    return lane.index * LANE + TITLE + BRACKET;
  }

  // One path per state: how much of each pixel's time it took, as a height within its level.
  function skyline(shares, state, top, below) {
    const bottom = top + STEP * LEVEL_OF[state] + ROW;
    let path = "";
    for (let x = 0; x < shares.length; x++) {
      const height = ROW * shares[x][state], base = bottom - (below ? ROW * below(shares[x]) : 0);
      if (height > 0.15)
        path += "M" + (shares[x].x) + " " + base.toFixed(1) + "v" + (-height).toFixed(1) + "h" +
          shares[x].width + "v" + height.toFixed(1) + "z";
    }
    return path;
  }

  function drawShares(group, shares, top) {
    STATES.forEach(function (name, state) {
      const below = state === RUNNABLE ? share => share[BLOCKED] : null;
      group.append("path").attr("class", name).attr("d", skyline(shares, state, top, below));
    });
  }

  // Many segments: what part of each pixel every state took.
  function pixelShares(segments, scale, from, to) {
    const columns = [];
    for (let x = Math.floor(from); x < to; x++)
      columns.push({ x: x, width: 1, 0: 0, 1: 0, 2: 0, 3: 0 });
    segments.forEach(function (segment) {
      let left = Math.max(from, scale(segment.start));
      const right = Math.min(to, scale(segment.end));
      while (left < right) {
        const x = Math.floor(left), next = Math.min(right, x + 1);
        const column = columns[x - Math.floor(from)];
        if (!column)
          break;
        column[segment.state] = Math.min(1, column[segment.state] + next - left);
        left = next;
      }
    });
    return columns;
  }

  // How a call's time divides, ns by state.
  function timesOf(call) {
    const times = [0, 0, 0, 0];
    between(call.lane.segments, call.start, call.end).forEach(function (segment) {
      times[segment.state] += Math.max(0, Math.min(segment.end, call.end) -
        Math.max(segment.start, call.start));
    });
    return times;
  }

  class Timeline {
    constructor(plot, data) {
      this.plot = plot;
      this.data = data;
      this.lanes = data.lanes.map(decodeLane);
      this.rounds = findRounds(this.lanes);
      this.end = Math.max(data.end, data.view[1], 1);
      this.opening = data.view;
      this.view = data.view;
      this.picked = null;
      this.width = 0;
      new ResizeObserver(() => { this.resize(); }).observe(plot);
    }

    // Takes the place of the picture that needs no script, once there is room to draw in.
    build() {
      const self = this, height = this.lanes.length * LANE + AXIS;
      const first = this.data.rounds ? "First rounds" : "First calls";
      const all = this.data.dropped ? "All that was recorded" : "Whole run";

      this.height = height;
      d3.select(this.plot).select(".lanes").remove();
      const controls = d3.select(this.plot).append("div").attr("class", "controls");
      [
        [first, first, () => { self.show(self.opening); }],
        [all, all, () => { self.show([0, self.end]); }],
        ["+", "Zoom in", () => { self.zoomBy(2); }],
        ["−", "Zoom out", () => { self.zoomBy(0.5); }],
        ["‹", "Earlier", () => { self.pan(-0.5); }],
        ["›", "Later", () => { self.pan(0.5); }],
      ].forEach(function (button) {
        controls.append("button").attr("type", "button").attr("aria-label", button[1])
          .text(button[0]).on("click", button[2]);
      });

      this.svg = d3.select(this.plot).append("svg").attr("class", "zoom").attr("tabindex", 0)
        .attr("role", "application").attr("aria-label", "Timeline. Arrow keys name each call.")
        .attr("aria-describedby", "timeline-hint");
      this.ground = this.svg.append("g");
      this.axis = this.svg.append("g").attr("transform", "translate(0," + (height - AXIS) + ")");
      this.body = this.svg.append("g");
      this.names = this.svg.append("g");
      this.overview = d3.select(this.plot).append("svg").attr("class", "overview")
        .attr("aria-hidden", "true").append("rect").attr("height", 10).attr("rx", 5);
      this.readout = d3.select(this.plot).append("output").attr("class", "readout")
        .attr("aria-live", "polite");
      this.say(null);

      this.zoom = d3.zoom()
        .filter(function () {
          const event = d3.event;
          if (event.type === "wheel")
            return event.ctrlKey || event.metaKey || document.activeElement === this;
          return !event.ctrlKey && !event.button;
        })
        .on("zoom", function () {
          self.view = d3.event.transform.rescaleX(self.whole).domain();
          self.draw();
        });
      this.svg.call(this.zoom).on("dblclick.zoom", null)
        .on("mousemove.tip", function () { self.point(d3.mouse(this), d3.event); })
        .on("mouseleave.tip", zctrace.hideTip)
        .on("pointerdown.focus", function () { this.focus({ preventScroll: true }); })
        .on("keydown", () => { self.key(d3.event); })
        .on("blur", () => { self.pick(null); });
    }

    // On a narrow screen one round less, so that the crossings can still be counted.
    chooseOpening() {
      const data = this.data, last = this.rounds[1], span = data.view[1] - data.view[0];
      this.opening = this.width < 560 && this.rounds.length > 2 ?
        [data.view[0], last.end + span / 30] : data.view;
    }

    resize() {
      const width = Math.round(this.plot.clientWidth), first = this.width === 0;
      if (width === 0 || width === this.width)
        return;
      this.width = width;
      if (first)
        this.build();
      this.chooseOpening();
      this.svg.attr("viewBox", "0 0 " + width + " " + this.height);
      this.whole = d3.scaleLinear().domain([0, this.end]).range([LEFT, width - RIGHT]);
      this.zoom.extent([[LEFT, 0], [width - RIGHT, this.height]])
        .translateExtent([[LEFT, 0], [width - RIGHT, this.height]])
        .scaleExtent([1, Math.max(1, this.end / CLOSEST)]);
      this.drawGround();
      this.show(first ? this.opening : this.view);
    }

    show(view) {
      if (!this.width)
        return;
      const span = Math.max(view[1] - view[0], CLOSEST), inner = this.width - RIGHT - LEFT;
      const scale = Math.min(Math.max(1, this.end / span), Math.max(1, this.end / CLOSEST));
      const left = Math.min(Math.max(0, view[0]), this.end - this.end / scale);
      const shift = LEFT - scale * (LEFT + inner * left / this.end);
      this.svg.call(this.zoom.transform, d3.zoomIdentity.translate(shift, 0).scale(scale));
    }

    zoomBy(factor) {
      const middle = (this.view[0] + this.view[1]) / 2;
      const half = (this.view[1] - this.view[0]) / 2 / factor;
      this.show([middle - half, middle + half]);
    }

    pan(part) {
      const by = (this.view[1] - this.view[0]) * part;
      this.show([this.view[0] + by, this.view[1] + by]);
    }

    drawGround() {
      const ground = this.ground, names = this.names, width = this.width;
      ground.selectAll("*").remove();
      names.selectAll("*").remove();
      this.lanes.forEach(function (lane) {
        const top = laneTop(lane);
        names.append("text").attr("class", "lane-title").attr("x", 0).attr("y", top - BRACKET - 5)
          .text(lane.role + " · thread " + lane.tid);
        LEVELS.forEach(function (level, row) {
          ground.append("rect").attr("class", "level").attr("x", LEFT)
            .attr("y", top + STEP * row).attr("height", ROW)
            .attr("width", width - LEFT - RIGHT);
          names.append("text").attr("class", "level-name").attr("x", 0)
            .attr("y", top + STEP * row + 15).text(level);
        });
      });
    }

    drawSegments(group, lane, scale) {
      const segments = between(lane.segments, this.view[0], this.view[1]), top = laneTop(lane);
      if (segments.length > MOST_SEGMENTS) {
        drawShares(group, pixelShares(segments, scale, LEFT, this.width - RIGHT), top);
        return;
      }
      group.selectAll(null).data(segments).enter().append("rect")
        .attr("class", segment => STATES[segment.state])
        .attr("x", segment => scale(segment.start))
        .attr("y", segment => top + STEP * LEVEL_OF[segment.state])
        .attr("width", function (segment) {
          return Math.max(0.8, scale(segment.end) - scale(segment.start));
        })
        .attr("height", ROW);
    }

    drawSteps(group, lane, scale) {
      const data = this.data, shares = [], view = this.view;
      lane.steps.forEach(function (step, index) {
        const start = data.full + index * data.step;
        if (start + data.step < view[0] || start > view[1])
          return;
        const x = scale(start);
        const width = Math.max(0.3, scale(start + data.step) - x);
        shares.push({ x: x.toFixed(2), width: width.toFixed(2), 0: step[0] / 100,
          1: step[1] / 100, 2: step[2] / 100, 3: step[3] / 100 });
      });
      drawShares(group, shares, laneTop(lane));
    }

    labelOf(call) {
      return this.data.labels[call.label] || ["?", "-", 0];
    }

    // A call spans the kernel level also while it is off the CPU; its ends are the crossings.
    drawCalls(group, lane, scale) {
      const self = this, calls = between(lane.calls, this.view[0], this.view[1]);
      const top = laneTop(lane), border = top + STEP - 3;
      const left = LEFT, right = this.width - RIGHT;
      const perNs = (right - left) / (this.view[1] - this.view[0]);
      if (calls.length > MOST_CALLS)
        return;
      calls.forEach(function (call) {
        const from = scale(call.start), to = scale(call.end), wide = to - from;
        const name = self.labelOf(call)[0];
        // All numbers of a round, or none.
        const room = call.round ? lane.shortest[call.round] * perNs : 0;
        const radius = room < 36 ? 6.5 : 8;
        const ends = [[call.start, from, radius + 1], [call.end, to, -radius - 1]];
        group.append("rect").attr("class", "call-span").attr("x", from).attr("y", top + STEP)
          .attr("width", Math.max(0.8, wide)).attr("height", ROW);
        ends.forEach(function (end, index) {
          const x = end[1], at = x + end[2];
          if (end[0] < self.view[0] || end[0] > self.view[1] || (index && call.value === null))
            return;
          group.append("line").attr("class", "crossing").attr("x1", x).attr("x2", x)
            .attr("y1", top).attr("y2", top + STEP + ROW);
          if (room < 28)
            return;
          group.append("circle").attr("class", "number").attr("cx", at)
            .attr("cy", border).attr("r", radius);
          group.append("text").attr("class", "number").attr("x", at)
            .attr("y", border + 4).text(call.first + index);
        });
        const shownFrom = Math.max(from, left), shownTo = Math.min(to, right);
        if (shownTo - shownFrom > name.length * 7.5 + 8)
          group.append("text").attr("class", "call").attr("x", (shownFrom + shownTo) / 2)
            .attr("y", top + STEP + 17).text(name);
      });
    }

    drawPicked(group, scale) {
      const from = scale(this.picked.start), to = scale(this.picked.end);
      group.append("rect").attr("class", "picked").attr("x", from - 1)
        .attr("y", laneTop(this.picked.lane) + STEP - 2).attr("height", ROW + 4)
        .attr("width", Math.max(4, to - from + 2));
    }

    drawRounds(group, scale) {
      const rounds = between(this.rounds, this.view[0], this.view[1]);
      const left = LEFT, right = this.width - RIGHT;
      if (rounds.length > MOST_CALLS)
        return;
      rounds.forEach(function (round) {
        const from = Math.max(left, scale(round.start)), to = Math.min(right, scale(round.end));
        const y = laneTop(round.lane) - 7, wide = to - from;
        const words = wide > 170 ? "round " + round.number + ": " + round.crossings + " crossings" :
          wide > 56 ? "round " + round.number : wide > 16 ? String(round.number) : "";
        group.append("path").attr("class", "round")
          .attr("d", "M" + from + " " + (y + 4) + "V" + y + "H" + to + "V" + (y + 4));
        group.append("text").attr("class", "round").attr("x", (from + to) / 2).attr("y", y - 4)
          .text(words);
      });
    }

    drawFaults(group, lane, scale) {
      const first = d3.bisectLeft(lane.faults, this.view[0]);
      const last = d3.bisectRight(lane.faults, this.view[1]), top = laneTop(lane);
      const shown = lane.faults.slice(first, Math.min(last, first + MOST_FAULTS));
      // Arrows where they can be told apart, else ticks.
      const shape = shown.length > MOST_ARROWS ? "v8" : "v" + (STEP + 4) + "m-3 -5l3 5l3 -5";
      group.append("path").attr("class", "fault")
        .attr("d", shown.map(at => "M" + scale(at) + " " + top + shape).join(""));
    }

    // What is summed up, and where the recording ends.
    drawLimits(group, scale) {
      const height = this.height - AXIS, right = this.width - RIGHT;
      if (this.data.step && this.view[1] > this.data.full) {
        const from = Math.max(LEFT, scale(this.data.full));
        group.append("rect").attr("class", "summed").attr("x", from).attr("width", right - from)
          .attr("height", height);
        group.append("text").attr("class", "note-text").attr("x", right - 4).attr("y", 11)
          .attr("text-anchor", "end")
          .text("summed up in steps of " + zctrace.time(this.data.step));
      }
      if (this.data.dropped && this.view[1] >= this.end * 0.999)
        group.append("text").attr("class", "note-text").attr("x", right - 4)
          .attr("y", height - 4).attr("text-anchor", "end")
          .text(zctrace.count(this.data.dropped) + " events are not on the picture");
    }

    // Ticks in one unit, with as many decimals as tell them apart.
    drawAxis(scale) {
      const ticks = Math.max(2, Math.floor((this.width - LEFT) / 130));
      const step = d3.tickStep(this.view[0], this.view[1], ticks);
      const unit = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]].find(function (candidate) {
        return step * 10 >= candidate[0];
      }) || [1, "ns"];
      const format = d3.format(",." + d3.precisionFixed(step / unit[0]) + "f");
      this.axis.call(d3.axisBottom(scale).ticks(ticks).tickSize(6)
        .tickFormat(at => format(at / unit[0]) + " " + unit[1]));
    }

    draw() {
      const self = this, right = this.width - RIGHT;
      const scale = d3.scaleLinear().domain(this.view).range([LEFT, right]).clamp(true);
      this.body.selectAll("*").remove();
      this.drawLimits(this.body, scale);
      this.lanes.forEach(function (lane) {
        const border = laneTop(lane) + STEP - 3;
        self.drawSegments(self.body, lane, scale);
        self.drawSteps(self.body, lane, scale);
        self.body.append("line").attr("class", "border").attr("x1", LEFT).attr("x2", right)
          .attr("y1", border).attr("y2", border);
        if (self.picked && self.picked.lane === lane)
          self.drawPicked(self.body, scale);
        self.drawCalls(self.body, lane, scale);
        self.drawFaults(self.body, lane, scale);
      });
      this.drawRounds(this.body, scale);
      this.drawAxis(scale);
      this.overview.attr("x", 100 * this.view[0] / this.end + "%")
        .attr("width", Math.max(0.4, 100 * (this.view[1] - this.view[0]) / this.end) + "%");
    }

    // Texts, every second of them set off.
    describe(call) {
      const label = this.labelOf(call), times = timesOf(call);
      const parts = [call.lane.role + ": ", label[0], " on " + label[1]];
      let text = "";
      if (call.round)
        text += ", round " + call.round + ", crossings " + call.first + " and " + (call.first + 1);
      if (call.value !== null)
        text += ", returned " + zctrace.count(call.value);
      text += "; took ";
      parts[2] += text;
      parts.push(zctrace.time(call.end - call.start));
      text = " (" + zctrace.time(times[KERNEL]) + " on the CPU";
      if (times[BLOCKED])
        text += ", " + zctrace.time(times[BLOCKED]) + " blocked";
      if (times[RUNNABLE])
        text += ", " + zctrace.time(times[RUNNABLE]) + " waiting for a CPU";
      parts.push(text + "), began at " + zctrace.time(call.start));
      return parts;
    }

    say(parts) {
      zctrace.write(this.readout.node(),
        parts || ["Point at a call, or press → to step through them."]);
    }

    // The call at a moment, or the nearest one within a few pixels.
    callAt(lane, at, slack) {
      let best = null, distance = slack;
      between(lane.calls, at - slack, at + slack).forEach(function (call) {
        const away = at < call.start ? call.start - at : at > call.end ? at - call.end : 0;
        if (away <= distance) {
          best = call;
          distance = away;
        }
      });
      return best;
    }

    point(mouse, event) {
      const lane = this.lanes[Math.floor(mouse[1] / LANE)], span = this.view[1] - this.view[0];
      const at = this.view[0] + (mouse[0] - LEFT) / (this.width - RIGHT - LEFT) * span;
      const inside = lane && mouse[0] >= LEFT && mouse[0] <= this.width - RIGHT;
      const call = inside ? this.callAt(lane, at, 3 * span / this.width) : null;
      const place = Math.floor((at - this.data.full) / this.data.step);
      const step = inside && this.data.step ? lane.steps[place] : null;
      let parts = null;
      if (call)
        parts = this.describe(call);
      else if (step && at >= this.data.full)
        parts = [lane.role + ": ", zctrace.count(step[4]) + " calls", " in this step of " +
          zctrace.time(this.data.step) + "; user " + step[0] + "%, kernel " + step[1] +
          "%, blocked " + step[2] + "%, waiting for a CPU " + step[3] + "%"];
      if (parts)
        zctrace.showTip(event.clientX, event.clientY, parts);
      else
        zctrace.hideTip();
    }

    pick(call) {
      this.picked = call;
      if (call) {
        const span = this.view[1] - this.view[0], length = call.end - call.start;
        if (length > span || length < span / 150)
          this.show([call.start - length * 3, call.end + length * 3]);
        else if (call.start < this.view[0] || call.end > this.view[1])
          this.show([call.start - span / 4, call.start + span * 3 / 4]);
      }
      this.say(call ? this.describe(call) : null);
      if (this.width)
        this.draw();
    }

    // The call after or before the picked one; the first in view where none is picked yet.
    stepCall(by) {
      const lane = this.picked ? this.picked.lane : this.lanes.find(function (candidate) {
        return candidate.calls.length;
      });
      if (!lane)
        return;
      if (!this.picked) {
        this.pick(between(lane.calls, this.view[0], this.view[1])[0] || lane.calls[0]);
        return;
      }
      this.pick(lane.calls[lane.calls.indexOf(this.picked) + by] || this.picked);
    }

    stepLane(by) {
      const from = this.picked ? this.picked.lane.index : -1;
      const lane = this.lanes[Math.max(0, Math.min(this.lanes.length - 1, from + by))];
      const at = this.picked ? this.picked.start : this.view[0];
      const place = d3.bisector(call => call.end).left(lane.calls, at);
      if (lane.calls.length)
        this.pick(lane.calls[Math.min(place, lane.calls.length - 1)]);
    }

    key(event) {
      const self = this, actions = {
        ArrowRight: () => { event.shiftKey ? self.pan(0.25) : self.stepCall(1); },
        ArrowLeft: () => { event.shiftKey ? self.pan(-0.25) : self.stepCall(-1); },
        ArrowDown: () => { self.stepLane(1); },
        ArrowUp: () => { self.stepLane(-1); },
        PageDown: () => { self.pan(0.8); },
        PageUp: () => { self.pan(-0.8); },
        Home: () => { self.show(self.opening); },
        "0": () => { self.show(self.opening); },
        End: () => { self.show([0, self.end]); },
        a: () => { self.show([0, self.end]); },
        A: () => { self.show([0, self.end]); },
        "+": () => { self.zoomBy(2); },
        "=": () => { self.zoomBy(2); },
        "-": () => { self.zoomBy(0.5); },
        Escape: () => { self.pick(null); },
      };
      if (event.ctrlKey || event.metaKey || event.altKey || !actions[event.key])
        return;
      event.preventDefault();
      zctrace.hideTip();
      actions[event.key]();
    }
  }

  function explain(first) {
    const hint = document.createElement("p");
    hint.className = "note";
    hint.id = "timeline-hint";
    hint.textContent = "Drag to move. The wheel zooms once a picture was clicked on, or with " +
      "Ctrl. Keys: ← → step through the calls, ↑ ↓ change the lane, + − zoom, 0 first rounds, " +
      "A all of it.";
    first.parentNode.insertBefore(hint, first);
  }

  if (typeof d3 === "undefined")
    return;
  if (document.querySelector(".timeline"))
    explain(document.querySelector(".timeline"));
  document.querySelectorAll(".plot[data-timeline]").forEach(function (plot) {
    const data = zctrace.data(plot.dataset.timeline);
    if (data && data.lanes.length)
      plot.timeline = new Timeline(plot, data);
  });
})();
