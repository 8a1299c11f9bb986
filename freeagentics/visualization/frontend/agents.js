// Agents: all of them, and one: what it believed, decided, recalled and followed.
class Agents {
  constructor(page) {
    this.page = page;
    this.dots = new Dots(page, (agent) => page.pick(agent));
    this.table = new Table({ label: "Agents", height: 560, sort: 0, descending: false, onpick: (row) => page.pick(row.agent), columns: [
      { label: "Agent", value: (row) => row.agent },
      { label: "Desk", number: true, value: (row) => row.desk },
      { label: "Action", value: (row) => row.action, show: (row) => words(row.action) },
      { label: "Symbol", value: (row) => row.symbol },
      { label: "Value", number: true, value: (row) => row.value, show: (row) => short(row.value), title: "of its decision, in its role's own unit" },
      { label: "Sure", number: true, value: (row) => row.confidence, show: (row) => percent(row.confidence, 0) },
      { label: "Memory", number: true, value: (row) => row.memory, show: (row) => (row.memory ? fixed(row.memory, 2) : "–"), title: "weight of what it recalled" },
      { label: "Recalled", number: true, value: (row) => row.recalled },
    ] });
    this.table.picked = (row) => row.agent === page.agent;
    this.belief = new BeliefMap(page);
    this.detail = el("div", { class: "detail" }, empty("Pick an agent, by a row or a dot, to look into its mind."));
    this.past = new Chart(page, { title: "Its decisions", height: 170, series: [{ label: "value", colour: "accent" }, { label: "weight of memories", colour: "warn" }] });
    this.why = el("div", { class: "why", "aria-live": "polite" });
    this.heat = el("div", {}, this.belief.node, this.say = el("p", { class: "note" }));
    this.mindCard = card("Belief over drift and volatility", "", this.heat);
    this.one = el("div", { class: "one", tabindex: "0", role: "region", "aria-label": "One agent" }, card("Agent", "", this.detail), this.past.node, this.mindCard, card("Explanation", "", this.why));
    this.all = el("div", { class: "all" }, card("All agents, a band a role, by the value of what they decided", "", [this.dots.node, el("p", { class: "note" }, el("b", { class: "lead", text: "● " }), "memories weighed in   ", el("b", { class: "muted", text: "● " }), "they did not; higher is surer")]), card("Agents", "", this.table.node, this.table.tools));
    this.charts = [this.past];
    this.node = el("div", { class: "split" }, this.all, this.one);
  }

  // What is on record of a step does not change: it is asked for once.
  update(what) {
    const { page } = this;
    if (!page.columns || !page.step || page.step > page.last || what === "memory" || what === "account") return;
    const at = `${page.about.run} ${page.step}`, one = `${at} ${page.agent}`;
    if (what === "agent") this.one.scrollTop = 0;
    if (this.filled === at) this.repaint();
    else page.latest("agents", "agents", { step: page.step }, (found) => this.fill(found));
    if (!page.agent) return;
    if (this.taken !== one) page.latest("agent", "agent", { agent: page.agent, step: page.step }, (found) => this.take(found));
    else this.lookBack();
    clearTimeout(this.soon);
    if (!this.runsOn()) this.soon = setTimeout(() => this.think(), 250);
  }

  // The page keeps to the last step of a run that is being made: there is no time to look back, or to compute anything again.
  runsOn() {
    return this.page.follow && this.page.state.playing;
  }

  repaint() {
    this.table.paint();
    this.dots.picture.paint();
    this.belief.picture.paint();
  }

  fill(found) {
    const { about } = this.page;
    this.filled = `${about.run} ${found.step}`;
    this.dots.set(found);
    this.table.set(found.agent.map((agent, place) => ({
      agent: about.agents[agent], desk: about.desk[agent], action: about.actions[about.role[agent]][found.action[place]], symbol: about.symbols[found.asset[place]],
      value: found.value[place], confidence: found.confidence[place], memory: found.memory[place], recalled: found.recalled[place],
    })));
  }

  take(found) {
    const { page } = this;
    if (found.agent !== page.agent) return;
    this.taken = `${page.about.run} ${found.step} ${found.agent}`;
    this.detail.replaceChildren(...this.facts(found));
    this.lookBack();
    if (this.runsOn()) this.say.textContent = "as it is while the run is made";
  }

  lookBack() {
    if (this.runsOn() || this.looked === this.taken) return;
    this.looked = this.taken;
    this.page.latest("past", "past", { agent: this.page.agent, step: this.page.step }, (past) => this.drawPast(past));
  }

