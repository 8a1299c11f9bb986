// Memory: what recall did, by role and over time, what is recalled, and how true it is.
const [MOVED, TURNED, JUDGED, HELPED, HURT, WITH, WITHOUT] = [0, 1, 2, 3, 4, 5, 6];
const AGES = ["1", "2", "4", "8", "16", "32", "64", "128", "256", "512", "1k", "2k"];
const SPAN = 50;

class Memory {
  constructor(page) {
    this.page = page;
    this.tiles = tiles();
    this.saved = new Chart(page, { title: `Error that memory saved, mean of ${SPAN} steps`, classes: "wide", height: 230, format: (value) => percent(value, 1), series: [{ label: "hunters", colour: "accent" }, { label: "analyzers", colour: "warn" }], overlay: zeroLine, note: "No moved forecast is judged." });
    this.use = new Chart(page, { title: `Forecasts that memory moved and turned, mean of ${SPAN} steps`, height: 220, format: (value) => percent(value, 0), range: (_, low, high) => [0, Math.max(0.05, high * 1.08)], series: [{ label: "moved", colour: "muted" }, { label: "turned", colour: "accent" }] });
    this.roles = el("div");
    this.ages = el("div");
    this.kept = el("div", {}, empty("Reading what is kept…"));
    this.fidelity = el("div", {}, empty("Reading what is kept…"));
    this.patterns = new Patterns(page);
    this.charts = [this.saved, this.use];
    this.node = el("div", { class: "grid" }, this.tiles, this.saved.node, this.use.node, card("Used, helped, hurt, by role", "", this.roles), card("Age of what is recalled", "", this.ages), card("Kept, by age", "", this.kept), card("Fidelity and budget", "wide", this.fidelity), this.patterns.node);
  }

  update(what) {
    const { page } = this;
    if (!page.columns) return;
    if (what === "step") { for (const chart of this.charts) if (chart.plot) chart.plot.redraw(false); return; }
    if (what === "opened") this.patterns.opened();
    if (what === "opened" || what === "tab") page.ask("kept").then((found) => { this.drawFidelity(found); this.drawKept(found.ages); }, (error) => page.notice(error.message));
    if (what === "opened" || what === "tab" || (what === "state" && !page.playing)) this.patterns.ask();
    this.fill();
  }

  forecasters() {
    const { memory } = this.page.columns;
    return memory.map((counts, role) => ({ role, counts })).filter(({ counts }) => counts.length && counts[MOVED].some((count) => count > 0));
  }

  fill() {
    const { page } = this, told = this.forecasters(), steps = page.columns.step.slice(0, page.columns.turned.length);
    const total = (column) => told.reduce((sum, { counts }) => sum + counts[column].reduce((a, b) => a + b, 0), 0);
    const judged = total(JUDGED), saved = judged ? 1 - total(WITH) / total(WITHOUT) : null;
    this.tiles.replaceChildren(
      tile("Forecasts that memory moved", whole(total(MOVED)), `turned the sign of ${whole(total(TURNED))}`),
      tile("Helped", judged ? percent(total(HELPED) / judged, 1) : "–", `of ${whole(judged)} judged by their outcome`, judged && total(HELPED) / judged > 0.5 ? "good" : ""),
      tile("Hurt", judged ? percent(total(HURT) / judged, 1) : "–", "the forecast was nearer without it"),
      tile("Squared error saved", saved === null ? "–" : change(saved, 2), "of what it would have been", tone(saved)),
      tile("Remembered", whole(page.about.agents.length * page.last), `each agent has ${whole(page.about.slots)} in mind`),
      tile("Dropped from mind", percent(Math.max(0, 1 - page.about.slots / Math.max(1, page.last)), 0), "what is kept of them: below"),
    );
    // Roles that memory moved; where it moved none, those that it may.
    const able = page.columns.memory.flatMap((counts, role) => (counts.length ? [role] : [])), named = [...new Set([...told.map((one) => one.role), ...able])], [first, second] = told;
    this.saved.named([0, 1].map((place) => (place in named ? words(page.about.team[named[place]]) : "no other")));
    this.saved.set([steps, this.savedBy(first, steps), this.savedBy(second, steps)]);
    const members = told.reduce((sum, { role }) => sum + page.about.role.filter((one) => one === role).length, 0);
    this.use.set([steps, this.rolling(told, MOVED, members, steps), this.rolling(told, TURNED, members, steps)]);
    this.drawRoles(told);
    this.drawAges();
    this.patterns.fill();
  }

