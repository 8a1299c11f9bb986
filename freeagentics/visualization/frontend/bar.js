// The bar on top: what is shown, its controls, the slider over time with its events, and the tabs.
const TABS = ["market", "agents", "signals", "memory", "compare", "resources"];
const EVENTS = [["fillCount", "fills", "muted"], ["vetoes", "vetoes", "warn"], ["crash", "crashes", "bad"], ["turned", "memories that turned a forecast", "lead"], ["eventCount", "events", "good"]];

const ICONS = {
  first: "M5 4h2v12H5zM16 4v12L8 10z", back: "M13 4v12L5 10z", play: "M6 3.5v13L17 10z", pause: "M5 4h3.5v12H5zM11.5 4H15v12h-3.5z",
  forward: "M7 4v12l8-6z", last: "M13 4h2v12h-2zM4 4v12l8-6z", theme: "M10 2a8 8 0 1 0 0 16a8 8 0 1 0 0-16zM10 3.6a6.4 6.4 0 0 1 0 12.8z",
};

function turnIcon(node, name, label) {
  node.setAttribute("aria-label", label);
  node.title = label;
  node.replaceChildren(svg("svg", { viewBox: "0 0 20 20", width: 16, height: 16, "aria-hidden": "true" }, svg("path", { d: ICONS[name], fill: "currentColor", "fill-rule": "evenodd" })));
}

function icon(name, label, action, classes) {
  const node = el("button", { type: "button", class: `round ${classes || ""}`, onclick: action });
  turnIcon(node, name, label);
  return node;
}

