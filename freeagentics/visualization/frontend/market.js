// The market: price with fills and signals, equity against benchmarks, exposure against limits.
const MOST_SHOWN = 4000;

// What holding the mean exposure of the run without change would have made of the cash.
function heldAtMean(columns, cash) {
  const { basket, exposure } = columns;
  const mean = exposure.reduce((sum, value) => sum + value, 0) / Math.max(1, exposure.length);
  let worth = cash;
  return basket.map((value, place) => { if (place) worth *= 1 + mean * (value / basket[place - 1] - 1); return worth; });
}

class Market {
  constructor(page) {
    this.page = page;
    this.tiles = tiles();
    this.symbol = el("select", { "aria-label": "Symbol", onchange: () => { page.asset = Number(this.symbol.value); this.fill(); } });
    this.price = new Chart(page, { title: "Price and fills", classes: "wide", height: 270, format: price, series: [{ label: "close, USD", colour: "ink" }], marks: (u, ctx) => this.drawFills(u, ctx), onpick: (u, x, y) => this.pickFill(u, x, y) });
    this.lanes = new Chart(page, { title: "Signals by kind", classes: "wide", height: 190, series: [{ label: "signals", colour: "accent" }], names: () => page.about?.kinds || [], range: () => [-0.6, this.kinds() - 0.4], marks: (u, ctx) => this.drawSignals(u, ctx) });
    this.spread = new Chart(page, { title: "Order book: spread at the end of a bar, basis points", height: 170, format: (value) => fixed(value, 1), series: [{ label: "spread", colour: "ink" }] });
    this.depth = new Chart(page, { title: "Order book: what stands near the price", height: 170, format: (value) => fixed(value, 2), overlay: zeroLine, series: [{ label: "imbalance, bids less asks over both", colour: "accent" }, { label: "depth, standard deviations from usual", colour: "muted" }] });
    this.equity = new Chart(page, { title: "Equity of a desk, USD", height: 240, format: whole, range: (u, low, high) => this.equities(u, low, high), overlay: (u, ctx) => this.drawDesks(u, ctx), series: [{ label: "mean", colour: "accent", width: 2 }, { label: "held at mean exposure", colour: "warn", dash: [5, 4] }, { label: "buy and hold", colour: "muted", dash: [2, 3] }, { label: "agent's desk", colour: "good" }] });
    this.exposure = new Chart(page, { title: "Exposure against limits", height: 240, format: (value) => percent(value, 0), range: (_, low, high) => [Math.min(0, (low || 0) * 1.08), Math.max(1.05, (high || 0) * 1.05)], overlay: (u, ctx) => this.drawVetoes(u, ctx), series: [{ label: "mean exposure", colour: "accent", fill: true, width: 2 }, { label: "mean limit", colour: "warn" }, { label: "agent's desk", colour: "good" }, { label: "its limit", colour: "good", dash: [4, 3] }] });
    this.charts = [this.price, this.lanes, this.spread, this.depth, this.equity, this.exposure];
    this.price.node.querySelector(".tools").prepend(this.symbol);
    this.fills = new Table({ label: "Fills", height: 330, note: "Nobody has traded yet.", onpick: (mark) => this.explain(mark), sort: 0, columns: [
      { label: "Step", number: true, value: (mark) => mark[0], show: (mark) => whole(mark[0]) },
      { label: "Time, UTC", value: (mark) => mark[0], show: (mark) => page.timeOf(mark[0]) },
      { label: "Side", value: (mark) => (mark[3] > 0 ? "bought" : "sold"), tone: (mark) => tone(mark[3]) },
      { label: "Symbol", value: (mark) => page.about.symbols[mark[1]] },
      { label: "Value, USD", number: true, value: (mark) => Math.abs(mark[3]), show: (mark) => whole(Math.abs(mark[3])) },
      { label: "Price", number: true, value: (mark) => mark[2], show: (mark) => price(mark[2]) },
      { label: "Fills", number: true, value: (mark) => mark[4], title: "of how many desks" },
      { label: "Largest by", value: (mark) => page.about.agents[mark[5]] || "the broker" },
      { label: "Why", value: () => "", show: () => "explain ›" },
    ] });
    this.events = new Table({ label: "Events", height: 200, note: "No event was planned.", onpick: ([step]) => page.go(step), sort: 0, columns: [
      { label: "Step", number: true, value: ([step]) => step, show: ([step]) => whole(step) },
      { label: "Time, UTC", value: ([step]) => step, show: ([step]) => page.timeOf(step) },
      { label: "Event", value: ([, text]) => text },
    ] });
    this.eventCard = card("Events: pick one to go there", "wide", this.events.node, this.events.tools);
    this.node = el("div", { class: "grid" }, this.tiles, this.price.node, this.spread.node, this.depth.node, this.lanes.node, this.equity.node, this.exposure.node, card("Fills: pick one for its explanation", "wide", this.fills.node, this.fills.tools), this.eventCard);
  }

