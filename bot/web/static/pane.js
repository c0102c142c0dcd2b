// One person's phone, as it were: their conversations, the talk, and where they write.

import { badges, bubble, pause, pendingBubble } from "./bubbles.js";
import { Composer } from "./composer.js";
import { avatar, h, walkable } from "./dom.js";
import { buildingOf, linesOf, markSeen, nameOf, street, talksOf, unread, withNews } from "./street.js";
import { ideas, lang, t } from "./words.js";

const NEAR = 90;

export class Pane {
  /** `on`: say, earlier, choose (another person), peek (at somebody), look (at a photo), moved. */
  constructor(viewer, conversation, { link, on, watched }) {
    Object.assign(this, { viewer, link, on, watched, drafts: new Map(), waitsForEarlier: false });
    this.composer = new Composer({ onsend: (words) => this.say(words) });
    this.person = h("button.plain.person", { type: "button", onclick: () => on.choose(this) });
    this.talks = h("nav.talks", {});
    walkable(this.talks, "button");
    this.status = h("ul.status", {});
    this.log = h("ol.log", { role: "log", tabIndex: 0, onscroll: () => this.scrolled() });
    this.newer = h("button.newer", { type: "button", hidden: true, onclick: () => this.toEnd() });
    // Rows above and below come and go, and so does a phone's keyboard.
    new ResizeObserver(() => this.sticks && this.toEnd()).observe(this.log);
    this.peek = h("div.peek", { role: "group" });
    this.element = h("section.pane", { ondragover: (event) => this.drag(event), ondragleave: () => this.undrag(),
      ondrop: (event) => this.drop(event) },
      h("header.pane-head", {}, this.person, this.talks),
      h("div.talk", {}, this.status, h("div.log-frame", {}, this.log, this.newer), this.peek, this.composer.element));
    this.element.dataset.viewer = viewer;
    this.open(talksOf(viewer).includes(conversation) ? conversation : talksOf(viewer)[0]);
  }

  get card() { return street.people.get(this.viewer); }

  get isPrivate() { return this.conversation === this.viewer; }

  open(conversation) {
    if (this.conversation) this.drafts.set(this.conversation, this.composer.takeDraft());
    this.conversation = conversation;
    this.composer.putDraft(this.drafts.get(conversation) ?? { text: "", photos: [], quote: null });
    this.show();
    this.on.moved();
  }

  /** Draw everything anew: another conversation, another language, other people. */
  show() {
    if (!this.card) return;
    const name = nameOf(this.card, lang());
    this.element.ariaLabel = name;
    this.person.ariaLabel = t("switch", { name });
    this.person.replaceChildren(avatar(this.card), h("span.person-words", {},
      h("bdi.person-name", {}, name), h("span.badges", {}, badges(this.card), h("span.where", {}, buildingOf(this.card, lang())))),
      h("span.turn", { ariaHidden: "true" }, "⇄"));
    this.talks.ariaLabel = t("talks");
    this.log.ariaLabel = t("messages");
    this.newer.textContent = `↓ ${t("newer")}`;
    this.composer.dress({ placeholder: t(this.isPrivate ? "say_private" : "say"),
      ideas: ideas(this.card.roles, this.isPrivate) });
    this.showLines();
    this.showStatus();
    this.showNews();
  }

  showTalks() {
    this.talks.replaceChildren(...talksOf(this.viewer).map((id) => {
      const isPrivate = id === this.viewer;
      const title = isPrivate ? t("bot_room") : nameOf(street.rooms.get(id), lang()) || id;
      const count = unread(this.viewer, id);
      const last = linesOf(this.viewer, id).at(-1);
      return h("button.plain.talk-of", { type: "button", ariaCurrent: id === this.conversation ? "page" : null,
        "data-conversation": id, onclick: () => this.open(id) },
        isPrivate ? avatar(null) : h("span.avatar.of-room", { ariaHidden: "true" }, "⌂"),
        h("span.talk-words", {}, h("span.talk-name", {}, title),
          h("span.talk-last", { dir: "auto" }, last ? last.text.slice(0, 60) || t("photo_word") : "")),
        count > 0 && h("span.count", { ariaLabel: t("unread", { count }) }, count > 99 ? "99+" : String(count)));
    }));
  }