class Bar {
  constructor(page) {
    this.page = page;
    this.run = el("select", { "aria-label": "Run", onchange: () => this.choose(this.run.value) });
    this.play = icon("play", "Play", () => page.play(), "main");
    this.slider = el("input", { type: "range", min: "1", max: "1", step: "1", "aria-label": "Step", oninput: () => page.go(Number(this.slider.value)) });
    this.events = canvas(25, "Events over time", (context, width, height) => this.drawEvents(context, width, height));
    this.follow = el("input", { type: "checkbox", onchange: () => page.go(this.follow.checked ? page.last : page.step, this.follow.checked) });
    this.speed = el("select", { "aria-label": "Speed", onchange: () => this.pace() }, [["0", "Full speed"], ["10", "10 steps/s"], ["2", "2 steps/s"]].map(([value, text]) => el("option", { value, text })));
    this.where = el("output", { class: "where", "aria-live": "off" });
    this.status = el("p", { class: "status" });
    this.alert = el("p", { class: "alert", role: "alert", hidden: true });
    this.begin = new Begin(page);
    this.fork = new Fork(page);
    this.tabs = el("nav", { class: "tabs", role: "tablist", "aria-label": "Views" }, TABS.map((name) => el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "view", text: words(name), onclick: () => page.show(name) })));
    new ResizeObserver(() => this.reveal(page.tab)).observe(this.tabs);
    this.node = el("header", { class: "bar" }, this.first(), this.second(), this.tabs);
    this.tabs.addEventListener("keydown", (event) => this.along(event));
  }

  first() {
    const theme = icon("theme", "Light or dark", () => this.turn());
    return el("div", { class: "line" }, el("h1", { text: "freeagentics" }), el("label", { class: "grow" }, this.run),
      button("Play live…", () => this.begin.open(), { title: "Begin a run of any scenario" }),
      button("Reset", () => this.begin.reset(), { title: "Begin this scenario again, with the settings that wait" }),
      button("Fork from here…", () => this.fork.open(), { title: "The same steps up to this one, then with a changed key" }), theme);
  }

  second() {
    const { page } = this;
    const transport = el("div", { class: "transport" },
      icon("first", "First step", () => page.go(1)), icon("back", "Step back", () => page.go(page.step - 1)),
      this.play, icon("forward", "Step forward", () => page.stepOn()), icon("last", "Last step", () => page.go(page.last, page.canGoOn)));
    const legend = el("div", { class: "eventkey", "aria-hidden": "true" }, EVENTS.map(([, name, tint]) => el("span", { class: tint }, name)));
    return el("div", { class: "line second" }, transport, el("div", { class: "timeline grow" }, this.events.node, this.slider, legend), this.where,
      el("label", { class: "switch" }, this.follow, "Follow"), this.speed);
  }

  along(event) {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    event.stopPropagation();
    const next = TABS[(TABS.indexOf(this.page.tab) + way + TABS.length) % TABS.length];
    this.page.show(next);
    this.tabs.querySelector(`#tab-${next}`).focus();
  }

  // In a narrow window there are more tabs than room.
  reveal(name) { this.tabs.querySelector(`#tab-${name}`).scrollIntoView({ block: "nearest", inline: "nearest" }); }

  pace() {
    const speed = Number(this.speed.value);
    this.page.speed = speed;
    this.page.ask("pace", { speed }).catch((error) => this.page.notice(error.message));
    if (this.page.replaying) { this.page.stopReplay(); this.page.replay(); }
  }

  turn() {
    const root = document.querySelector(".observatory"), dark = getComputedStyle(root).colorScheme === "dark";
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("freeagentics-theme", root.dataset.theme);
    this.page.tell("theme");
  }

  choose(value) {
    this.page.wantedRun = "";
    this.page.ask("open", { run: value }).catch((error) => this.page.notice(error.message));
  }

  shelf() {
    const { runs } = this.page.shelf, shown = this.page.about?.run, own = this.page.about?.scenario;
    const name = (run) => `${run.name.replace(/^runs\//, "")}${run.ended ? "" : " · unfinished"}`;
    const option = (run) => el("option", { value: run.name, text: name(run) });
    const listed = runs.some((run) => run.name === shown) ? runs : [{ name: shown || "", ended: true, scenario: own }, ...runs];
    const mine = listed.filter((run) => run.scenario === own), others = listed.filter((run) => run.scenario !== own);
    const group = (label, of) => (of.length ? el("optgroup", { label }, of.map(option)) : null);
    this.run.replaceChildren(...[group(`Runs of ${own || "this scenario"}`, mine), group("Other runs", others)].filter(Boolean));
    this.run.value = shown || "";
  }

  update() {
    const { page } = this, { about } = page;
    this.tabs.childNodes.forEach((tab, place) => { const on = TABS[place] === page.tab; tab.setAttribute("aria-selected", on); tab.tabIndex = on ? 0 : -1; });
    if (!about) return;
    this.slider.max = Math.max(1, page.last);
    this.slider.value = page.step;
    this.slider.setAttribute("aria-valuetext", `step ${page.step} of ${about.total}, ${page.timeOf(page.step)} UTC`);
    this.follow.checked = page.follow;
    turnIcon(this.play, page.playing ? "pause" : "play", page.playing ? "Pause" : "Play");
    this.where.replaceChildren(el("strong", { text: `step ${whole(page.step)} of ${whole(about.total)}` }), el("span", { text: `${page.timeOf(page.step)} UTC` }));
    this.say();
  }

  say() {
    const { page } = this, { about, state } = page, doing = page.reading ? "reading the record…" : page.state.playing ? "playing live" : state.live ? "live, paused" : page.canGoOn ? "stopped; play goes on with it" : "finished";
    const facts = [`${whole(about.agents.length)} agents on ${whole(about.desks)} desks`, `seed ${about.seed}`, `fee ${about.fee} bp`, `${whole(page.last)} steps on record`, doing];
    if (about.forked) facts.unshift(`forked after step ${whole(about.forked.at)}`);
    const waits = this.begin.waiting();
    this.status.replaceChildren(el("strong", { text: about.title }), ` · ${facts.join(" · ")}`, ...(waits ? [el("em", { class: "waits", text: ` · ${waits} waits for Reset` })] : []));
    if (state.failure) this.warn(`Stopped at step ${page.last}: ${state.failure}`);
  }

  warn(text) {
    this.alert.hidden = !text;
    this.alert.replaceChildren(text || "", text ? button("×", () => this.warn(""), { "aria-label": "Dismiss" }) : "");
  }

  drawEvents(context, width, height) {
    context.clearRect(0, 0, width, height);
    const { page } = this;
    if (!page.columns || !page.last) return;
    const inset = 8, wide = width - 2 * inset, last = Math.max(2, page.last), lane = height / EVENTS.length, thick = Math.min(5, Math.max(1.5, wide / last));
    EVENTS.forEach(([name, , tint], place) => {
      const values = page.columns[name], most = Math.max(1, ...values.slice(-5000));
      context.fillStyle = colour(tint === "lead" ? "accent" : tint);
      values.forEach((value, step) => {
        if (!value) return;
        context.globalAlpha = name === "fillCount" || name === "turned" ? 0.25 + 0.65 * Math.sqrt(value / most) : 1;
        context.fillRect(inset + (step / (last - 1)) * wide - thick / 2, place * lane + 0.5, thick, lane - 1);
      });
    });
    context.globalAlpha = 1;
  }
}

// A dialog whose form states what to begin.
class Sheet {
  constructor(page, title, fields, action, act) {
    this.page = page;
    this.wrong = el("p", { class: "wrong", role: "alert" });
    const form = el("form", { method: "dialog", onsubmit: (event) => { event.preventDefault(); this.send(act); } }, el("h2", { text: title }), fields, this.wrong,
      el("div", { class: "actions" }, button("Cancel", () => this.node.close()), el("button", { type: "submit", class: "plain main", text: action })));
    this.node = el("dialog", { "aria-label": title }, form);
  }

  open() {
    this.wrong.textContent = "";
    this.node.showModal();
  }

  send(act) {
    this.wrong.textContent = "…";
    act().then(() => this.node.close(), (error) => { this.wrong.textContent = error.message; });
  }
}

function field(label, input, note) {
  return el("label", { class: "field" }, el("span", { text: label }), input, note ? el("small", { text: note }) : null);
}

