// Pictures on canvas: the belief of an agent, and all agents as dots.
const LEVELS = [0.1, 0.3, 1, 3, 10];

// Probability of each drift (rows) and volatility (columns), darker where it is larger.
class BeliefMap {
  constructor(page) {
    this.page = page;
    this.belief = null;
    this.asset = 0;
    this.picture = canvas(230, "Belief over drift and volatility", (context, width, height) => this.draw(context, width, height));
    this.node = this.picture.node;
  }

  set(belief) {
    this.belief = belief;
    this.picture.canvas.setAttribute("aria-label", this.words());
    this.picture.paint();
  }

  words() {
    if (!this.belief) return "Belief over drift and volatility, not computed yet";
    const cells = this.belief.cells[this.asset], flat = cells.flat(), most = flat.indexOf(Math.max(...flat));
    return `Belief over drift and volatility; most likely is drift ${Math.floor(most / cells[0].length)} and volatility ${most % cells[0].length} of ${cells.length} by ${cells[0].length}`;
  }

  draw(context, width, height) {
    context.clearRect(0, 0, width, height);
    if (!this.belief) return;
    const { cells: all, drift, volatility } = this.belief, cells = all[this.asset];
    const left = 46, bottom = 32, top = 6, wide = width - left - 8, high = height - bottom - top;
    const rows = cells.length, columns = cells[0].length, most = Math.sqrt(Math.max(...cells.flat()));
    const across = wide / columns, up = high / rows, ink = colour("accent");
    context.fillStyle = ink;
    for (let row = 0; row < rows; row += 1) for (let column = 0; column < columns; column += 1) {
      context.globalAlpha = Math.sqrt(cells[row][column]) / most;
      context.fillRect(left + column * across, top + high - (row + 1) * up, across + 0.4, up + 0.4);
    }
    context.globalAlpha = 1;
    this.frame(context, { left, top, wide, high, drift, volatility });
  }

  frame(context, { left, top, wide, high, drift, volatility }) {
    const [low, large] = volatility.map(Math.log);
    context.strokeStyle = colour("rule");
    context.strokeRect(left + 0.5, top + 0.5, wide, high);
    context.beginPath();
    context.moveTo(left, top + high / 2);
    context.lineTo(left + wide, top + high / 2);
    context.stroke();
    context.fillStyle = colour("muted");
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "center";
    for (const level of LEVELS) context.fillText(String(level), left + (wide * (Math.log(level) - low)) / (large - low), top + high + 13);
    context.fillText("volatility over running volatility", left + wide / 2, top + high + 27);
    context.textAlign = "right";
    for (const share of [-1, 0, 1]) context.fillText(signed(`${share > 0 ? "+" : ""}${share * drift}`), left - 6, top + high / 2 - (share * high) / 2 + (share > 0 ? 9 : share < 0 ? -1 : 4));
    context.save();
    context.translate(11, top + high / 2);
    context.rotate(-Math.PI / 2);
    context.textAlign = "center";
    context.fillText("drift a bar", 0, 0);
    context.restore();
  }
}

// A dot an agent: a band for each role, across by what it decided, up by how sure it is.
class Dots {
  constructor(page, onpick) {
    this.page = page;
    this.rows = null;
    this.spots = [];
    this.picture = canvas(240, "All agents", (context, width, height) => this.draw(context, width, height));
    this.node = this.picture.node;
    this.picture.canvas.addEventListener("click", (event) => {
      const box = this.picture.canvas.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
      const near = this.nearest(x, y);
      if (near) onpick(near);
    });
  }

  set(rows) {
    this.rows = rows;
    this.picture.canvas.setAttribute("aria-label", `${rows.agent.length} agents by the value of their decision, a band for each role`);
    this.picture.paint();
  }

  nearest(x, y) {
    let found = null, least = 144;
    for (const [agent, left, top] of this.spots) {
      const far = (left - x) ** 2 + (top - y) ** 2;
      if (far < least) { least = far; found = agent; }
    }
    return found;
  }

  draw(context, width, height) {
    context.clearRect(0, 0, width, height);
    this.spots = [];
    if (!this.rows) return;
    const { team, role, agents } = this.page.about, { agent, value, confidence, memory } = this.rows;
    const band = height / team.length, left = 148, wide = width - left - 14;
    const ends = team.map(() => [Infinity, -Infinity]);
    agent.forEach((one, place) => { const end = ends[role[one]], v = value[place]; if (v !== null) { end[0] = Math.min(end[0], v); end[1] = Math.max(end[1], v); } });
    context.font = "12px system-ui, sans-serif";
    team.forEach((name, place) => this.lane(context, name, ends[place], { band, place, left, wide, width }));
    const radius = agent.length > 4000 ? 1.4 : agent.length > 600 ? 2.2 : 4;
    const plain = colour("muted"), heeding = colour("accent");
    agent.forEach((one, place) => {
      const [low, high] = ends[role[one]];
      if (value[place] === null) return;
      const x = left + (high > low ? ((value[place] - low) / (high - low)) * wide : wide / 2);
      const y = band * role[one] + band - 8 - Math.min(1, confidence[place] ?? 0) * (band - 16);
      context.globalAlpha = agents[one] === this.page.agent ? 1 : 0.55;
      context.fillStyle = memory[place] > 0 ? heeding : plain;
      dot(context, x, y, agents[one] === this.page.agent ? radius + 3 : radius);
      this.spots.push([agents[one], x, y]);
    });
    context.globalAlpha = 1;
  }

  lane(context, name, [low, high], { band, place, left, wide, width }) {
    const y = band * (place + 1);
    context.strokeStyle = colour("rule");
    context.beginPath();
    context.moveTo(0, y - 0.5);
    context.lineTo(width, y - 0.5);
    context.stroke();
    context.fillStyle = colour("ink");
    context.textAlign = "left";
    context.fillText(words(name), 0, y - band / 2 - 2);
    context.fillStyle = colour("muted");
    if (high > low) context.fillText(`${short(low)} to ${short(high)}`, 0, y - band / 2 + 13);
    else if (low < Infinity) context.fillText(`all ${short(low)}`, 0, y - band / 2 + 13);
  }
}
