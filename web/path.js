// The picture of the path: disk, page cache, user buffer, socket, device, receiver, on both sides of
// the border between user and kernel. Who moved the bytes comes from report/path.c.
"use strict";

(function () {
  // In the order of enum path_mover. Each has a form of its own beside its colour.
  const MOVERS = [
    { class: "cpu", label: "CPU", words: "copied by the CPU" },
    { class: "cpu", label: "CPU, late", words: "borrowed, then copied by the CPU on the way" },
    { class: "dma", label: "DMA", words: "moved by DMA" },
    { class: "ref", label: "no copy", words: "handed over by reference, nobody copied" },
    { class: "idle", label: "", words: "nothing moved here" },
    { class: "unknown", label: "?", words: "not measured" },
  ];
  const UNKNOWN = 5, WIDTH = 430, HEIGHT = 456, HEAD_LENGTH = 11, HEAD_HALF_WIDTH = 6.5;

  const LEGEND = [["cpu", "the CPU copied"], ["dma", "a device moved it (DMA)"],
    ["ref", "handed over by reference: nobody copied"], ["idle", "nothing moved"],
    ["unknown", "? not measured"]];

  // A node's centre.
  const NODES = { disk: [84, 404, "disk"], cache: [84, 236, "page cache"],
    user: [168, 66, "user buffer"], socket: [252, 236, "socket"], device: [252, 404, "device"],
    receiver: [376, 66, "receiver"] };

  // An arrow's line without its head, the head's tip and direction, where its pill and text stand.
  const ARROWS = {
    "disk-cache": { line: "M84 381V268", tip: [84, 260], to: [0, -1], pill: [84, 349],
      text: [108, 346], anchor: "start", words: "disk → page cache" },
    "cache-user": { line: "M98 213L147 98", tip: [150.2, 90.5], to: [0.392, -0.92],
      pill: [112.5, 179], text: [88, 174], anchor: "end", words: "page cache → user" },
    "user-socket": { line: "M186 89L235 204", tip: [238.2, 211.5], to: [0.392, 0.92],
      pill: [223, 176], text: [260, 172], anchor: "start", words: "user → socket" },
    "socket-device": { line: "M252 259V372", tip: [252, 380], to: [0, 1], pill: [252, 349],
      text: [276, 346], anchor: "start", words: "socket → device" },
    "socket-receiver": { line: "M303 404H360Q376 404 376 388V98", tip: [376, 90], to: [0, -1],
      pill: [376, 250], text: [308, 428], anchor: "start", words: "socket → receiver" },
  };
  // sendfile's way: from the page cache to the socket without user space.
  const BYPASS = { line: "M135 236H192", tip: [200, 236], to: [1, 0], pill: [168, 216],
    text: [168, 272], anchor: "middle", words: "page cache → socket" };

  // O_DIRECT's way: from the disk to the program's memory, past the page cache.
  const PAST_CACHE = { line: "M134 404H144Q160 404 160 388V98", tip: [160, 90], to: [0, -1],
    pill: [160, 250], text: [148, 292], anchor: "end", words: "disk → user" };

  const add = zctrace.addSvg;

  function isPastCache(way) {
    return way.path.length > 0 && way.path[0].leg === "cache-user";
  }

  function arrowOf(way, leg) {
    return way.direct && leg.leg === "user-socket" ? BYPASS :
      isPastCache(way) && leg.leg === "cache-user" ? PAST_CACHE : ARROWS[leg.leg];
  }

  function drawGround(svg) {
    [["user", 0, 138, "user space", 69], ["kernel", 138, 188, "kernel", 232],
      ["hardware", 326, 130, "hardware", 389]].forEach(function (band) {
      add(svg, "rect", { class: "band " + band[0], y: band[1], width: WIDTH, height: band[2] });
      add(svg, "text", { class: "band-name",
        transform: "translate(14 " + band[4] + ") rotate(-90)" }, band[3]);
    });
    add(svg, "path", { class: "border", d: "M0 138H430" });
    add(svg, "path", { class: "floor", d: "M0 326H430" });
  }

  function drawNode(svg, node, note, used) {
    const group = add(svg, "g", { class: used ? "node" : "node unused" });
    add(group, "rect", { x: node[0] - 50, y: node[1] - 22, width: 100, height: 44, rx: 7 });
    add(group, "text", { x: node[0], y: node[1] + (note ? -1 : 5) }, node[2]);
    if (note)
      add(group, "text", { class: "sub", x: node[0], y: node[1] + 14 },
        note.length > 15 ? note.slice(0, 14) + "…" : note);
  }

  function drawArrow(svg, arrow, leg) {
    const mover = MOVERS[leg.mover], group = add(svg, "g", { class: "arrow " + mover.class,
      "data-leg": leg.leg });
    const [dx, dy] = arrow.to, [x, y] = arrow.tip;
    const base = [x - HEAD_LENGTH * dx, y - HEAD_LENGTH * dy];
    const side = [-dy * HEAD_HALF_WIDTH, dx * HEAD_HALF_WIDTH];
    const pill = 10 + 7.2 * mover.label.length;
    add(group, "title", {}, arrow.words + ": " + mover.words);
    add(group, "path", { class: "line", d: arrow.line });
    if (mover.class === "dma")
      add(group, "path", { class: "inner", d: arrow.line });
    add(group, "path", { class: "head", d: "M" + x + " " + y + "L" + (base[0] + side[0]) + " " +
      (base[1] + side[1]) + "L" + (base[0] - side[0]) + " " + (base[1] - side[1]) + "Z" });
    if (mover.label) {
      add(group, "rect", { class: "pill", x: arrow.pill[0] - pill / 2, y: arrow.pill[1] - 9,
        width: pill, height: 18, rx: 9 });
      add(group, "text", { class: "pill-text", x: arrow.pill[0], y: arrow.pill[1] + 4.2 },
        mover.label);
    }
    drawFigures(group, arrow, leg);
  }

  // Copies per byte, and below it the bytes.
  function drawFigures(group, arrow, leg) {
    const place = { class: "figure", "text-anchor": arrow.anchor, x: arrow.text[0] };
    if (leg.mover === UNKNOWN || leg.per_byte === null) {
      add(group, "text", Object.assign({ y: arrow.text[1] }, place), "not measured");
      return;
    }
    add(group, "text", Object.assign({ y: arrow.text[1] }, place), zctrace.ratio(leg.per_byte) + " / byte");
    add(group, "text", Object.assign({}, place, { class: "bytes", y: arrow.text[1] + 16 }),
      leg.amount);
  }

  // One sentence for those who cannot see the picture; the table below it has the numbers.
  function describe(way) {
    return "The path of the bytes: " + way.name + ". " + (isPastCache(way) ?
      "From the disk past the page cache to a user buffer, and to the socket. " : way.direct ?
      "From the page cache straight to the socket, not through user space. " :
      "From the page cache through a user buffer to the socket. ") +
      way.path.map(function (leg) {
        return arrowOf(way, leg).words + ": " + MOVERS[leg.mover].words +
          (leg.mover === UNKNOWN ? "" : ", " + leg.amount);
      }).join(". ") + ".";
  }

  function draw(place) {
    const index = +place.dataset.scenario, way = zctrace.page.scenarios[index];
    const scenario = zctrace.page.report.scenarios[index];
    const chunk = +place.dataset.alike > 1 ? null :
      scenario.chunk_bytes ? zctrace.bytes(scenario.chunk_bytes) : "whole file";
    const svg = add(place, "svg", { class: "path", viewBox: "0 0 " + WIDTH + " " + HEIGHT,
      role: "img", "aria-label": describe(way) });
    drawGround(svg);
    drawNode(svg, NODES.disk, null, true);
    drawNode(svg, NODES.cache, isPastCache(way) ? "not used" : zctrace.plain(scenario.cache),
      !isPastCache(way));
    drawNode(svg, NODES.user, way.direct ? "not used" : chunk, !way.direct);
    drawNode(svg, NODES.socket, null, true);
    drawNode(svg, NODES.device, zctrace.plain(scenario.link), true);
    drawNode(svg, NODES.receiver, null, true);
    way.path.forEach(function (leg) {
      drawArrow(svg, arrowOf(way, leg), leg);
    });
  }

  function legend(list) {
    LEGEND.forEach(function (key) {
      const item = document.createElement("li");
      const svg = add(item, "svg", { width: 44, height: 14, "aria-hidden": "true" });
      const group = add(svg, "g", { class: "arrow " + key[0] });
      add(group, "path", { class: "line", d: "M2 7H32" });
      if (key[0] === "dma")
        add(group, "path", { class: "inner", d: "M2 7H32" });
      add(group, "path", { class: "head", d: "M43 7L32 0.5L32 13.5Z" });
      item.appendChild(document.createTextNode(key[1]));
      list.appendChild(item);
    });
  }

  document.querySelectorAll(".picture[data-scenario]").forEach(draw);
  if (document.getElementById("path-legend"))
    legend(document.getElementById("path-legend"));
})();
