// Elements, and what several parts of the page do with them.
const SVG = "http://www.w3.org/2000/svg";

function put(node, properties, children) {
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}

function el(tag, properties, ...children) {
  return put(document.createElement(tag), properties, children);
}

function svg(tag, properties, ...children) {
  return put(document.createElementNS(SVG, tag), properties, children);
}

function button(text, action, properties) {
  return el("button", { type: "button", class: "plain", text, onclick: action, ...properties });
}

// A card with a heading; what stands in `more` goes beside it.
function card(title, classes, body, more) {
  const heading = el("h2", { text: title });
  return el("section", { class: `card ${classes || ""}` }, el("header", {}, heading, el("div", { class: "tools" }, more || [])), body);
}

function pairs(rows) {
  const cells = rows.filter(Boolean).map(([name, value, title]) => [el("dt", { text: name, title }), el("dd", {}, value)]);
  return el("dl", { class: "pairs" }, ...cells.flat());
}

function tile(label, value, note, tone) {
  return el("div", { class: "tile" }, el("span", { class: "label", text: label }), el("strong", { class: tone || "", text: value }),
    el("span", { class: "note", text: note || "" }));
}

// Six of them before they say anything: what stands below does not move when they do.
function tiles() {
  return el("div", { class: "tiles" }, Array.from({ length: 6 }, () => tile("\u00a0", "–", "\u00a0")));
}

function empty(text) {
  return el("p", { class: "empty", text });
}

function download(name, type, content) {
  const link = el("a", { download: name });
  link.href = content instanceof Blob ? URL.createObjectURL(content) : URL.createObjectURL(new Blob([content], { type }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function csv(head, rows) {
  const cell = (value) => (/[",\n]/.test(String(value ?? "")) ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ""));
  return [head, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

// The colour that a variable of the style sheet has now.
function colour(name) {
  return getComputedStyle(document.querySelector(".observatory")).getPropertyValue(`--${name}`).trim();
}

// A canvas as wide as its place, drawn anew whenever that changes.
function canvas(height, label, draw, properties) {
  const node = el("canvas", { role: "img", "aria-label": label, ...properties });
  const place = el("div", { class: "canvas" }, node);
  place.style.height = `${height}px`;
  const paint = () => {
    const width = place.clientWidth;
    if (!width) return;
    const dense = window.devicePixelRatio || 1;
    node.width = Math.round(width * dense);
    node.height = Math.round(height * dense);
    const context = node.getContext("2d");
    context.scale(dense, dense);
    draw(context, width, height);
  };
  new ResizeObserver(paint).observe(place);
  return { node: place, canvas: node, paint };
}
