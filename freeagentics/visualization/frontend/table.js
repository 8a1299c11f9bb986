// A table that draws only the rows in sight, sorted by any column and filtered by words.
const ROW = 28, BEYOND = 6;

class Table {
  // columns: [{label, value(row), show(row), number, title}]; onpick(row) makes rows ones to choose.
  constructor({ label, columns, height = 420, onpick, sort, descending = true, note }) {
    Object.assign(this, { label, columns, onpick, sort, descending, rows: [], shown: [], words: "", note });
    this.head = el("tr", {}, columns.map((column, place) => el("th", { scope: "col", class: column.number ? "number" : "" },
      el("button", { type: "button", text: column.label, title: column.title, onclick: () => this.by(place) }))));
    this.body = el("tbody");
    this.lines = new Map();
    [this.before, this.after] = [0, 1].map(() => el("tr", { class: "gap", "aria-hidden": "true" }, el("td", { colspan: columns.length })));
    this.table = el("table", { "aria-label": label }, el("thead", {}, this.head), this.body);
    this.place = el("div", { class: "rows", tabindex: "0", role: "region", "aria-label": label, onscroll: () => this.paint() }, this.table);
    this.place.style.maxHeight = `${height}px`;
    this.count = el("span", { class: "count" });
    this.filter = el("input", { type: "search", placeholder: "Filter", "aria-label": `Filter ${label.toLowerCase()}`, oninput: () => { this.words = this.filter.value.toLowerCase(); this.arrange(); } });
    this.tools = [this.count, this.filter, button("CSV", () => this.csv(), { "aria-label": `${label} as CSV` })];
    this.node = this.place;
  }

  set(rows) {
    this.rows = rows;
    this.arrange();
  }

  by(place) {
    this.descending = this.sort === place ? !this.descending : Boolean(this.columns[place].number);
    this.sort = place;
    this.arrange();
  }

  arrange() {
    const parts = this.words.split(/\s+/).filter(Boolean);
    const says = (row) => this.columns.map((column) => this.text(column, row)).join(" ").toLowerCase();
    this.shown = parts.length ? this.rows.filter((row) => { const text = says(row); return parts.every((part) => text.includes(part)); }) : [...this.rows];
    if (this.sort !== undefined) {
      const { value } = this.columns[this.sort], way = this.descending ? -1 : 1;
      this.shown.sort((a, b) => { const x = value(a), y = value(b); return x === y ? 0 : x === null ? 1 : y === null ? -1 : x < y ? -way : way; });
    }
    this.head.childNodes.forEach((cell, place) => cell.setAttribute("aria-sort", place === this.sort ? (this.descending ? "descending" : "ascending") : "none"));
    this.count.textContent = parts.length ? `${whole(this.shown.length)} of ${whole(this.rows.length)}` : whole(this.rows.length);
    this.paint();
  }

  text(column, row) {
    const shown = column.show ? column.show(row) : column.value(row);
    return shown instanceof Node ? shown.textContent : String(shown ?? "–");
  }

  // Rows in sight keep their elements while what they say changes: a press and its release must meet the same element to be a click.
  paint() {
    const first = Math.max(0, Math.floor(this.place.scrollTop / ROW) - BEYOND);
    const height = Math.max(this.place.clientHeight, parseInt(this.place.style.maxHeight, 10));
    const last = Math.min(this.shown.length, first + Math.ceil(height / ROW) + 2 * BEYOND);
    const gap = (which, rows) => { which.firstChild.style.height = `${rows * ROW}px`; return which; };
    for (const place of this.lines.keys()) if (place < first || place >= last) this.lines.delete(place);
    const rows = this.shown.slice(first, last).map((row, place) => this.say(this.lineAt(first + place), row));
    this.lay([...(first ? [gap(this.before, first)] : []), ...rows, ...(last < this.shown.length ? [gap(this.after, this.shown.length - last)] : [])]);
    if (!this.shown.length) this.body.append(el("tr", {}, el("td", { colspan: this.columns.length, class: "empty", text: this.rows.length ? "Nothing matches." : (this.note || "Nothing yet.") })));
  }

  lay(wanted) {
    const there = this.body.childNodes;
    if (wanted.length !== there.length || wanted.some((node, place) => node !== there[place])) this.body.replaceChildren(...wanted);
  }

  lineAt(place) {
    if (!this.lines.has(place)) this.lines.set(place, this.line());
    return this.lines.get(place);
  }

  line() {
    const cells = this.columns.map(() => el("td"));
    if (!this.onpick) return el("tr", {}, cells);
    const node = el("tr", { tabindex: "0", onclick: () => this.onpick(node.row), onkeydown: (event) => { if (event.key === "Enter") this.onpick(node.row); } }, cells);
    return node;
  }

  say(node, row) {
    node.row = row;
    if (this.onpick) node.className = this.picked && this.picked(row) ? "pick picked" : "pick";
    this.columns.forEach((column, place) => {
      const cell = node.childNodes[place], shown = column.show ? column.show(row) : column.value(row);
      cell.className = [column.number ? "number" : "", column.tone ? column.tone(row) : ""].join(" ").trim();
      if (shown instanceof Node) cell.replaceChildren(shown);
      else if (cell.textContent !== String(shown ?? "–")) cell.textContent = String(shown ?? "–");
    });
    return node;
  }

  csv() {
    download(`${this.label.toLowerCase().replaceAll(/[^a-z]+/g, "-")}.csv`, "text/csv",
      csv(this.columns.map((column) => column.label), this.shown.map((row) => this.columns.map((column) => column.value(row)))));
  }
}
