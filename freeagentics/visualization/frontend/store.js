// What the page knows of the run that it shows, and where in it the page stands.
const COLUMNS = ["time", "basket", "equity", "exposure", "traded", "costs", "vetoes", "crash", "low", "high", "limit"];

function freshColumns(about) {
  return {
    step: [], ...Object.fromEntries(COLUMNS.map((name) => [name, []])),
    price: about.symbols.map(() => []), depth: about.symbols.map(() => []), signals: about.kinds.map(() => []), lines: [], fills: [], fillCount: [], eventCount: [], events: [], turned: [],
    memory: about.team.map(() => []), ages: about.team.map(() => []), patterns: about.patterns.map(() => []),
  };
}

class Page {
  constructor(send) {
    this.send = send;
    this.waiting = new Map();
    this.number = 0;
    const given = new URLSearchParams(location.search);
    this.step = Number(given.get("step")) || 0;
    this.agent = given.get("agent") || "";
    this.tab = given.get("tab") || "market";
    this.other = given.get("with") || "";
    this.follow = !this.step;
    this.wantedRun = given.get("run") || "";
    this.about = null;
    this.columns = null;
    this.state = { live: false, playing: false, failure: null };
    this.shelf = { runs: [], scenarios: {} };
    this.zoom = null;
    this.charts = new Set();
    this.belief = null;
    this.account = null;
    this.listeners = [];
  }

