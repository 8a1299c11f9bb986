// Compare: this run beside another, where they part, and what differs.
class Compare {
  constructor(page) {
    this.page = page;
    this.other = el("select", { "aria-label": "The other run", onchange: () => { page.other = this.other.value; page.tell("other"); } });
    this.lead = el("p", { class: "says" });
    this.equity = new Chart(page, { title: "Mean equity of a desk, USD", classes: "wide", height: 250, format: whole, series: [{ label: "this run", colour: "accent", width: 2 }, { label: "the other", colour: "warn", width: 2 }], overlay: (u, ctx) => this.parting(u, ctx) });
    this.apart = new Chart(page, { title: "Difference in equity, USD", height: 200, format: whole, series: [{ label: "this less the other", colour: "ink" }], overlay: (u, ctx) => this.parting(u, ctx) });
    this.exposure = new Chart(page, { title: "Mean exposure", height: 200, format: (value) => percent(value, 0), series: [{ label: "this run", colour: "accent" }, { label: "the other", colour: "warn" }], overlay: (u, ctx) => this.parting(u, ctx) });
    this.figures = el("div");
    this.settings = el("div");
    this.charts = [this.equity, this.apart, this.exposure];
    this.body = el("div", { class: "grid" }, this.equity.node, this.apart.node, this.exposure.node, card("Figures, over the steps that both have", "", this.figures), card("Settings that differ", "", this.settings));
    this.none = card("Beside what?", "", [el("p", { text: "Two runs side by side: their settings, their figures, and the step at which they part. Fork this run with a changed key to have something to compare." }), el("div", { class: "actions" }, button("Fork from here…", () => page.tell("fork"), { class: "plain main" }))]);
    this.node = el("div", {}, el("div", { class: "picker" }, el("label", { class: "field" }, el("span", { text: "Beside" }), this.other), this.lead), this.body, this.none);
    this.body.hidden = true;
  }

  update(what) {
    const { page } = this;
    if (!page.columns) return;
    if (what === "step") { for (const chart of this.charts) if (chart.plot) chart.plot.redraw(false); return; }
    if (what === "piece" || what === "memory" || what === "account" || what === "state") return;
    const runs = page.shelf.runs.filter((run) => run.name !== page.about.run);
    if (!page.other) page.other = (runs.find((run) => run.scenario === page.about.scenario) || { name: "" }).name;
    const known = runs.some((run) => run.name === page.other);
    this.other.replaceChildren(el("option", { value: "", text: runs.length ? "Choose a run" : "No other run here yet" }), ...runs.map((run) => el("option", { value: run.name, text: run.name.replace(/^runs\//, "") })));
    this.other.value = known ? page.other : "";
    this.none.hidden = known;
    if (!known) { this.body.hidden = true; this.lead.textContent = ""; return; }
    this.lead.textContent = "Comparing…";
    page.ask("compare", { run: page.other }).then((found) => this.fill(found), (error) => { if (error.message) { this.body.hidden = true; this.lead.textContent = error.message; } });
  }

  fill(found) {
    const { page } = this, { shared, last, series } = found, steps = Array.from({ length: last }, (_, place) => place + 1);
    this.shared = shared;
    this.body.hidden = false;
    this.lead.textContent = shared === 0 ? `They differ from the first step on; both have ${whole(last)} steps.` : shared === last ? `They are the same, bit for bit, over all ${whole(last)} steps that both have.` : `They are the same, bit for bit, up to step ${whole(shared)} (${page.timeOf(shared)} UTC), and part there.`;
    const [mine, others] = series.equity;
    this.equity.set([steps, mine, others]);
    this.apart.set([steps, mine.map((value, place) => value - others[place])]);
    this.exposure.set([steps, ...series.exposure]);
    const [one, other] = found.figures;
    const show = (name, value) => (/USD|signals|fills/.test(name) ? whole(value) : /volatility/.test(name) ? percent(value, 3) : percent(value, 2));
    this.figures.replaceChildren(el("table", { class: "small" }, el("thead", {}, el("tr", {}, ["", "This run", "The other"].map((text) => (text ? el("th", { scope: "col", class: "number", text }) : el("td"))))), el("tbody", {}, Object.keys(one).map((name) => el("tr", {}, el("th", { scope: "row", text: words(name) }), el("td", { class: "number", text: show(name, one[name]) }), el("td", { class: "number", text: show(name, other[name]) }))))));
    this.settings.replaceChildren(found.settings.length ? el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Settings that differ" }, el("table", { class: "small" }, el("thead", {}, el("tr", {}, ["Key", "This run", "The other"].map((text) => el("th", { scope: "col", text })))), el("tbody", {}, found.settings.map((row) => el("tr", {}, el("th", { scope: "row", text: row[0] }), el("td", { text: row[1] }), el("td", { text: row[2] })))))) : empty("None: the same scenario and seed."));
  }

  parting(u, ctx) {
    if (!this.shared) return;
    const x = u.valToPos(this.shared, "x", true);
    ctx.fillStyle = colour("muted");
    ctx.globalAlpha = 0.12;
    ctx.fillRect(u.bbox.left, u.bbox.top, x - u.bbox.left, u.bbox.height);
    ctx.globalAlpha = 1;
  }
}
