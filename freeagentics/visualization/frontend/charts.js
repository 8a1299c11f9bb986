// Charts over steps, drawn by uPlot: one cursor, one zoom and one playhead over all of them.
const CURSOR = "steps", LEGEND = 27;

// The values in sight with some room; a line that is flat lies in the middle.
function fitted(u, low, high) {
  if (low === null) return [0, 1];
  if (low === high) { const room = Math.abs(low) * 0.02 || 1; return [low - room, high + room]; }
  return uPlot.rangeNum(low, high, 0.08, true);
}

class Chart {
  // series: [{label, colour, dash, fill, width, format}], the x of all being steps; overlay(u) draws beneath the lines, marks(u) above.
  constructor(page, { title, series, height = 200, format = short, overlay, marks, range, names, onpick, classes, note }) {
    Object.assign(this, { page, title, series, height, format, overlay, marks, range, names, onpick, note, wideAxis: Boolean(names) || classes === "wide" });
    this.place = el("div", { class: "plot", style: `min-height:${height + (names ? 0 : LEGEND)}px` });
    this.node = card(title, classes, this.place, [
      button("PNG", () => this.png(), { "aria-label": `${title} as PNG` }),
      button("CSV", () => this.csv(), { "aria-label": `${title} as CSV` }),
    ]);
    this.data = [[], ...series.map(() => [])];
    new ResizeObserver(() => this.fit()).observe(this.place);
  }

  fit() {
    const width = this.place.clientWidth;
    if (!width) return;
    if (!this.plot) this.draw(width);
    else if (this.plot.width !== width) this.plot.setSize({ width, height: this.height });
  }

