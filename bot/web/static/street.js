// What the page knows: the people, the time, what each watched person sees, what was read.

const SEEN = "linbang.seen";

export const street = {
  people: new Map(),
  rooms: new Map(),
  views: new Map(), // viewer → Map(conversation → lines, oldest first)
  status: new Map(), // viewer → what is open for them
  newest: new Map(), // person → seq of the bot's newest private line to them
  seen: new Map(Object.entries(loaded(SEEN) ?? {})), // "viewer conversation" → seq
  clock: { at: null, since: 0, zone: "Asia/Shanghai", busy: false },
};

export function loaded(key) {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
}

export function stored(key, value) {
  try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or forbidden */ }
}

export const nameOf = (card, lang) => (card ? (lang === "en" && card.name_en) || card.name : "");

export const buildingOf = (card, lang) => (lang === "en" && card.building_en) || card.building;

export function setPeople({ people, rooms }) {
  street.people = new Map(people.map((card) => [card.id, card]));
  street.rooms = new Map(rooms.map((room) => [room.id, room]));
}

export function setClock({ now, zone, busy }) {
  street.clock = { at: Date.parse(now), since: performance.now(), zone, busy };
}

/** The demo's time in milliseconds, going on by itself. */
export const demoNow = () => street.clock.at + (performance.now() - street.clock.since);

/** The conversations of a person: their own group, the bot, then wider groups. */
export function talksOf(viewer) {
  const [home, ...wider] = street.people.get(viewer)?.rooms ?? [];
  return home ? [home, viewer, ...wider] : [viewer];
}

export const linesOf = (viewer, conversation) => street.views.get(viewer)?.get(conversation) ?? [];

export function setView({ viewer, conversations }) {
  street.views.set(viewer, new Map(Object.entries(conversations)));
  for (const [conversation, lines] of Object.entries(conversations)) {
    forgetFuture(viewer, conversation, lines.at(-1)?.seq ?? 0);
  }
}

export function setNewest(newest) {
  for (const [person, seq] of Object.entries(newest)) {
    street.newest.set(person, seq);
    forgetFuture(person, person, seq);
  }
}

// A demo that was begun anew counts its lines from 1 again.
function forgetFuture(viewer, conversation, newest) {
  if (seenBy(viewer, conversation) > newest) street.seen.delete(`${viewer} ${conversation}`);
}

/** Add a line; false if it was there already. */
export function addLine(viewer, line) {
  const view = street.views.get(viewer);
  if (!view) return false;
  const lines = view.get(line.conversation) ?? [];
  if (lines.length && lines.at(-1).seq >= line.seq) return false;
  view.set(line.conversation, [...lines, line]);
  return true;
}

export function addEarlier({ viewer, conversation, lines }) {
  street.views.get(viewer)?.set(conversation, [...lines, ...linesOf(viewer, conversation)]);
}

const seenBy = (viewer, conversation) => street.seen.get(`${viewer} ${conversation}`) ?? 0;

export function unread(viewer, conversation) {
  const seen = seenBy(viewer, conversation);
  return linesOf(viewer, conversation).filter((line) => line.seq > seen && line.sender !== viewer).length;
}

/** Everything so far in this conversation has been looked at; true if that is news. */
export function markSeen(viewer, conversation) {
  const newest = linesOf(viewer, conversation).at(-1)?.seq ?? 0;
  if (newest <= seenBy(viewer, conversation)) return false;
  street.seen.set(`${viewer} ${conversation}`, newest);
  stored(SEEN, Object.fromEntries(street.seen));
  return true;
}

/** Who has something new from the bot, newest first. */
export function withNews(except) {
  return [...street.newest]
    .filter(([person, seq]) => !except.includes(person) && street.people.has(person) && seq > seenBy(person, person))
    .sort((one, other) => other[1] - one[1])
    .map(([person]) => street.people.get(person));
}

/** A line's or the clock's time as the place writes it. */
export function timeWords(at, lang, { day = false, seconds = false } = {}) {
  const how = { timeZone: street.clock.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (seconds) how.second = "2-digit";
  if (day) Object.assign(how, { month: lang === "zh" ? "long" : "short", day: "numeric", weekday: "short" });
  return new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", how).format(at);
}

export function sameDay(one, other) {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: street.clock.zone });
  return day.format(one) === day.format(other);
}
