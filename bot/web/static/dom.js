// Making elements: words only ever become text nodes, never markup.

/** An element: h("button.plain", {type: "button", onclick}, "words", child). */
export function h(what, props = {}, ...children) {
  const [tag, ...classes] = what.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** The language that a text is most likely in, for its font and its voice. */
export const langOf = (text) => (/\p{Script=Han}/u.test(text) ? "zh-CN" : "en");

/** Up and down (or left and right) walk along the buttons of a list. */
export function walkable(list, selector) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const stops = [...list.querySelectorAll(selector)];
    const here = stops.indexOf(document.activeElement);
    if (here < 0) return;
    event.preventDefault();
    stops[(here + step + stops.length) % stops.length].focus();
  });
}

const HUES = [8, 24, 38, 92, 130, 160, 182, 204, 224, 262, 300, 338];

/** A round picture of somebody: a letter on their own colour. */
export function avatar(card, size = "") {
  if (!card) {
    return h(`span.avatar.of-bot${size}`, { ariaHidden: "true" },
      h("img", { src: "/static/lantern.svg", alt: "" }));
  }
  const node = h(`span.avatar${size}`, { ariaHidden: "true" }, initial(card.name));
  const sum = [...card.id].reduce((total, letter) => (total * 31 + letter.codePointAt(0)) >>> 0, 7);
  node.style.setProperty("--hue", HUES[sum % HUES.length]);
  return node;
}

function initial(name) {
  const letters = [...name.trim()];
  if (/\p{Script=Han}/u.test(letters[0] ?? "")) {
    return letters.length > 1 && "小老阿".includes(letters[0]) ? letters[1] : letters[0];
  }
  return name.trim().split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase();
}
