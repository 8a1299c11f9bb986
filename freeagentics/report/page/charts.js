// Draws the page's charts over time with uPlot, from the data beside each static one: hover, zoom by dragging, a double click shows all.
// One cursor runs over all of them. Without scripts, and on paper, the static ones stand.
"use strict";
(() => {
  const DASHES = [null, [8, 3], [4, 2], [2, 2], [8, 3, 2, 3], [12, 4]];
  const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const faint = (name, opacity) => `color-mix(in srgb, ${ink(name)} ${Math.round(100 * opacity)}%, transparent)`;
  const digits = (apart) => Math.max(0, Math.min(6, Math.ceil(-Math.log10(Math.max(apart, 1e-9)) - 1e-9)));
  const number = (value, places) =>
    value.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places }).replace("-", "\u2212");
  const text = (unit, value, apart) =>
    value == null ? "\u2013" : unit === "share" ? `${number(100 * value, digits(100 * apart))}\u202f%` : number(value, digits(apart));
  const told = (unit, value) =>
    value == null ? "\u2013" : unit === "share" ? text(unit, value, 0.001) : number(value, Math.abs(value) < 100 ? 2 : 0);

  const bounded = (given) => (plot, least, most) => {
    const [low, high] = uPlot.rangeNum(least ?? 0, most ?? 1, 0.06, true);
    return [given[0] ?? low, given[1] ?? high];
  };

  const DAY = 86400;
  // As uPlot wants them: the least distance of ticks; their format; what is added where a year, a month, a day begins.
  const DATES = [
    [365 * DAY, "{YYYY}", null, null, null, null, null, null, 1],
    [28 * DAY, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
    [DAY, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
    [60, "{HH}:{mm}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
  ];

  const options = (chart, width) => ({
    width,
    height: chart.height,
    tzDate: (time) => uPlot.tzDate(new Date(1e3 * time), "Etc/UTC"),
    cursor: { sync: { key: "time" }, drag: { x: true, y: false }, focus: { prox: 24 } },
    focus: { alpha: 0.35 },
    scales: { y: { range: bounded(chart.span) } },
    axes: [
      { stroke: ink("muted"), grid: { show: false }, ticks: { show: false }, font: "12px system-ui, sans-serif", size: 42, values: DATES },
      {
        stroke: ink("muted"), grid: { stroke: ink("rule"), width: 1 }, ticks: { show: false }, size: 68, font: "12px system-ui, sans-serif",
        values: (plot, values) => values.map((value) => text(chart.unit, value, Math.abs(values[1] - values[0]) || 1)),
      },
    ],
    series: [
      { label: "UTC", value: (plot, time) => (time == null ? "\u2013" : new Date(1e3 * time).toISOString().slice(0, 16).replace("T", " ")) },
      ...chart.lines.map((line) => ({
        label: line.name, stroke: ink(line.colour), width: line.width, dash: DASHES[line.dash], points: { show: false },
        value: (plot, value) => told(chart.unit, value),
      })),
      ...chart.bands.flatMap(() => [0, 1].map(() => ({ show: true, stroke: "transparent", width: 0, points: { show: false }, label: "" }))),
    ],
    bands: chart.bands.map((band, place) => {
      const first = 1 + chart.lines.length + 2 * place;
      return { series: [first + 1, first], fill: faint(band.colour, band.opacity) };
    }),
    hooks: { drawAxes: chart.zero ? [zero] : [] },
  });

  const zero = (plot) => {
    const y = plot.valToPos(0, "y", true);
    if (y < plot.bbox.top || y > plot.bbox.top + plot.bbox.height) return;
    plot.ctx.fillStyle = ink("muted");
    plot.ctx.fillRect(plot.bbox.left, y, plot.bbox.width, devicePixelRatio);
  };

  const draw = (box) => {
    const chart = JSON.parse(box.querySelector(".chart-data").textContent);
    const data = [chart.time, ...chart.lines.map((line) => line.values), ...chart.bands.flatMap((band) => [band.low, band.high])];
    const label = box.querySelector("svg").getAttribute("aria-label");
    const place = document.createElement("div");
    place.className = "live";
    const title = document.createElement("div");
    title.className = "live-title";
    title.textContent = chart.title;
    let plot;
    const redraw = () => {
      plot?.destroy();
      plot = new uPlot(options(chart, box.clientWidth), data, place);
      plot.over.parentElement.setAttribute("role", "img");
      plot.over.parentElement.setAttribute("aria-label", label);
      place.querySelectorAll(".u-legend .u-series").forEach((row, at) => { row.hidden = at > chart.lines.length; });
    };
    box.append(title, place);
    box.classList.add("is-live");
    redraw();
    new ResizeObserver(() => plot.width !== box.clientWidth && plot.setSize({ width: box.clientWidth, height: chart.height })).observe(box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  };

  const waiting = new IntersectionObserver((seen) => {
    for (const entry of seen) {
      if (!entry.isIntersecting) continue;
      waiting.unobserve(entry.target);
      draw(entry.target);
    }
  }, { rootMargin: "400px" });
  for (const data of document.querySelectorAll(".chart-data")) waiting.observe(data.parentElement);
})();