  drawPast({ first, value, memory }) {
    this.past.set([value.map((_, place) => first + place), value, memory]);
  }

  facts(found) {
    const head = el("h3", {}, found.agent, el("small", { text: ` ${words(found.role)} of desk ${found.desk}, step ${whole(found.step)}` }));
    if (found.left) return [head, empty("It has left before this step.")];
    const reasons = Object.entries(found.reasons).filter(([, value]) => value !== null).map(([name, value]) => [words(name), /_bits$|sources_read/.test(name) ? this.count(value) : short(value)]);
    const forecast = found.without_memory;
    return [head,
      el("p", { class: "decision" }, el("strong", { text: words(found.action) }), ` ${found.symbol} · value ${short(found.value)} · ${percent(found.confidence, 0)} sure`),
      forecast ? this.beforeAfter(forecast) : null,
      el("div", { class: "columns" }, el("div", {}, el("h4", { text: "What it went by" }), pairs(reasons)), el("div", {}, el("h4", { text: Object.keys(found.parts).length ? "What each faculty added, sd" : "Weight of each faculty" }), this.parts(found))),
      el("h4", { text: "Memories it recalled" }), this.memories(found),
      el("h4", { text: "Signals it heeded" }), found.signals.length ? el("ul", {}, found.signals.map((one) => el("li", {}, `${words(one.kind)}: ${one.text}, from ${one.source} at step ${whole(one.step)}`))) : empty("None on record."),
      el("h4", { text: "Chain of decisions" }), this.chain(found),
    ].filter(Boolean);
  }

  // A set of sources is on record as a bit for each.
  count(value) {
    let bits = Math.round(value), set = 0;
    while (bits > 0) { set += bits & 1; bits >>= 1; }
    return many(set, "source");
  }

  beforeAfter({ before, after }) {
    const turned = before * after < 0;
    return el("p", { class: "forecast" }, "Forecast ", el("b", { text: sd(before) }), " before memory, ", el("b", { class: turned ? "warn" : "", text: sd(after) }), turned ? " after it: memory turned it" : " after it");
  }

  parts(found) {
    const parts = Object.entries(Object.keys(found.parts).length ? found.parts : found.weights), most = Math.max(0.01, ...parts.map(([, value]) => Math.abs(value ?? 0)));
    if (!parts.length) return empty("Nothing on record for this role.");
    return el("ul", { class: "bars" }, parts.map(([name, value]) => el("li", {}, el("span", { text: words(name), title: words(name) }), el("i", { class: value < 0 ? "minus" : "plus", style: `--share:${Math.abs(value) / most}` }), el("b", { text: fixed(value, 2) }))));
  }

  memories(found) {
    if (!found.memories.length) return empty("None with a known outcome came to mind.");
    const { page } = this;
    return el("table", { class: "small" }, el("thead", {}, el("tr", {}, ["Made at", "Age", "Market then", "Its reward"].map((text) => el("th", { scope: "col", text })))), el("tbody", {}, found.memories.map((memory) => el("tr", {},
      el("td", {}, memory.step > 0 ? button(`step ${whole(memory.step)}`, () => page.go(memory.step), { class: "link" }) : "another run"), el("td", { text: many(found.step - memory.step, "step") }), el("td", { text: sd(memory.result) }), el("td", { class: tone(memory.reward), text: sd(memory.reward) })))));
  }

  chain(found) {
    const { page } = this;
    const link = (one, here) => el("li", { class: here ? "here" : "" }, here ? el("strong", { text: one.agent }) : button(one.agent, () => { page.pick(one.agent); page.go(one.step); }, { class: "link" }), ` ${words(one.action).toLowerCase()} ${short(one.value)} · step ${whole(one.step)}`);
    return el("ol", { class: "chain" }, [...found.above].reverse().map((one) => link(one)), link({ agent: found.agent, action: found.action, value: found.value, step: found.step }, true), found.below.slice(0, 8).map((one) => link(one)));
  }

