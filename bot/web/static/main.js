// The page: joins the connection, the people, the panes and the clock.

import { Link } from "./link.js";
import { Pane } from "./pane.js";
import { searchable, showPeople, welcome } from "./people.js";
import { addEarlier, addLine, demoNow, loaded, setClock, setNewest, setPeople, setView, street, stored, timeWords } from "./street.js";
import { lang, speak, t } from "./words.js";

const $ = (id) => document.getElementById(id);
const WIDE = matchMedia("(min-width: 1100px)");
const TOUCH = matchMedia("(pointer: coarse)"); // where focus would bring up the keyboard
const ROOMY = matchMedia("(min-width: 760px)");
let panes = [];
let choosing = null; // the pane for which somebody is being picked

const hears = {
  people(words) { setPeople(words); begin(); },
  clock(words) { setClock(words); showClock(); },
  stirs({ newest }) { setNewest(newest); showNews(); },
  view(words) { setView(words); for (const pane of panesOf(words.viewer)) pane.show(); },
  line({ viewer, line }) {
    if (!addLine(viewer, line)) return;
    link.done(line.id);
    for (const pane of panesOf(viewer)) pane.arrived(line);
    showNews();
  },
  status({ viewer, cards }) { street.status.set(viewer, cards); for (const pane of panesOf(viewer)) pane.showStatus(); },
  said({ id }) { link.done(id); for (const pane of panes) pane.showPending(); },
  refused({ id, why }) { link.failed(id, why); for (const pane of panes) pane.showPending(); },
  earlier(words) { addEarlier(words); for (const pane of panesOf(words.viewer)) pane.showEarlier(words.lines.length); },
};

const link = new Link({
  hear: (words) => hears[words.type]?.(words),
  opened: () => watch(),
  changed: (connected) => showConnection(connected),
});

const panesOf = (viewer) => panes.filter((pane) => pane.viewer === viewer);
const watched = () => panes.map((pane) => pane.viewer);

function watch() { link.send({ do: "watch", viewers: [...new Set(watched())] }); }

// Who is looked at ------------------------------------------------------------------------

function begin() {
  if (!panes.length) {
    for (const [viewer, conversation] of remembered()) {
      if (street.people.has(viewer) && panes.length < (ROOMY.matches ? 2 : 1)) panes.push(newPane(viewer, conversation));
    }
    watch();
  }
  arrange();
}

function newPane(viewer, conversation) {
  return new Pane(viewer, conversation, { link, watched, on: {
    say: (words) => link.say(words),
    earlier: (who, where, before) => link.send({ do: "earlier", viewer: who, conversation: where, before }),
    choose: (pane) => openPeople(pane),
    peek: (pane, viewer_) => (ROOMY.matches ? beside(viewer_, viewer_) : become(pane, viewer_, viewer_)),
    look: showPhoto,
    moved: () => queueMicrotask(remember),
  } });
}

/** Put another person into a pane (or into the first one there is). */
function become(pane, viewer, conversation) {
  const place = Math.max(0, panes.indexOf(pane));
  const already = panes.findIndex((one) => one.viewer === viewer);
  if (already >= 0 && already !== place) panes.splice(already, 1);
  panes[Math.min(place, panes.length)] = newPane(viewer, conversation);
  settle();
}

function beside(viewer, conversation) {
  panes = [panes[0], newPane(viewer, conversation)];
  settle();
}

function settle() {
  panes = panes.filter(Boolean);
  closePeople();
  arrange();
  watch();
  if (!TOUCH.matches) panes.at(-1)?.composer.box.focus({ preventScroll: true });
  document.querySelector("#street [aria-current]")?.scrollIntoView({ block: "nearest" });
}

/** Draw all: after another choice, other people, another language. */
function arrange() {
  document.body.classList.toggle("is-split", panes.length > 1);
  document.body.classList.toggle("is-new", !panes.length);
  const elements = panes.length ? panes.map((pane) => pane.element)
    : [welcome({ onchoose: (viewer) => become(null, viewer), onall: () => openPeople(null) })];
  // Putting the same elements in again would take the focus out of them.
  if (elements.some((element, place) => $("panes").children[place] !== element)
    || $("panes").children.length !== elements.length) $("panes").replaceChildren(...elements);
  for (const pane of panes) pane.show();
  $("split").hidden = !panes.length;
  $("split").ariaPressed = String(panes.length > 1);
  $("split").textContent = t(panes.length > 1 ? "unsplit" : "split");
  showList();
  remember();
}

