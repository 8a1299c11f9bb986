// Signals: who told whom, and a log of what was said.
class Signals {
  constructor(page) {
    this.page = page;
    this.graph = el("div", { class: "graph" });
    this.table = new Table({ label: "Signals", height: 520, sort: 0, note: "Nobody has told anybody anything in these steps.", onpick: (row) => { page.pick(row.source); page.go(row.step); page.show("agents"); }, columns: [
      { label: "No.", number: true, value: (row) => row.number, show: (row) => whole(row.number) },
      { label: "Step", number: true, value: (row) => row.step, show: (row) => whole(row.step) },
      { label: "Age", number: true, value: (row) => row.age, title: "steps" },
      { label: "Kind", value: (row) => row.kind, show: (row) => words(row.kind) },
      { label: "What it says", value: (row) => row.text },
      { label: "From", value: (row) => row.source },
      { label: "Desk", number: true, value: (row) => row.desk },
      { label: "To", value: (row) => row.to },
      { label: "Severity", value: (row) => row.severity },
      { label: "Sure", number: true, value: (row) => row.confidence, show: (row) => percent(row.confidence, 0) },
      { label: "Status", value: (row) => row.status, tone: (row) => (row.status === "valid" ? "good" : "muted") },
      { label: "Dealt with by", number: true, value: (row) => row.dealt, title: "recipients whose decisions have taken it in" },
    ] });
    this.title = card("Who told whom", "wide", this.graph);
    this.charts = [];
    this.node = el("div", { class: "grid" }, this.title, card("Log of signals", "wide", this.table.node, this.table.tools));
  }

  update(what) {
    const { page } = this;
    if (!page.columns || !page.step || page.step > page.last || what === "memory" || what === "state") return;
    page.latest("signals", "signals", { step: page.step }, (found) => this.fill(found));
  }

  fill(found) {
    const { about } = this.page, roles = (bits) => about.team.filter((_, place) => (bits >> place) & 1);
    this.table.set(found.rows.map(([number, step, kind, source, desk, audience, severity, confidence, text, valid, dealt]) => ({
      number, step, age: found.step - step, kind: about.kinds[kind], text, source: about.agents[source], desk, severity, confidence, dealt,
      to: audience ? roles(audience).map((name) => words(name)).join(", ") : "all", status: valid ? "valid" : "expired",
    })));
    this.title.querySelector("h2").textContent = `Who told whom, steps ${whole(found.first)} to ${whole(found.step)}`;
    this.draw(found.edges);
  }

  draw(edges) {
    const { team } = this.page.about, between = new Map();
    for (const [from, to, kind, count] of edges) {
      const one = between.get(`${from} ${to}`) || { from, to, count: 0, kinds: [] };
      one.count += count;
      one.kinds.push(`${whole(count)} ${this.page.about.kinds[kind]}`);
      between.set(`${from} ${to}`, one);
    }
    if (!between.size) { this.graph.replaceChildren(empty("Nobody has told anybody anything in these steps.")); return; }
    const back = [...between.values()].some((one) => one.to <= one.from), top = 150;
    const width = 1040, height = top + (back ? 130 : 24), gap = width / team.length, most = Math.max(...[...between.values()].map((one) => one.count));
    const at = (place) => gap * (place + 0.5), middle = top;
    const arcs = [...between.values()].map((one) => this.arc(one, at(one.from), at(one.to), middle, most));
    const nodes = team.map((name, place) => svg("g", {}, svg("rect", { x: at(place) - 78, y: middle - 17, width: 156, height: 34, rx: 8, class: "node" }), svg("text", { x: at(place), y: middle + 4.5, "text-anchor": "middle", text: words(name) })));
    const label = `Signals told: ${[...between.values()].map((one) => `${team[one.from]} to ${team[one.to]}, ${one.count}`).join("; ")}`;
    this.graph.replaceChildren(el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Who told whom" }, svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, arcs, nodes)));
  }

  // Told forwards above the line of roles, backwards and within a role below it.
  arc({ from, to, count, kinds }, x1, x2, middle, most) {
    const above = to > from, way = above ? -1 : 1, far = Math.abs(x2 - x1), edge = middle + way * 17;
    const rise = from === to ? 70 : Math.min(118, 34 + far * 0.11), shift = from === to ? 30 : 0;
    const path = `M ${x1 - shift} ${edge} C ${x1 - shift} ${edge + way * rise}, ${x2 + shift} ${edge + way * rise}, ${x2 + shift} ${edge}`;
    const thick = 1 + 6 * Math.sqrt(count / most), top = edge + way * rise * 0.75;
    return svg("g", { class: "told" }, svg("title", { text: kinds.join(", ") }), svg("path", { d: path, "stroke-width": thick }),
      svg("path", { class: "tip", d: `M ${x2 + shift - 5} ${edge + way * 8} L ${x2 + shift} ${edge} L ${x2 + shift + 5} ${edge + way * 8} z` }),
      svg("text", { x: (x1 + x2) / 2, y: top + (above ? -5 : 14), "text-anchor": "middle", text: whole(count) }));
  }
}
