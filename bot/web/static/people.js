// Who to be: everybody by building, with what they are to their neighbours, found by typing.

import { badges } from "./bubbles.js";
import { avatar, h, walkable } from "./dom.js";
import { buildingOf, nameOf, street, withNews } from "./street.js";
import { lang, roleWord, t } from "./words.js";

const FIRST = ["elder", "volunteer", "coordinator", "doctor", "keeper", "property"];

/** Draw the list; `chosen` are being looked at, `onchoose(id)` when somebody is picked. */
export function showPeople(place, { words, chosen, onchoose }) {
  const wanted = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = [...street.people.values()].filter((card) => wanted.every((word) => about(card).includes(word)));
  const news = new Set(withNews(chosen).map((card) => card.id));
  const row = (card) => personRow(card, { chosen: chosen.includes(card.id), news: news.has(card.id), onchoose });
  const groups = Map.groupBy ? Map.groupBy(found, (card) => card.building) : grouped(found);
  const scrolled = place.scrollTop;
  place.replaceChildren(...[...groups].sort(([one], [other]) => !one - !other || one.localeCompare(other, "zh", { numeric: true }))
    .map(([building, cards]) => h("section", {},
      h("h3", {}, h("span", {}, buildingOf(cards[0], lang()) || t("others")), h("span.how-many", {}, t("count", { count: cards.length }))),
      h("ul", {}, cards.map((card) => h("li", {}, row(card)))))));
  if (!found.length) place.append(h("p.nothing", {}, t(street.people.size ? "nobody" : "missing")));
  place.scrollTop = scrolled;
}

/** Search as one types, and walk with the arrow keys. */
export function searchable(input, place, { onwords, onchoose }) {
  walkable(place, "button");
  input.addEventListener("input", () => onwords(input.value));
  input.addEventListener("keydown", (event) => {
    const first = place.querySelector("button");
    if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
    if (event.key === "Enter") {
      // Or the line break would land in the box that gets the focus.
      event.preventDefault();
      if (first) onchoose(first.dataset.person);
    }
    if (event.key === "Escape") { input.value = ""; onwords(""); }
  });
}

/** The first thing a newcomer sees: a few people to begin with. */
export function welcome({ onchoose, onall }) {
  const count = street.people.size;
  return h("section.welcome", { "aria-labelledby": "welcome" },
    h("img", { src: "/static/lantern.svg", alt: "", width: 72, height: 72 }),
    h("h2", { id: "welcome" }, t("welcome")),
    h("p", {}, t("welcome_1", { count })), h("p.soft", {}, t("welcome_2")),
    h("ul.first", {}, firstPeople().map((card) => h("li", {}, h("button.plain.card", { type: "button",
      "data-person": card.id, onclick: () => onchoose(card.id) },
      avatar(card, ".large"), h("bdi.person-name", {}, nameOf(card, lang())),
      h("span.badges", {}, badges(card, 2, true)), h("span.where", {}, buildingOf(card, lang())))))),
    h("button.link.narrow-only", { type: "button", onclick: onall }, t("all", { count })));
}

// A person for each role, and a plain resident first of all.
function firstPeople() {
  const all = [...street.people.values()];
  const picked = [];
  const pick = (fits) => {
    const card = all.find((one) => fits(one) && !picked.includes(one));
    if (card) picked.push(card);
  };
  pick((card) => card.roles.every((role) => role === "resident") && card.rooms.length > 0);
  for (const role of FIRST) {
    const before = picked.length;
    pick((card) => card.roles[0] === role && card.roles.length === 1);
    if (picked.length === before) pick((card) => card.roles.includes(role));
  }
  return picked.slice(0, 6);
}

function personRow(card, { chosen, news, onchoose }) {
  return h("button.plain.neighbour", { type: "button", ariaCurrent: chosen ? "true" : null,
    "data-person": card.id, onclick: () => onchoose(card.id) },
    avatar(card), h("span.person-words", {}, h("bdi.person-name", {}, nameOf(card, lang())),
      h("span.badges", {}, badges(card))),
    news && h("span.dot", { title: t("news") }, h("span.unseen", {}, t("news"))));
}

const about = (card) => [card.name, card.name_en, card.building, card.building_en, ...card.roles, ...card.roles.map(roleWord)]
  .join(" ").toLowerCase();

function grouped(cards) {
  const groups = new Map();
  for (const card of cards) groups.set(card.building, [...(groups.get(card.building) ?? []), card]);
  return groups;
}