  kinds() {
    return this.page.about?.kinds.length || 7;
  }

  // A fill is explained by the decision at the step before, whose order it was.
  explain(mark) {
    const { page } = this;
    if (mark[5] < 0) { page.go(mark[0]); page.notice("Nobody decided on this: the broker closed positions of desks whose equity had fallen below the maintenance margin."); return; }
    page.pick(page.about.agents[mark[5]]);
    page.go(Math.max(1, mark[0] - 1));
    page.show("agents");
  }

  update(what) {
    const { page } = this;
    if (!page.columns) return;
    if (what === "opened" || !this.symbol.childNodes.length) {
      this.symbol.replaceChildren(...page.about.symbols.map((name, value) => el("option", { value, text: name })));
      this.symbol.hidden = page.about.symbols.length < 2;
    }
    if (what === "step") { this.drawTiles(); for (const chart of this.charts) if (chart.plot) chart.plot.redraw(false); return; }
    this.fill();
  }

  fill() {
    const { page } = this, { columns, about, account } = page, { step } = columns, none = step.map(() => null);
    this.price.set([step, columns.price[page.asset || 0]]);
    this.lanes.set([step, none]);
    const book = columns.depth[page.asset || 0];
    for (const chart of [this.spread, this.depth]) chart.node.hidden = !book.length;
    if (book.length) { this.spread.set([step, book[0].map((value) => (value === null ? null : 10_000 * value))]); this.depth.set([step, book[1], book[2]]); }
    const own = account ? step.map((_, place) => account.equity[place] ?? null) : none;
    this.equity.set([step, columns.equity, heldAtMean(columns, about.cash), columns.basket.map((value) => value * about.cash), own]);
    this.exposure.set([step, columns.exposure, columns.limit, account ? step.map((_, place) => account.exposure[place] ?? null) : none, account ? step.map((_, place) => account.limit[place] ?? null) : none]);
    this.fills.set(columns.fills.slice(-MOST_SHOWN));
    this.events.set(columns.events.slice(-MOST_SHOWN));
    this.eventCard.hidden = !columns.events.length;
    this.drawTiles();
  }

  drawTiles() {
    const { page } = this, { columns, about, step } = page;
    if (!step || step > page.last) return;
    const equity = page.at("equity"), made = equity / about.cash - 1, held = page.at("basket") - 1;
    const matched = heldAtMean({ basket: columns.basket.slice(0, step), exposure: columns.exposure.slice(0, step) }, about.cash)[step - 1] / about.cash - 1;
    const high = Math.max(...columns.equity.slice(0, step)), fall = equity / high - 1;
    const mean = columns.exposure.slice(0, step).reduce((sum, value) => sum + value, 0) / step;
    const traded = columns.traded.slice(0, step).reduce((sum, value) => sum + value, 0);
    const limit = page.at("limit");
    this.tiles.replaceChildren(
      tile("Equity a desk", `${whole(equity)} USD`, `${change(made, 2)} since the start`, tone(made)),
      tile("Buy and hold", change(held, 2), `desks ${change(made - held, 2)} beside it`),
      tile("Held at mean exposure", change(matched, 2), `desks ${change(made - matched, 2)} beside it`),
      tile("Exposure now", percent(page.at("exposure"), 0), limit === null || limit === undefined ? "no limit in force" : `limit ${percent(limit, 0)}, mean so far ${percent(mean, 0)}`),
      tile("Drawdown", percent(fall, 1), "of mean equity, from its high"),
      tile("Costs a desk", `${whole(page.at("costs"))} USD`, `${whole(traded)} USD traded by all`),
    );
  }

