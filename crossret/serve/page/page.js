"use strict";
// Everything that comes from the server is set as text, never as markup.
const names = new Intl.DisplayNames(["en"], { type: "language" });
const $ = (id) => document.getElementById(id);
let models = [];
let picture = null;
const columns = [];

function languageName(code) {
  try { return `${names.of(code)} (${code})`; } catch { return code; }
}

function option(value, text) {
  const made = document.createElement("option");
  made.value = value;
  made.textContent = text;
  return made;
}

function fill(select, pairs) {
  const before = select.value;
  select.replaceChildren(...pairs.map(([value, text]) => option(value, text)));
  if (pairs.some(([value]) => value === before)) select.value = before;
}

function languages() {
  const shown = columns.filter((column) => !column.root.hidden).map((column) => column.model());
  const trained = new Set(shown.flatMap((model) => [...model.trained, model.source]));
  const others = new Set(shown.flatMap((model) => model.languages).filter((code) => !trained.has(code)));
  const before = $("lang").value;
  const groups = [["Trained", trained], ["Not trained", others]].filter(([, codes]) => codes.size).map(([label, codes]) => {
    const group = document.createElement("optgroup");
    group.label = label;
    group.append(...[...codes].map((code) => option(code, languageName(code))));
    return group;
  });
  $("lang").replaceChildren(...groups);
  if (trained.has(before) || others.has(before)) $("lang").value = before;
}

class Column {
  constructor(number) {
    this.root = $("column").content.cloneNode(true).querySelector("section");
    this.root.setAttribute("aria-label", `Model ${number}`);
    this.latest = 0;
    this.part("method").addEventListener("change", () => { this.fillCheckpoints(); ask(); });
    this.part("checkpoint").addEventListener("change", () => { this.fillGalleries(); ask(); });
    for (const name of ["gallery", "query"]) this.part(name).addEventListener("change", ask);
    $("columns").append(this.root);
    fill(this.part("method"), [...new Set(models.map((model) => model.label))].map((label) => [label, label]));
    this.fillCheckpoints();
  }

  part(name) { return this.root.querySelector(`.${name}`); }

  model() { return models.find((model) => model.id === this.part("checkpoint").value); }

  choose(model) {
    this.part("method").value = model.label;
    this.fillCheckpoints();
    this.part("checkpoint").value = model.id;
    this.fillGalleries();
  }

  fillCheckpoints() {
    const own = models.filter((model) => model.label === this.part("method").value);
    fill(this.part("checkpoint"), own.map((model) => {
      const read = model.trained.join(", ") || `${model.source} only`;
      return [model.id, `${read}, seed ${model.seed} · ${model.id.slice(0, 8)}`];
    }));
    this.fillGalleries();
  }

  fillGalleries() {
    fill(this.part("gallery"), this.model().galleries.map((name) => [name, name]));
    languages();
  }

  say(text, wrong = false) {
    this.part("status").textContent = text;
    this.part("status").classList.toggle("wrong", wrong);
  }

  async ask(text, lang) {
    const turn = ++this.latest;
    const query = new URLSearchParams({ model: this.model().id, lang, gallery: this.part("gallery").value, top: 12 });
    let address = "/api/captions";
    let request = { method: "POST", body: picture, headers: { "Content-Type": picture?.type ?? "" } };
    if (!picture) {
      query.set("text", text);
      query.set("query", this.part("query").value);
      address = "/api/search";
      request = {};
    }
    this.say("Searching…");
    const started = performance.now();
    let answer;
    try {
      const response = await fetch(`${address}?${query}`, request);
      answer = await response.json();
    } catch {
      answer = { error: "the server does not answer" };
    }
    if (turn !== this.latest) return;
    if (answer.error) {
      this.part("hits").replaceChildren();
      this.say(answer.error, true);
      return;
    }
    const took = Math.round(performance.now() - started);
    const what = picture ? "captions" : "pictures";
    const translated = !picture && answer.asked !== text ? `, asked as “${answer.asked}”` : "";
    this.say(`${answer.hits.length} ${what} in ${took} ms${translated}`);
    const spoken = picture ? lang : this.model().source;
    this.part("hits").replaceChildren(...answer.hits.map((hit) => card(hit, spoken)));
  }
}

function card(hit, lang) {
  const made = document.createElement("li");
  const frame = document.createElement("div");
  frame.className = "frame";
  const image = document.createElement("img");
  image.loading = "lazy";
  image.alt = hit.caption || hit.text || hit.item;
  image.addEventListener("error", () => { frame.textContent = hit.item; });
  image.src = hit.picture;
  frame.append(image);
  const says = document.createElement("div");
  says.className = "says";
  says.lang = lang;
  says.dir = "auto";
  says.textContent = hit.text || hit.caption || hit.item;
  const score = document.createElement("div");
  score.className = "score";
  const rank = document.createElement("span");
  rank.textContent = `#${hit.rank}`;
  const number = document.createElement("span");
  number.textContent = hit.score.toFixed(3);
  score.append(rank, number);
  made.append(frame, says, score);
  return made;
}

function ask() {
  const text = $("text").value.trim();
  if (!picture && !text) return;
  for (const column of columns) if (!column.root.hidden) column.ask(text, $("lang").value);
}

function showOwn() {
  for (const column of columns) {
    const image = column.part("own");
    if (image.src) URL.revokeObjectURL(image.src);
    image.hidden = !picture;
    if (picture) image.src = URL.createObjectURL(picture);
    else image.removeAttribute("src");
  }
}

async function begin() {
  const response = await fetch("/api/models");
  models = (await response.json()).models;
  columns.push(new Column(1), new Column(2));
  const other = models.find((model) => model.label !== models[0].label) ?? models[1];
  columns[0].choose(models[0]);
  if (other) columns[1].choose(other);
  $("compare").checked = Boolean(other);
  $("compare").dispatchEvent(new Event("change"));
  document.body.dataset.ready = "yes";
}

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  picture = null;
  $("picture").value = "";
  showOwn();
  ask();
});
$("picture").addEventListener("change", () => {
  picture = $("picture").files[0] ?? null;
  showOwn();
  ask();
});
$("lang").addEventListener("change", ask);
$("compare").addEventListener("change", () => {
  columns[1].root.hidden = !$("compare").checked;
  languages();
  ask();
});
begin();