// A slider and a number box that say the same.
function amount(label, { min, max, step, onchange }) {
  const box = el("input", { type: "number", min, step, "aria-label": `${label}, number` });
  const slide = el("input", { type: "range", min, max, step, "aria-label": label });
  const same = (from, to) => () => { to.value = from.value; onchange(); };
  box.addEventListener("input", same(box, slide));
  slide.addEventListener("input", same(slide, box));
  return { node: el("div", { class: "field" }, el("span", { text: label }), el("div", { class: "amount" }, slide, box)), get: () => Number(box.value), set: (value) => { slide.max = Math.max(max, value); box.value = value; slide.value = value; } };
}

// Begins a run of a scenario live; settings that differ from those shown wait for Reset.
class Begin extends Sheet {
  constructor(page) {
    const scenario = el("select", { "aria-label": "Scenario" }), set = el("textarea", { rows: "2", placeholder: "memory.slots = 32", "aria-label": "Other keys" });
    const onchange = () => page.tell("settings");
    const numbers = { agents: amount("Agents", { min: 5, max: 1000, step: 5, onchange }), seed: amount("Seed", { min: 0, max: 100, step: 1, onchange }), fee: amount("Fee, basis points", { min: 0, max: 50, step: 0.5, onchange }) };
    const own = el("input", { type: "checkbox", checked: true, onchange: () => this.fill() });
    super(page, "Play live", [field("Scenario", scenario), el("label", { class: "switch" }, own, "With the scenario's own settings"), Object.values(numbers).map((one) => one.node), field("Other keys, one a line", set)], "Play", () => this.act(true));
    Object.assign(this, { scenario, set, numbers, own });
    for (const one of Object.values(numbers)) one.node.addEventListener("input", () => { own.checked = false; });
  }

  fill() {
    const { about, shelf } = this.page;
    const chosen = this.scenario.value || about?.scenario;
    this.scenario.replaceChildren(...Object.entries(shelf.scenarios).map(([name, title]) => el("option", { value: name, text: `${name}: ${title}` })));
    if (about && !(about.scenario in shelf.scenarios)) this.scenario.prepend(el("option", { value: "", text: `${about.scenario}: ${about.title}` }));
    this.scenario.value = chosen in shelf.scenarios ? chosen : "";
    if (about && this.own.checked) { this.numbers.agents.set(about.agents.length); this.numbers.seed.set(about.seed); this.numbers.fee.set(about.fee); }
  }

  // After another run was opened its settings are those that are stated.
  opened() {
    this.own.checked = true;
    this.scenario.value = "";
    this.fill();
    this.scenario.value = this.page.about.scenario in this.page.shelf.scenarios ? this.page.about.scenario : "";
  }

  stated() {
    return this.own.checked ? {} : { agents: this.numbers.agents.get(), seed: this.numbers.seed.get(), fee: this.numbers.fee.get() };
  }

  waiting() {
    const { about } = this.page;
    if (!about || this.own.checked) return "";
    const changes = [["agents", this.numbers.agents.get(), about.agents.length], ["seed", this.numbers.seed.get(), about.seed], ["fee", this.numbers.fee.get(), about.fee]];
    return changes.filter(([, now, before]) => now !== before).map(([name, now]) => `${name} ${now}`).join(", ");
  }

  act(play) {
    this.page.wantedRun = "";
    const now = this.page.about;
    const scenario = this.scenario.value && this.scenario.value !== now?.scenario ? { scenario: this.scenario.value } : {};
    return this.page.ask("begin", { ...scenario, ...this.stated(), set: this.set.value, play });
  }

  reset() {
    this.page.ask("begin", { ...this.stated(), set: this.set.value, play: false }).catch((error) => this.page.notice(error.message));
  }
}

class Fork extends Sheet {
  constructor(page) {
    const key = el("input", { type: "text", value: "market.fee_bps", "aria-label": "Key", list: "fork-keys", required: true }), value = el("input", { type: "text", value: "50", "aria-label": "Value", required: true });
    const known = el("datalist", { id: "fork-keys" }, ["market.fee_bps", "market.impact_bps", "signals.enabled", "signals.ttl_hours", "memory.influence", "steps"].map((name) => el("option", { value: name })));
    const about = el("p", { class: "note" });
    super(page, "Fork from here", [about, known, field("Key", key, "as docs/scenario-keys.md has them"), field("Value", value)], "Fork and play", () => this.act());
    Object.assign(this, { key, value, about });
  }

  open() {
    this.about.textContent = `A run of its own that shares the steps up to ${whole(this.page.step)} and then goes on with another value. Compare shows both.`;
    super.open();
  }

  act() {
    this.page.pause();
    this.page.wantedRun = "";
    const parent = this.page.about.run;
    return this.page.ask("fork", { step: this.page.step, set: `${this.key.value} = ${this.value.value}`, play: true }).then(() => { this.page.other = parent; this.page.tell("other"); });
  }
}
