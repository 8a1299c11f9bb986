// The page as a whole: one bar, one view at a time, and what comes from the server.
const VIEWS = { market: Market, agents: Agents, signals: Signals, memory: Memory, compare: Compare, resources: Resources };

function openPage(root, ask) {
  // A page that is being left has nobody to ask any more.
  let left = false;
  addEventListener("beforeunload", () => { left = true; });
  const page = new Page((message) => { if (!left) ask(message); }), bar = new Bar(page), view = el("div", { id: "view", role: "tabpanel" }), main = el("main", { tabindex: "-1" }, view);
  const views = {};
  root.dataset.theme = localStorage.getItem("freeagentics-theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  document.documentElement.lang = "en";
  root.append(bar.node, el("div", { class: "statusline" }, bar.status, bar.alert), main, bar.begin.node, bar.fork.node);
  view.append(empty("Opening…"));
  if (!(page.tab in VIEWS)) page.tab = "market";

  const shown = () => (views[page.tab] ||= new VIEWS[page.tab](page));
  const wanted = new Set();
  let due = false;

  function draw() {
    due = false;
    const what = [...wanted];
    wanted.clear();
    bar.update();
    if (what.some((one) => one === "piece" || one === "opened" || one === "memory" || one === "theme")) bar.events.paint();
    if (!page.about) return;
    const now = shown();
    if (view.firstChild !== now.node) { view.replaceChildren(now.node); view.setAttribute("aria-labelledby", `tab-${page.tab}`); bar.reveal(page.tab); }
    page.charts = new Set(now.charts);
    if (what.includes("theme")) for (const one of Object.values(views)) for (const chart of one.charts) chart.restyle();
    const order = ["opened", "tab", "other", "agent", "account", "piece", "memory", "theme"];
    const first = order.find((one) => what.includes(one)) || what[0];
    now.update(first);
    if (what.includes("piece") && first !== "piece") now.update("piece");
    account();
    page.address();
  }

  // The account of the desk of the agent that is picked, which charts of the market show.
  function account() {
    if (!page.agent || page.account || !page.last) return;
    page.latest("account", "account", { agent: page.agent }, (found, given) => {
      if (given.agent !== page.agent || found.equity.length > page.last) return;
      page.account = found;
      page.tell("account");
    });
  }

  page.listeners.push((what, given) => {
    if (what === "notice") { bar.warn(given); return; }
    if (what === "fork") { bar.fork.open(); return; }
    if (what === "opened") { bar.warn(""); bar.shelf(); bar.begin.opened(); page.ask("shelf").then((shelf) => { page.shelf = shelf; bar.shelf(); bar.begin.opened(); page.tell("other"); }, () => {}); }
    wanted.add(what);
    if (due) return;
    due = true;
    requestAnimationFrame(draw);
  });

  function key(event) {
    const typing = event.target.closest("input, select, textarea, dialog, [role=tablist]");
    if (event.key === " " && !typing && event.target.tagName !== "BUTTON") { event.preventDefault(); page.play(); }
    if (typing) return;
    if (event.key === "ArrowRight") page.stepOn();
    if (event.key === "ArrowLeft") page.go(page.step - 1);
    if (event.key === "Home") page.go(1);
    if (event.key === "End") page.go(page.last, page.canGoOn);
  }
  document.addEventListener("keydown", key);

  const takes = {
    answer: (message) => page.answered(message),
    opened: (message) => page.opened(message),
    piece: (message) => { page.take(message); requestAnimationFrame(() => page.send({ ask: "seen", id: 0 })); },
    memory: (message) => { page.takeMemory(message); requestAnimationFrame(() => page.send({ ask: "seen", id: 0 })); },
    state: (message) => { page.state = message; page.tell("state"); },
    belief: (message) => { if (views.agents) views.agents.believed(message); },
    notice: (message) => page.notice(message.text),
  };

  page.ask("hello", { run: page.wantedRun }).then((shelf) => { page.shelf = shelf; bar.shelf(); bar.begin.fill(); page.tell("other"); }, (error) => { view.replaceChildren(empty(error.message)); });
  return { heard: (message) => takes[message.kind](message), leave: () => { document.removeEventListener("keydown", key); page.stopReplay(); } };
}