  savedBy(told, steps) {
    if (!told) return steps.map(() => null);
    const rolling = (column) => { let sum = 0; return column.map((value, place) => { sum += value - (place >= SPAN ? column[place - SPAN] : 0); return sum; }); };
    const without = rolling(told.counts[WITHOUT]), having = rolling(told.counts[WITH]);
    return steps.map((_, place) => (without[place] > 1e-9 ? 1 - having[place] / without[place] : null));
  }

  rolling(told, column, members, steps) {
    let sum = 0;
    const at = (place) => told.reduce((all, { counts }) => all + counts[column][place], 0);
    return steps.map((_, place) => { sum += at(place) - (place >= SPAN ? at(place - SPAN) : 0); return sum / Math.min(place + 1, SPAN) / Math.max(1, members); });
  }

  waits() {
    const { page } = this;
    if (page.columns.turned.length < page.last) return "Reading the record…";
    return `No memory has moved a forecast${page.canGoOn ? " yet" : ""}: that takes outcomes that bear it out.`;
  }

  drawRoles(told) {
    if (!told.length) { this.roles.replaceChildren(empty(this.waits())); return; }
    const sum = (column) => column.reduce((a, b) => a + b, 0);
    const rows = told.map(({ role, counts }) => {
      const judged = sum(counts[JUDGED]), helped = sum(counts[HELPED]);
      return el("tr", {}, el("th", { scope: "row", text: words(this.page.about.team[role]) }), el("td", { class: "number", text: whole(sum(counts[MOVED])) }), el("td", { class: "number", text: whole(sum(counts[TURNED])) }),
        el("td", {}, el("span", { class: "halves", title: `${percent(judged ? helped / judged : null)} helped` }, el("i", { style: `width:${judged ? (100 * helped) / judged : 50}%` }))), el("td", { class: "number", text: judged ? percent(helped / judged, 1) : "–" }),
        el("td", { class: "number", text: judged ? fixed(sum(counts[WITHOUT]) / judged, 3) : "–" }), el("td", { class: "number", text: judged ? fixed(sum(counts[WITH]) / judged, 3) : "–" }));
    });
    const head = ["Role", "Moved", "Turned", "Helped or hurt", "Helped", "Error without", "with"];
    this.roles.replaceChildren(el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "By role" }, el("table", { class: "small" }, el("thead", {}, el("tr", {}, head.map((text, place) => el("th", { scope: "col", class: place && place !== 3 ? "number" : "", text })))), el("tbody", {}, rows))),
      el("p", { class: "note", text: "Errors are mean squared errors of forecasts that memory moved, in squared standard deviations." }));
  }

  drawAges() {
    const { ages } = this.page.columns, totals = AGES.map((_, place) => ages.reduce((sum, counts) => sum + (counts[place] || 0), 0)), most = Math.max(1, ...totals), all = totals.reduce((a, b) => a + b, 0);
    if (!all) { this.ages.replaceChildren(empty("Nothing with a known outcome has been recalled yet.")); return; }
    const bars = totals.map((count, place) => el("div", { title: `${whole(count)} recalled` }, el("i", { style: `height:${(100 * count) / most}%` }), el("span", { text: AGES[place] })));
    this.ages.replaceChildren(el("div", { class: "columns-chart", role: "img", "aria-label": `Age of recalled memories in steps: ${totals.map((count, place) => `from ${AGES[place]}, ${count}`).join("; ")}` }, bars), el("p", { class: "note", text: `${whole(all)} memories that decisions name, by their least age in steps` }));
  }

  drawKept(spans) {
    const { page } = this, agents = page.about.agents.length;
    if (!spans.length) { this.kept.replaceChildren(empty("Nothing is remembered yet.")); return; }
    const found = spans.map(([last, count, size], place) => ({ last, share: count / (agents * (last - (place ? spans[place - 1][0] : 0))), each: count ? size / count : 0 }));
    const most = Math.max(...found.map((one) => one.each), 1);
    const bars = found.map(({ last, share, each }) => el("div", { title: `to step ${whole(last)}: ${percent(share, 0)} kept, ${fixed(each, 1)} bytes each` }, el("i", { style: `height:${(100 * each) / most}%;opacity:${0.15 + 0.85 * Math.min(share, 1)}` })));
    const label = found.map(({ last, share, each }) => `to step ${last}, ${percent(share, 0)} at ${fixed(each, 1)} bytes`).join("; ");
    this.kept.replaceChildren(el("div", { class: "columns-chart", role: "img", "aria-label": `Kept by age: ${label}` }, bars),
      el("div", { class: "ends" }, el("span", { text: "step 1" }), el("span", { text: `step ${whole(spans[spans.length - 1][0])}` })),
      el("p", { class: "note", text: `Bytes of a memory that is kept, from the oldest to the newest, at most ${fixed(most, 1)}; the paler, the fewer of those made are kept: ${percent(Math.min(...found.map((one) => Math.min(one.share, 1))), 0)} to ${percent(Math.max(...found.map((one) => Math.min(one.share, 1))), 0)}` }));
  }

  drawFidelity({ audit, kept, long, dropped, shortened, freed, changed, budget }) {
    const { page } = this, used = budget ? long[1] / (budget * page.about.agents.length) : 0;
    const now = pairs([["Memories kept", `${whole(kept[0])} in ${bytes(kept[1])}, books included`], ["Of them consolidated", long[0] ? `${whole(long[0])} in ${bytes(long[1])}` : "none"],
      ["Dropped and shortened", dropped || shortened ? `${whole(dropped)} and ${whole(shortened)}, ${bytes(freed)} freed` : "none"], ["Budget of an agent", budget ? `${bytes(budget)}, ${percent(used, 0)} of it in use` : "none"]]);
    const beside = (left, right, note) => this.fidelity.replaceChildren(el("div", { class: "columns" }, el("div", {}, left), el("div", {}, right, note ? el("p", { class: "note", text: note }) : null)));
    if (!audit) { beside(now, el("p", { class: "note", text: "These memories have no audit yet. A run of 200 steps or more makes one when it ends from the command line; freeagentics memory audit makes one of any." })); return; }
    const [own, plain] = audit.codecs;
    const groups = own.groups.map((group) => el("tr", {}, el("th", { scope: "row", text: words(group.group) }), el("td", { class: "number", text: fixed(group.bits, 1) }), el("td", { class: "number", text: group.error === null ? "–" : `${fixed(group.error, 2)} sd` }),
      shortened ? el("td", { class: "number", text: percent(changed[group.group] ?? null, 1) }) : null));
    const truth = pairs([["Same decisions as from exact memories", percent(own.agreement, 2)], ["Bits a memory", fixed(own.bits + own.shared_bits, 1)], plain && ["As plain int8", `${fixed(plain.bits, 0)} bits, ${percent(plain.agreement, 2)}`]]);
    beside([now, truth], el("table", { class: "small" }, el("thead", {}, el("tr", {}, ["Features", "Bits", "Error", ...(shortened ? ["Shortened: changed by"] : [])].map((text, place) => el("th", { scope: "col", class: place ? "number" : "", text })))), el("tbody", {}, groups)),
      shortened ? "Changes by shortening are shares of a feature's range, root of their mean square, over a sample." : "");
    this.fidelity.append(...errorByAge(audit.ages));
  }
}

// What memories are off by, the oldest first: beside experiences that were computed again when the run was audited.
function errorByAge(ages) {
  const told = ages.filter((one) => one.error !== null);
  if (told.length < 2) return [];
  const most = Math.max(...told.map((one) => one.error)), old = (one) => `${whole(one.age)} steps old`, says = (one) => `${fixed(one.error, 2)} sd, ${percent(one.kept / one.made, 0)} kept`;
  const bars = told.map((one) => el("div", { title: `${old(one)}: ${says(one)}` }, el("i", { style: `height:${(100 * one.error) / most}%;opacity:${0.15 + (0.85 * one.kept) / one.made}` }), el("span", { text: whole(one.age) })));
  return [el("p", { class: "note", text: "Error of what is kept, by age in steps, beside experiences computed again" }),
    el("div", { class: "columns-chart", role: "img", "aria-label": `Error by age: ${told.map((one) => `${old(one)}, ${says(one)}`).join("; ")}` }, bars),
    el("p", { class: "note", text: `At most ${fixed(most, 2)} standard deviations; the paler, the fewer of those made are kept` })];
}
