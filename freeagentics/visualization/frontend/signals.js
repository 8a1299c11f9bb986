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
    const told = [...between.values()], label = `Signals told: ${told.map((one) => `${team[one.from]} to ${team[one.to]}, ${one.count}`).join("; ")}`;
    const plan = layout(team.length, told.some((one) => one.to <= one.from), this.graph.clientWidth), most = Math.max(...told.map((one) => one.count));
    const arcs = told.map((one) => arc(one, plan, team.length, most));
    const nodes = team.map((name, place) => {
      const [x, y] = plan.point(plan.at(place), 0);
      return svg("g", {}, svg("rect", { x: x - 78, y: y - 17, width: 156, height: 34, rx: 8, class: "node" }), svg("text", { x, y: y + 4.5, "text-anchor": "middle", text: words(name) }));
    });
    this.graph.replaceChildren(svg("svg", { viewBox: `0 0 ${plan.width} ${plan.height}`, class: plan.upright ? "upright" : "", role: "img", "aria-label": label }, arcs, nodes));
  }
}

// Roles side by side, or one below the other where there is no room: a point is so far along them, and so far to the side that signals go forwards on.
function layout(roles, back, room) {
  const upright = room < 640;
  if (upright) {
    const middle = back ? 150 : 90, width = middle + 78 + 132;
    return { upright, width, height: 76 * roles, half: 13, edge: 78, room: 96, at: (place) => 76 * (place + 0.5), point: (along, away) => [middle + away, along] };
  }
  const width = Math.max(172 * roles, Math.min(room, 1040)), middle = 153;
  return { upright, width, height: middle + (back ? 153 : 24), half: 66, edge: 17, room: 112, at: (place) => (width / roles) * (place + 0.5), point: (along, away) => [along, middle - away] };
}

// Long arcs go around short ones: they leave and arrive nearer to the middle of a role.
function arc({ from, to, count, kinds }, plan, roles, most) {
  const hops = Math.abs(to - from), way = to > from ? 1 : -1, lean = plan.half * (hops ? 1 - hops / roles : -0.6), peak = plan.room * (0.3 + (0.7 * hops) / Math.max(1, roles - 1));
  const start = plan.at(from) + way * lean, end = plan.at(to) - way * lean, point = (along, away) => plan.point(along, way * (plan.edge + away)), on = (along, away) => point(along, away).join(" ");
  const thick = 1 + 6 * Math.sqrt(count / most), [x, y] = point((start + end) / 2, peak), side = plan.upright ? [way * 6, 4.5] : [0, way > 0 ? -7 : 16];
  return svg("g", { class: "told" }, svg("title", { text: kinds.join(", ") }), svg("path", { d: `M ${on(start, 0)} C ${on(start, peak / 0.75)}, ${on(end, peak / 0.75)}, ${on(end, 0)}`, "stroke-width": thick }),
    svg("path", { class: "tip", d: `M ${on(end - 5, 8)} L ${on(end, 0)} L ${on(end + 5, 8)} z` }),
    svg("text", { x: x + side[0], y: y + side[1], "text-anchor": plan.upright ? (way > 0 ? "start" : "end") : "middle", text: whole(count) }));
}
