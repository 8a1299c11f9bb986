// Resources: what the run takes, in RAM and on disk.
class Resources {
  constructor(page) {
    this.page = page;
    this.tiles = tiles();
    this.ram = el("div");
    this.disk = el("div");
    this.events = el("div");
    this.sync = el("div");
    this.charts = [];
    this.node = el("div", { class: "grid" }, this.tiles, card("RAM of an agent, by what it is taken by", "", this.ram), card("The journal on disk, by kind of page", "", this.disk), card("What stood out", "", this.events), card("Stores", "", this.sync));
  }

  update(what) {
    const { page } = this;
    if (!page.columns || (what !== "opened" && what !== "tab" && !(what === "piece" && page.last - (this.seen || 0) >= 100))) return;
    this.seen = page.last;
    page.ask("resources").then((found) => this.fill(found), (error) => page.notice(error.message));
  }

  fill(found) {
    const { summary } = found, foot = summary?.footprint, agents = this.page.about.agents.length;
    this.tiles.replaceChildren(
      foot ? tile("Peak of its process", `${whole(foot.rss_peak_mb)} MB`, `${whole(foot.rss_before_mb)} MB before there was an agent`) : tile("This server now", `${whole(found.rss)} MB`, "all pages and runs that it serves"),
      foot ? tile("An agent", `${fixed(foot.per_agent_kb, 1)} KB`, `${fixed(foot.attributed_mb, 1)} MB for all`) : tile("An agent", "–", "measured when the run ends"),
      tile("Garbage collection", percent(summary ? summary.gc_overhead : found.gc, 2), "of wall time"),
      tile("Journal", bytes(found.journal), `${bytes(found.journal / Math.max(1, agents * found.steps))} an agent and step`),
      summary ? tile("Speed", whole(summary.agent_steps_per_s), "agent-steps a second") : tile("Speed", "–", "measured when the run ends"),
      summary ? tile("A memory", `${fixed(summary.bytes_per_memory, 1)} bytes`, `${whole(summary.memories)} of them`) : tile("This server now", `${whole(found.rss)} MB`, "resident"),
    );
    this.ram.replaceChildren(foot ? this.bars(Object.entries(foot.by_category_kb).map(([name, value]) => [name, value, `${fixed(value, 2)} KB`])) : empty("Measured when the run ends."),
      foot ? el("p", { class: "note", text: `${fixed(foot.unattributed_mb, 1)} MB of the peak are nobody's: pages on their way to disk, buffers, the allocator.` }) : "");
    this.disk.replaceChildren(this.bars(Object.entries(found.pages).map(([name, [count, size]]) => [name, size, bytes(size), `${whole(count)} records`])));
    const events = summary?.events || [];
    this.events.replaceChildren(events.length ? el("ul", {}, events.map((event) => el("li", { text: `step ${whole(event.step)}: ${event.message}` }))) : empty(summary ? "Nothing: no alert, and no limit was met." : "Alerts are listed when the run ends."));
    const stores = summary?.stores || [];
    this.sync.replaceChildren(stores.length ? pairs(stores.map((store) => [store.tier, `${store.url}: ${store.lag_steps} steps behind, ${whole(store.records)} records, ${store.failures} failures`])) : empty("The run feeds no store; its journal is all there is."));
  }

  bars(rows) {
    const most = Math.max(1e-9, ...rows.map(([, value]) => value));
    return el("ul", { class: "bars" }, rows.map(([name, value, text, title]) => el("li", { title }, el("span", { text: words(name) }), el("i", { class: "plus", style: `--share:${value / most}` }), el("b", { text }))));
  }
}