  // What is not on record is computed again, from the checkpoint before.
  think() {
    const { page } = this, key = `${page.about.run} ${page.agent} ${page.step}`;
    if (!page.agent || key === this.thought) return;
    const steps = page.step % page.about.checkpoint, work = steps * page.about.agents.length;
    if (work > 40000 && this.granted !== key) {
      this.say.textContent = `The mind at this step is not on record: ${whole(steps)} steps are to be computed again.`;
      this.why.replaceChildren(button("Compute it", () => { this.granted = key; this.think(); }));
      return;
    }
    this.thought = key;
    page.belief = null;
    this.belief.set(null);
    this.say.textContent = "computing the steps since the last checkpoint again…";
    // It keeps its height until it is filled again, so that nothing moves meanwhile.
    this.why.style.minHeight = `${this.why.offsetHeight}px`;
    this.why.replaceChildren(empty("Computing…"));
    page.ask("mind", { agent: page.agent, step: page.step }).then((found) => { if (this.thought === key) this.explain(found); }, (error) => { if (error.message && this.thought === key) this.why.replaceChildren(empty(error.message)); });
  }

  believed(belief) {
    const { page } = this;
    if (belief.agent && belief.agent !== page.agent) return;
    page.belief = belief;
    this.belief.asset = 0;
    this.belief.set(belief);
    this.say.textContent = `of ${page.about.symbols[0]}, after step ${whole(belief.step)}; darker is more probable`;
  }

  explain({ explanation: told, memories }) {
    const without = (other) => (other.same ? "the same decision without it" : el("b", { class: "warn", text: `without it: ${words(other.action).toLowerCase()} ${short(other.value)}` }));
    const regimes = Object.entries(told.belief_after).map(([name, value]) => [words(name), `${percent(told.belief_before[name], 0)} → ${percent(value, 0)}`]);
    const outcome = told.outcome.reward === null ? `${told.outcome.bars_passed} of ${told.outcome.horizon} bars have passed; the market so far: ${sd(told.outcome.result)}` : `the market ${sd(told.outcome.result)} over ${told.outcome.horizon} bars, reward ${sd(told.outcome.reward)}`;
    this.why.style.minHeight = "";
    this.why.replaceChildren(
      el("p", {}, `At step ${whole(told.step)} `, el("strong", { text: told.agent }), ` decided “${words(told.action).toLowerCase()}” for ${told.symbol}, value ${short(told.value)}. What came of it: ${outcome}.`),
      told.trades.length ? el("p", {}, told.trades.map((trade) => `Ordered ${short(trade.quantity)} ${trade.symbol}, ${trade.filled ? `filled ${short(trade.filled)} at ${price(trade.price)} for a fee of ${fixed(trade.fee, 2)} USD` : "not filled"}. `)) : "",
      el("div", { class: "columns" }, el("div", {}, el("h4", { text: "Belief before and after" }), pairs(regimes)), el("div", {}, el("h4", { text: "Sources it read" }), el("p", { text: `${told.sources.join(", ")}; paid ${fixed(told.paid / 100, 2)} USD` }))),
      el("h4", { text: "Had it not heard" }),
      told.signals.length ? el("ul", {}, told.signals.map((one) => el("li", {}, `${words(one.kind.toLowerCase())} from ${one.source}, ${many(one.age, "step")} old: `, without(one.without)))) : empty("No signal was valid for it."),
      el("h4", { text: "Had it not remembered" }),
      told.memories.length ? el("ul", {}, told.memories.map((one) => el("li", {}, `step ${whole(one.step)}, ${percent(one.relevance, 0)} alike, ${one.kept_bytes ? `decoded within ${percent(one.decoding_error, 1)} of range` : "dropped from the record since"}: `, without(one.without)))) : empty("Nothing came to mind."),
      ...memories.slice(0, 3).map((memory) => this.beside(memory)),
    );
  }

  // The features of a memory as decoded and as they were: a bar each over the feature's range.
  beside({ step, names, decoded, true: was, low, high }) {
    const share = (value, place) => (100 * (value - low[place])) / (high[place] - low[place] || 1);
    const row = (name, place) => el("tr", {}, el("th", { scope: "row", text: words(name.replaceAll(".", " ")) }), el("td", {}, el("span", { class: "range" }, el("i", { class: "was", style: `left:${share(was[place], place)}%` }), el("i", { class: "is", style: `left:${share(decoded[place], place)}%` }))), el("td", { class: "number", text: short(decoded[place]) }), el("td", { class: "number", text: short(was[place]) }));
    return el("details", {}, el("summary", { text: `Memory of step ${whole(step)}: decoded beside true` }), el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Memory of step ${step}` }, el("table", { class: "small features" }, el("thead", {}, el("tr", {}, ["Feature", "over its range", "Decoded", "True"].map((text) => el("th", { scope: "col", text })))), el("tbody", {}, names.map(row)))));
  }
}