  drawFills(u, ctx) {
    const { page } = this, { min, max } = u.scales.x, dense = window.devicePixelRatio || 1;
    const marks = page.columns.fills.filter((mark) => mark[1] === (page.asset || 0) && mark[0] >= min && mark[0] <= max).slice(-MOST_SHOWN);
    const most = Math.max(1, ...marks.map((mark) => Math.abs(mark[3])));
    this.spots = [];
    ctx.strokeStyle = colour("surface");
    ctx.lineWidth = dense;
    for (const mark of marks) {
      const x = u.valToPos(mark[0], "x", true), y = u.valToPos(mark[2], "y", true), size = (6 + 9 * Math.sqrt(Math.abs(mark[3]) / most)) * dense;
      ctx.fillStyle = colour(mark[3] > 0 ? "good" : "bad");
      triangle(ctx, x, y, size, mark[3] > 0);
      this.spots.push([x / dense, y / dense, mark]);
    }
  }

  pickFill(u, x, y) {
    const dense = window.devicePixelRatio || 1, left = u.bbox.left / dense, top = u.bbox.top / dense;
    let found = null, least = 100;
    for (const [across, down, mark] of this.spots || []) {
      const far = (across - left - x) ** 2 + (down - top - y) ** 2;
      if (far < least) { least = far; found = mark; }
    }
    if (found) this.explain(found);
    return found;
  }

  drawSignals(u, ctx) {
    const { columns } = this.page, { min, max } = u.scales.x, dense = window.devicePixelRatio || 1;
    ctx.fillStyle = colour("accent");
    ctx.globalAlpha = 0.5;
    columns.signals.forEach((counts, kind) => {
      const y = u.valToPos(kind, "y", true);
      for (let step = Math.max(1, Math.floor(min)); step <= Math.min(counts.length, max); step += 1) {
        if (counts[step - 1]) dot(ctx, u.valToPos(step, "x", true), y, Math.min(7, 1.2 + Math.sqrt(counts[step - 1])) * dense);
      }
    });
    ctx.globalAlpha = 1;
  }

  // Room for most desks beside the lines: in a fall of some the mean is far from them.
  equities(u, low, high) {
    const { columns } = this.page;
    if (low === null || !columns) return fitted(u, low, high);
    return fitted(u, columns.low.reduce((least, value) => Math.min(least, value), low), columns.high.reduce((most, value) => Math.max(most, value), high));
  }

  drawDesks(u, ctx) {
    const { columns } = this.page, dense = window.devicePixelRatio || 1;
    ctx.strokeStyle = colour("muted");
    ctx.globalAlpha = 0.28;
    ctx.lineWidth = 0.8 * dense;
    const { min, max } = u.scales.x, first = Math.max(1, Math.floor(min)), last = Math.min(this.page.last, Math.ceil(max));
    const every = Math.max(1, Math.floor((last - first) / 600));
    for (const line of columns.lines) {
      ctx.beginPath();
      for (let step = first; step <= last; step += every) ctx.lineTo(u.valToPos(step, "x", true), u.valToPos(line[step - 1], "y", true));
      ctx.stroke();
    }
    ctx.globalAlpha = 1;
  }

  drawVetoes(u, ctx) {
    const { vetoes } = this.page.columns;
    ctx.fillStyle = colour("warn");
    ctx.globalAlpha = 0.25;
    vetoes.forEach((count, place) => { if (count) ctx.fillRect(u.valToPos(place + 1, "x", true) - 1, u.bbox.top, 2, u.bbox.height); });
    ctx.globalAlpha = 1;
  }
}
