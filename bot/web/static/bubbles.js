// One line of talk on the screen. Whatever people wrote is only ever text.

import { avatar, h, langOf } from "./dom.js";
import { nameOf, sameDay, street, timeWords, demoNow } from "./street.js";
import { lang, roleWord, t } from "./words.js";

const LONG = 900;
const PAUSE = 5 * 60 * 1000;

/** The line of a person or the bot; `onquote(line)` when it is picked to be quoted. */
export function bubble(line, viewer, { onquote, onshow }) {
  const card = street.people.get(line.sender);
  const mine = line.sender === viewer;
  const who = line.sender === null ? t("bot") : nameOf(card, lang()) || line.name;
  const talk = h("div.bubble", { onclick: () => getSelection().isCollapsed && onquote(line) },
    ...line.photos.map((digest) => photo(digest, who, onshow)),
    (line.text || line.mentions.length > 0) && words(line));
  return h(`li.line.${mine ? "mine" : line.sender === null ? "from-bot" : "other"}${line.alarm ? ".alarm" : ""}`,
    { "data-id": line.id },
    mine ? null : avatar(line.sender === null ? null : card ?? { id: line.name, name: line.name }),
    h("div.what", {},
      mine || line.conversation === viewer ? h("span.unseen", {}, mine ? t("you") : who) : byline(line, card, who),
      h("div.row", {}, talk, h("button.plain.quote-it", {
        type: "button", title: t("quote"), ariaLabel: `${t("quote")}: ${who} ${line.text.slice(0, 40)}`,
        onclick: () => onquote(line),
      }, "❝")),
      line.quote && quoted(line.quote)));
}

/** What was said but is not yet with the server. */
export function pendingBubble(words, onagain) {
  return h(`li.line.mine.pending${words.failed ? ".failed" : ""}`, {},
    h("div.what", {},
      h("div.row", {}, h("div.bubble", {},
        ...words.photos.map((digest) => photo(digest, t("you"), () => {})),
        words.text && h("p.words", { dir: "auto", lang: langOf(words.text) }, words.text))),
      h("p.fate", { role: words.failed ? "alert" : null },
        words.failed ? t("failed", { why: t(words.failed) }) : t("waiting"),
        words.failed && h("button.link", { type: "button", onclick: () => onagain(words) }, t("again")))));
}

/** The time between two lines, if it is worth saying. */
export function pause(before, line) {
  const at = Date.parse(line.at);
  if (before && at - Date.parse(before.at) < PAUSE) return null;
  const day = !sameDay(at, demoNow()) || (before && !sameDay(at, Date.parse(before.at)));
  return h("li.pause", {}, h("time", { dateTime: line.at }, timeWords(at, lang(), { day })));
}

export function quoted({ sender, name, text }) {
  const who = sender === null ? t("bot") : nameOf(street.people.get(sender), lang()) || name;
  return h("div.quoted", {}, h("p", {}, h("bdi", {}, who), ": ",
    h("span", { dir: "auto", lang: langOf(text) }, text || t("photo_word"))));
}

/** What somebody is, as small labels; a plain resident has none, unless `always`. */
export function badges(card, most = 3, always = false) {
  const special = card.roles.filter((role) => role !== "resident").slice(0, most);
  const shown = special.length || !always ? special : ["resident"];
  return shown.map((role) => h(`span.badge.is-${role.replace(/[^a-z_]/g, "")}`, {}, roleWord(role)));
}

function byline(line, card, who) {
  if (line.sender === null) return h("div.by", {}, who);
  return h("div.by", {}, h("bdi", {}, who), card ? badges(card, 1) : null);
}

function words(line) {
  const text = h("p.words", { dir: "auto", lang: langOf(line.text) });
  for (const person of line.mentions) {
    const name = nameOf(street.people.get(person), lang());
    if (name && line.sender === null && !line.text.includes(`@${name}`)) text.append(h("bdi.at", {}, `@${name}`), " ");
  }
  // #12 is what people look for in an answer.
  const numbered = line.sender === null ? line.text.split(/(#\d{1,6}(?!\d))/) : [line.text];
  numbered.forEach((part, place) => text.append(place % 2 ? h("b.number", {}, part) : part));
  if (line.text.length <= LONG) return text;
  text.classList.add("folded");
  const fold = h("button.link", { type: "button", ariaExpanded: "false", onclick: (event) => {
    event.stopPropagation();
    const folded = text.classList.toggle("folded");
    fold.textContent = t(folded ? "more" : "less");
    fold.ariaExpanded = String(!folded);
  } }, t("more"));
  return h("div", {}, text, fold);
}

function photo(digest, who, onshow) {
  const source = `/photo/${digest}`;
  const picture = h("img", { src: source, alt: t("from", { name: who }), decoding: "async" });
  return h("button.plain.photo", { type: "button", onclick: (event) => {
    event.stopPropagation();
    onshow(source, picture.alt);
  } }, picture);
}