  draw(width) {
    const text = colour("muted"), rule = colour("rule");
    const font = "11px system-ui, sans-serif";
    const axis = { stroke: text, font, grid: { stroke: rule, width: 1 }, ticks: { show: false } };
    const lines = this.series.map(({ label, dash, fill, width: thick, format, colour: tint }) => ({
      label, dash, width: thick ?? 1.5, points: { show: false }, spanGaps: false,
      stroke: () => colour(tint),
      fill: fill ? () => `${colour(tint)}22` : undefined,
      value: (_, value) => (value === null || value === undefined ? "–" : (format || this.format)(value)),
    }));
    const options = {
      width, height: this.height, padding: [8, 30, 0, 0],
      cursor: { sync: { key: CURSOR, setSeries: false, scales: ["x", null] }, drag: { x: true, y: false, setScale: false }, points: { size: 6 }, y: false },
      legend: { show: !this.names },
      scales: { x: { time: false }, y: { range: this.range || fitted, dir: this.names ? -1 : 1 } },
      axes: [
        { ...axis, grid: { show: false }, size: 40, gap: 4, space: 64, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000], values: (_, steps) => steps.map((step) => this.page.axis(step)) },
        { ...axis, size: this.wideAxis ? 92 : 62, gap: 6, space: this.names ? 1 : 32,
          splits: this.names ? () => this.names().map((_, place) => place) : undefined,
          values: (_, values) => values.map((value) => (this.names ? this.names()[value] : this.format(value))) },
      ],
      series: [{ label: "step", value: (_, step) => (step === null || step === undefined ? "–" : this.page.axisFull(step)) }, ...lines],
      hooks: {
        drawAxes: [(u) => this.clipped(u, this.overlay)],
        draw: [(u) => { this.clipped(u, this.marks); this.playhead(u); this.excuse(u); }],
        setSelect: [(u) => this.select(u)],
        ready: [(u) => this.listen(u)],
      },
    };
    this.plot = new uPlot(options, this.data, this.place);
    this.place.querySelectorAll(".u-legend").forEach((legend) => legend.setAttribute("aria-hidden", "true"));
    this.show();
  }

  listen(u) {
    let from = null;
    u.over.addEventListener("mousedown", (event) => { from = event.clientX; });
    u.over.addEventListener("click", (event) => {
      if (from === null || Math.abs(event.clientX - from) > 4 || u.cursor.idx === null || u.cursor.idx === undefined) return;
      const box = u.over.getBoundingClientRect();
      if (this.onpick && this.onpick(u, event.clientX - box.left, event.clientY - box.top)) return;
      this.page.go(u.data[0][u.cursor.idx]);
    });
    u.over.addEventListener("dblclick", () => this.page.unzoom());
  }

  select(u) {
    const { left, width } = u.select;
    if (width < 5) return;
    this.page.zoomTo({ min: u.posToVal(left, "x"), max: u.posToVal(left + width, "x") });
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }

  clipped(u, draw) {
    if (!draw) return;
    const { ctx, bbox } = u;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    draw(u, ctx);
    ctx.restore();
  }

  playhead(u) {
    const step = this.page.step;
    if (!step) return;
    // After it is drawn uPlot empties the legend wherever there is no cursor.
    queueMicrotask(() => this.tellHere());
    const x = Math.round(u.valToPos(step, "x", true)), { ctx, bbox } = u;
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.save();
    ctx.strokeStyle = colour("accent");
    ctx.globalAlpha = 0.7;
    ctx.lineWidth = window.devicePixelRatio || 1;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }

  // Says why there is nothing to see.
  excuse(u) {
    if (!this.note || this.data.slice(1).some((column) => column.some((value) => value !== null && value !== undefined))) return;
    const { ctx, bbox } = u, dense = window.devicePixelRatio || 1;
    ctx.save();
    ctx.fillStyle = colour("muted");
    ctx.font = `${13 * dense}px system-ui, sans-serif`;
    ctx.textAlign = "center";
    ctx.fillText(this.note, bbox.left + bbox.width / 2, bbox.top + bbox.height / 2, bbox.width);
    ctx.restore();
  }

  // Values at the playhead, as long as no cursor asks for others.
  tellHere() {
    const place = this.page.step - (this.data[0][0] ?? 1);
    if (this.plot && this.plot.cursor.left < 0 && place >= 0 && place < this.data[0].length) this.plot.setLegend({ idx: place }, false);
  }

  set(data) {
    this.data = data;
    this.show();
  }

  show() {
    if (!this.plot) return this.fit();
    const zoom = this.page.zoom;
    this.plot.setData(this.data, false);
    const steps = this.data[0], first = steps[0] ?? 0, last = steps[steps.length - 1] ?? 1;
    this.plot.setScale("x", zoom || { min: first - (last - first) / 150, max: Math.max(last, first + 20) });
  }

  // Names of the series, which legends and tables say.
  named(labels) {
    if (labels.every((label, place) => this.series[place].label === label)) return;
    labels.forEach((label, place) => { this.series[place].label = label; });
    this.restyle();
  }

  // Drawn again with the colours and names of now.
  restyle() {
    if (!this.plot) return;
    this.plot.destroy();
    this.plot = null;
    this.fit();
  }

  csv() {
    download(`${this.title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}.csv`, "text/csv",
      csv(["step", "time", ...this.series.map((one) => one.label)], this.data[0].map((step, place) => [step, this.page.timeOf(step), ...this.data.slice(1).map((column) => column[place])])));
  }

  png() {
    const from = this.plot.ctx.canvas, dense = window.devicePixelRatio || 1, head = 34 * dense;
    const to = el("canvas", { width: from.width, height: from.height + head }), context = to.getContext("2d");
    context.fillStyle = colour("surface");
    context.fillRect(0, 0, to.width, to.height);
    context.fillStyle = colour("ink");
    context.font = `600 ${14 * dense}px system-ui, sans-serif`;
    context.fillText(`${this.title} · ${this.page.about.title}`, 12 * dense, 22 * dense);
    context.drawImage(from, 0, head);
    to.toBlob((blob) => download(`${this.title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}.png`, "image/png", blob));
  }
}

// Triangles up and down, crosses and dots, in the plot's own pixels.
function triangle(ctx, x, y, size, up) {
  const way = up ? 1 : -1;
  ctx.beginPath();
  ctx.moveTo(x, y - way * size * 0.6);
  ctx.lineTo(x + size * 0.6, y + way * size * 0.5);
  ctx.lineTo(x - size * 0.6, y + way * size * 0.5);
  ctx.closePath();
  ctx.fill();
  ctx.stroke();
}

// A line where values are zero.
function zeroLine(u, ctx) {
  const y = u.valToPos(0, "y", true);
  ctx.strokeStyle = colour("muted");
  ctx.lineWidth = window.devicePixelRatio || 1;
  ctx.beginPath();
  ctx.moveTo(u.bbox.left, y);
  ctx.lineTo(u.bbox.left + u.bbox.width, y);
  ctx.stroke();
}

function dot(ctx, x, y, radius) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fill();
}