function remember() {
  const shown = panes.map((pane) => `${pane.viewer}.${pane.conversation}`).join(",");
  if (street.people.size) history.replaceState(null, "", shown ? `#${shown}` : location.pathname);
  if (street.people.size) stored("linbang.panes", shown);
}

function remembered() {
  const shown = decodeURIComponent(location.hash.slice(1)) || loaded("linbang.panes") || "";
  return shown.split(",").filter(Boolean).map((one) => one.split("."));
}

// The list of neighbours ------------------------------------------------------------------

function showList() {
  showPeople($("street"), { words: $("search").value, chosen: watched(), onchoose: choose });
}

function showNews() {
  for (const pane of panes) pane.showNews();
  showList();
}

function choose(viewer) {
  if (choosing === "beside") beside(viewer);
  else become(choosing ?? panes.at(-1) ?? null, viewer);
}

function openPeople(pane, byKey = false) {
  choosing = pane;
  document.body.classList.add("choosing");
  if (!WIDE.matches) {
    $("veil").hidden = false;
    document.querySelector(".top").inert = true;
    $("panes").inert = true;
  }
  (TOUCH.matches && !byKey ? $("close-people") : $("search")).focus();
}

function closePeople() {
  choosing = null;
  document.body.classList.remove("choosing");
  $("veil").hidden = true;
  document.querySelector(".top").inert = false;
  $("panes").inert = false;
  if ($("search").value) { $("search").value = ""; showList(); }
}

// The clock, the connection, a photo, the language ----------------------------------------

function showClock() {
  const { at, busy } = street.clock;
  if (at === null) return;
  const shown = timeWords(demoNow(), lang(), { day: true });
  if ($("now").textContent !== shown) $("now").textContent = shown;
  $("now").dateTime = new Date(demoNow()).toISOString();
  $("moving").hidden = !busy;
  for (const button of document.querySelectorAll("[data-step]")) button.disabled = busy || !link.connected;
}

function showConnection(connected) {
  const banner = $("banner");
  const wasLost = banner.classList.contains("is-lost");
  banner.classList.toggle("is-lost", !connected);
  banner.hidden = connected && !wasLost;
  banner.textContent = t(connected ? "back" : "lost");
  if (connected && wasLost) setTimeout(() => { if (link.connected) banner.hidden = true; }, 1800);
  showClock();
  for (const pane of panes) pane.showPending();
}

function showPhoto(source, words) {
  const picture = $("viewer").querySelector("img");
  Object.assign(picture, { src: source, alt: words });
  $("viewer").showModal();
}

function useLanguage(language) {
  speak(language);
  stored("linbang.language", lang());
  $("language").textContent = lang() === "zh" ? "English" : "中文";
  $("language").lang = lang() === "zh" ? "en" : "zh-CN";
  showClock();
  if (street.people.size) arrange();
}

searchable($("search"), $("street"), { onwords: showList, onchoose: choose });
$("language").onclick = () => useLanguage(lang() === "zh" ? "en" : "zh");
$("close-people").onclick = closePeople;
$("veil").onclick = closePeople;
$("home").onclick = (event) => { event.preventDefault(); panes = []; settle(); };
$("viewer").onclick = () => $("viewer").close();
$("split").onclick = () => {
  if (panes.length > 1) { panes.length = 1; settle(); } else openPeople("beside");
};
for (const button of document.querySelectorAll("[data-step]")) {
  button.onclick = () => link.send({ do: "advance", step: button.dataset.step });
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("choosing")) closePeople();
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, textarea")) return;
  event.preventDefault();
  openPeople(panes.at(-1) ?? null, true);
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) for (const pane of panes) pane.read(); });
WIDE.addEventListener("change", closePeople);
ROOMY.addEventListener("change", () => { if (!ROOMY.matches && panes.length > 1) { panes.length = 1; settle(); } });
setInterval(showClock, 1000);
useLanguage(loaded("linbang.language") ?? "zh");