  showLines() {
    const lines = linesOf(this.viewer, this.conversation);
    this.shown = null;
    this.log.replaceChildren();
    if (!lines.length) {
      this.log.append(h("li.nothing", {}, avatar(null, ".large"), t(this.isPrivate ? "quiet_private" : "quiet_room")));
    }
    for (const line of lines) this.append(line);
    this.showPending();
    this.read();
    this.toEnd();
  }

  append(line) {
    this.log.querySelector(".nothing")?.remove();
    const between = pause(this.shown, line);
    const drawn = bubble(line, this.viewer, { onquote: (one) => this.composer.quoteLine(one), onshow: this.on.look });
    for (const picture of drawn.querySelectorAll("img")) {
      picture.addEventListener("load", () => this.sticks && this.toEnd());
    }
    this.log.append(...[between, drawn].filter(Boolean));
    this.shown = line;
    return drawn;
  }

  /** A new line of this person's has come. */
  arrived(line) {
    if (line.conversation === this.conversation) {
      const stay = !this.sticks && line.sender !== this.viewer;
      for (const node of this.log.querySelectorAll(".pending")) node.remove();
      this.append(line).classList.add("fresh");
      this.showPending();
      if (stay) this.newer.hidden = false;
      else this.toEnd();
    }
    this.read();
  }

  showPending() {
    for (const node of this.log.querySelectorAll(".pending")) node.remove();
    const said = new Set(linesOf(this.viewer, this.conversation).map((line) => line.id));
    for (const words of this.link.unsent.values()) {
      if (words.viewer !== this.viewer || words.conversation !== this.conversation || said.has(words.id)) continue;
      this.log.append(pendingBubble(words, (again) => { this.link.say(again); this.showPending(); }));
    }
  }

  showStatus() {
    const cards = street.status.get(this.viewer) ?? [];
    this.status.hidden = !cards.length;
    this.status.replaceChildren(...cards.map(({ number, words, state }) =>
      h("li", {}, h("b.number", {}, `#${number}`), h("span", { dir: "auto" }, words), h("em", {}, state))));
  }

  showNews() {
    const people = withNews(this.watched()).slice(0, 5);
    this.peek.hidden = !people.length;
    this.peek.ariaLabel = t("peek");
    this.peek.replaceChildren(h("span.hint", { ariaHidden: "true" }, t("peek")), ...people.map((card) => {
      const name = nameOf(card, lang());
      return h("button.chip", { type: "button", ariaLabel: t("peek_label", { name }),
        onclick: () => this.on.peek(this, card.id) }, avatar(card, ".small"), h("bdi", {}, name));
    }));
  }

  showEarlier(added) {
    this.waitsForEarlier = false;
    this.atStart = !added;
    if (!added) return;
    const fromEnd = this.log.scrollHeight - this.log.scrollTop;
    this.showLines();
    this.log.scrollTop = this.log.scrollHeight - fromEnd;
  }

  read() {
    if (!document.hidden) markSeen(this.viewer, this.conversation);
    this.showTalks();
  }

  say(words) {
    this.sticks = true;
    this.on.say({ viewer: this.viewer, conversation: this.conversation, ...words });
    this.showPending();
    this.toEnd();
  }

  scrolled() {
    this.sticks = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR;
    if (this.sticks) this.newer.hidden = true;
    const first = linesOf(this.viewer, this.conversation)[0];
    if (this.log.scrollTop < 40 && first && first.seq > 1 && !this.waitsForEarlier && !this.atStart) {
      this.waitsForEarlier = true;
      this.on.earlier(this.viewer, this.conversation, first.seq);
    }
  }

  toEnd() {
    this.newer.hidden = true;
    this.sticks = true;
    this.log.scrollTop = this.log.scrollHeight;
  }

  drag(event) {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    this.element.dataset.drop = t("drop");
  }

  undrag() { delete this.element.dataset.drop; }

  drop(event) {
    event.preventDefault();
    this.undrag();
    this.composer.add(event.dataTransfer.files);
  }
}
