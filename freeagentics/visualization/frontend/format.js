// Numbers and moments as people read them.
const MINUS = "\u2212";

function signed(text) {
  return text.replace("-", MINUS);
}

function fixed(value, digits) {
  return value === null || value === undefined ? "–" : signed(value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
}

function percent(value, digits = 1) {
  return value === null || value === undefined ? "–" : `${fixed(100 * value, digits)}%`;
}

function change(value, digits = 1) {
  return value === null || value === undefined ? "–" : `${value > 0 ? "+" : ""}${percent(value, digits)}`;
}

function whole(value) {
  return value === null || value === undefined ? "–" : signed(Math.round(value).toLocaleString("en-US"));
}

function price(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  return fixed(value, size >= 1000 ? 0 : size >= 10 ? 2 : size >= 0.1 ? 4 : 6);
}

function short(value) {
  if (value === null || value === undefined) return "–";
  return signed(Number(value.toPrecision(4)).toLocaleString("en-US", { maximumSignificantDigits: 4 }));
}

function many(count, noun) {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function bytes(value) {
  const units = ["B", "KB", "MB", "GB"];
  let place = 0;
  while (value >= 1024 && place < 3) { value /= 1024; place += 1; }
  return `${fixed(value, place && value < 100 ? 1 : 0)} ${units[place]}`;
}

function moment(time) {
  return time ? `${new Date(time).toISOString().slice(0, 16).replace("T", " ")}` : "–";
}

function day(time) {
  return new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "2-digit", timeZone: "UTC" });
}

function words(name) {
  const text = String(name).replaceAll("_", " ").replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function tone(value) {
  return value > 0 ? "good" : value < 0 ? "bad" : "";
}

// Standard deviations, which forecasts and outcomes are in.
function sd(value) {
  return value === null || value === undefined ? "–" : `${value > 0 ? "+" : ""}${fixed(value, 2)} sd`;
}
