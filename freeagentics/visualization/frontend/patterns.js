// Patterns: what those that agents were given did, and what the market says of them and of others.
const [APPLIED, P_JUDGED, P_HELPED, , P_WITH, P_WITHOUT] = [0, 1, 2, 3, 4, 5];

class Patterns {
  constructor(page) {
    this.page = page;
    this.given = el("div");
    this.found = el("div", {}, empty("Looking through the market of this run…"));
    this.node = card("Patterns, with their evidence", "wide", [this.given, el("h3", { text: "Found in the market of this run" }), this.found]);
    this.known = null;
  }

  // Evidence is of the steps on record when it was asked for.
  ask() {
    if (this.known?.step === this.page.last) return;
    this.page.latest("patterns", "patterns", {}, (known) => { this.known = known; this.fill(); this.drawFound(); });
  }

  opened() {
    this.known = null;
    this.found.replaceChildren(empty("Looking through the market of this run…"));
  }

  fill() {
    const { about, columns } = this.page;
    if (!about.patterns.length) { this.given.replaceChildren(el("p", { class: "note", text: "Agents were given no patterns: a scenario's patterns or run --patterns FILE would." })); return; }
    const rows = about.patterns.map((name, place) => [name, ...this.use(columns.patterns[place]), ...this.evidence(this.known?.given.find((one) => one.name === name))]);
    const heads = ["Given to agents", "Applied", "Helped", "Error without", "with", "Heard by", "Higher when met", "95% interval", "Elsewhere", "Events", "p"];
    this.given.replaceChildren(this.table("Patterns that agents were given", heads, rows),
      el("p", { class: "note", text: "Applied: decisions whose forecast it moved; helped: of those whose outcome is known, the forecasts that were nearer for it; errors are mean squared errors of these. Heard by: agents who give it a weight, of those who heed it. What follows is of the market over the whole run: how often the price is higher over the horizon, by outcomes that do not overlap." }));
  }

  use(counts) {
    const [applied, judged, helped] = [counts[APPLIED], counts[P_JUDGED], counts[P_HELPED]];
    return [whole(applied), judged ? percent(helped / judged, 1) : "–", judged ? fixed(counts[P_WITHOUT] / judged, 3) : "–", judged ? fixed(counts[P_WITH] / judged, 3) : "–"];
  }

  evidence(one) {
    if (!one) return ["…", "…", "…", "…", "…", "…"];
    return [`${whole(one.hears)} of ${whole(one.heeds)}`, ...this.figures(one)];
  }

  figures(one) {
    if (!one.events) return ["never met", "–", "–", "0", "–"];
    return [percent(one.rate, 0), `${percent(one.low, 0)} to ${percent(one.high, 0)}`, percent(one.elsewhere, 0), whole(one.events), one.p.toPrecision(1)];
  }

  drawFound() {
    const { found, tried, step, horizon } = this.known;
    const rows = found.map((one) => [one.name, ...this.figures(one), change(one.size, 2), `${percent(one.later, 0)} of ${whole(one.later_events)}`, one.fate]);
    const heads = ["Condition", "Higher", "95% interval", "Elsewhere", "Events", "p", "Mean return", "Last third", "Fate"];
    const says = !tried ? "No condition had events enough to be tried in this market." : found.length ? "" : `Of ${whole(tried)} conditions that had events enough to be tried in this market, none foretold a rise.`;
    this.found.replaceChildren(...[found.length ? this.table("Conditions that foretold a rise", heads, rows) : el("p", { text: says }),
      el("p", { class: "note", text: `Looked for in the first third of ${whole(step)} steps, tried on the second, followed in the last; a rise is a higher price ${whole(horizon)} steps later. The probability that anything false stands its trial is at most 0.01.` })]);
  }

  table(label, heads, rows) {
    const head = heads.map((text, place) => el("th", { scope: "col", class: place ? "number" : "", text }));
    const body = rows.map(([name, ...cells]) => el("tr", {}, el("th", { scope: "row", text: name }), cells.map((text) => el("td", { class: "number", text }))));
    return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, el("table", { class: "small", "aria-label": label }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, body)));
  }
}