  ask(verb, given) {
    this.number += 1;
    const id = this.number;
    this.send({ ask: verb, id, ...given });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  // Asks only once at a time for the same thing, and then for what was wanted last.
  latest(key, verb, given, take) {
    const asked = (this.asking ||= {});
    const wanted = JSON.stringify([this.about?.run, given]);
    if (asked[key]) { asked[key].next = { wanted, given }; return; }
    asked[key] = { next: null };
    const done = () => {
      const { next } = asked[key];
      delete asked[key];
      if (next && next.wanted !== wanted) this.latest(key, verb, next.given, take);
    };
    this.ask(verb, given).then((found) => { if (JSON.stringify([this.about?.run, given]) === wanted) take(found, given); }, (error) => { if (JSON.stringify([this.about?.run, given]) === wanted) this.notice(error.message); }).finally(done);
  }

  answered({ id, value, error }) {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (!waiting) return;
    if (error === undefined) waiting.resolve(value);
    else waiting.reject(new Error(error));
  }

  opened(about) {
    const again = !this.about || this.about.run === about.run;
    this.about = about;
    this.columns = freshColumns(about);
    this.state = { live: about.live, playing: about.playing, failure: about.failure };
    this.zoom = null;
    this.belief = null;
    this.account = null;
    if (about.run !== this.wantedRun && !again) { this.step = 0; this.follow = true; }
    this.wantedRun = about.run;
    if (this.agent && !about.agents.includes(this.agent)) this.agent = "";
    this.asset = 0;
    this.stopReplay();
    this.tell("opened");
  }

  take(piece) {
    if (!this.about || piece.run !== this.about.run) return;
    const { columns } = this;
    for (let step = piece.first; step <= piece.last; step += 1) columns.step.push(step);
    for (const name of COLUMNS) columns[name].push(...piece[name]);
    const add = (into, from) => from.forEach((values, place) => (into[place] ||= []).push(...values));
    add(columns.price, piece.price);
    piece.depth.forEach((shown, asset) => add(columns.depth[asset], shown));
    add(columns.signals, piece.signals);
    add(columns.lines, piece.lines);
    const counts = new Array(piece.last - piece.first + 1).fill(0);
    for (const mark of piece.fills) counts[mark[0] - piece.first] += mark[4];
    columns.fillCount.push(...counts);
    columns.fills.push(...piece.fills);
    const planned = new Array(counts.length).fill(0);
    for (const [step] of piece.events) planned[step - piece.first] += 1;
    columns.eventCount.push(...planned);
    columns.events.push(...piece.events);
    if (this.account && piece.desk && piece.desk.desk === this.account.desk) this.account = this.joined(piece);
    if (this.follow) this.step = this.last;
    this.tell("piece");
    if (this.follow) this.tell("step");
  }

  // A piece that follows what is known of the account; after a gap it is asked for again.
  joined(piece) {
    const { account } = this;
    if (account.equity.length !== piece.first - 1) return null;
    for (const name of ["equity", "exposure", "limit"]) account[name].push(...piece.desk[name]);
    return account;
  }

  takeMemory(piece) {
    if (!this.about || piece.run !== this.about.run) return;
    const { memory, turned, ages, patterns } = this.columns;
    piece.counts.forEach((counts, role) => counts.forEach((values, place) => (memory[role][place] ||= []).push(...values)));
    const sum = (into, from) => from.forEach((counts, row) => counts.forEach((count, place) => { into[row][place] = (into[row][place] || 0) + count; }));
    sum(ages, piece.ages);
    sum(patterns, piece.patterns);
    for (let place = 0; place <= piece.last - piece.first; place += 1) turned.push(piece.counts.reduce((sum, counts) => sum + counts[1][place], 0));
    this.tell("memory");
  }

  get last() {
    return this.columns ? this.columns.step.length : 0;
  }

  at(column, step = this.step) {
    return this.columns[column][step - 1];
  }

  timeOf(step) {
    return moment(this.columns?.time[step - 1]);
  }

  axis(step) {
    const time = this.columns?.time[step - 1];
    return Number.isInteger(step) && step > 0 ? `${whole(step)}\n${time ? day(time) : ""}` : "";
  }

  axisFull(step) {
    return `${whole(step)} · ${this.timeOf(step)}`;
  }

  go(step, follow = false) {
    const wanted = Math.min(Math.max(1, Math.round(step)), Math.max(1, this.last));
    this.follow = follow;
    if (wanted === this.step && !follow) return;
    this.step = wanted;
    this.tell("step");
  }

  pick(agent) {
    this.agent = agent;
    this.belief = null;
    this.account = null;
    this.tell("agent");
  }

  show(tab) {
    this.tab = tab;
    this.tell("tab");
  }

  zoomTo(zoom) {
    this.zoom = zoom;
    for (const chart of this.charts) chart.show();
  }

  unzoom() {
    this.zoomTo(null);
  }

  // The steps of a recorded run one after the other; one that can go on is asked to.
  play() {
    if (this.playing) return this.pause();
    if (this.step < this.last) return this.replay();
    if (this.canGoOn) { this.follow = true; return this.ask("play").catch((error) => this.notice(error.message)); }
    this.step = 1;
    this.replay();
    return undefined;
  }

  replay() {
    this.follow = false;
    this.replaying = setInterval(() => {
      if (this.step < this.last) return this.go(this.step + 1);
      this.stopReplay();
      if (this.state.live && this.canGoOn) this.play();
      return undefined;
    }, 1000 / (this.speed || 12));
    this.tell("state");
  }

  stopReplay() {
    clearInterval(this.replaying);
    this.replaying = null;
    this.tell("state");
  }

  pause() {
    if (this.replaying) this.stopReplay();
    if (this.state.playing) this.ask("pause").catch((error) => this.notice(error.message));
  }

  stepOn() {
    if (this.step < this.last) return this.go(this.step + 1);
    if (!this.canGoOn) return undefined;
    this.follow = true;
    return this.ask("step").catch((error) => this.notice(error.message));
  }

  get playing() {
    return Boolean(this.replaying) || this.state.playing;
  }

  get canGoOn() {
    return Boolean(this.about) && !this.reading && this.last < this.about.total;
  }

  // There is more on record than was read yet.
  get reading() {
    return this.last < (this.about?.last || 0);
  }

  address() {
    const stated = { run: this.about?.run, step: this.follow ? "" : this.step, agent: this.agent, tab: this.tab === "market" ? "" : this.tab, with: this.other };
    const query = new URLSearchParams(Object.entries(stated).filter(([, value]) => value)).toString();
    if (`?${query}` !== location.search) history.replaceState(history.state, "", query ? `?${query}` : location.pathname);
  }

  notice(text) {
    if (text) this.tell("notice", text);
  }

  tell(what, given) {
    for (const listener of this.listeners) listener(what, given);
  }
}
