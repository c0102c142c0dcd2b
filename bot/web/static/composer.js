// Where one writes: words, photos, a quote, and a few ideas for the first time.

import { h } from "./dom.js";
import { quoted } from "./bubbles.js";
import { t } from "./words.js";

const MOST_PHOTOS = 9;
const TALLEST = 140;

export class Composer {
  /** `onsend({text, photos, quotes})` when something is said. */
  constructor({ onsend }) {
    this.onsend = onsend;
    this.photos = [];
    this.quote = null;
    this.box = h("textarea", { rows: 1, dir: "auto", maxLength: 20000, enterKeyHint: "send",
      onkeydown: (event) => this.key(event), oninput: () => this.changed(), onpaste: (event) => this.paste(event) });
    this.file = h("input.unseen", { type: "file", accept: "image/jpeg,image/png,image/webp,image/gif",
      multiple: true, tabIndex: -1, onchange: () => { this.add(this.file.files); this.file.value = ""; } });
    this.camera = h("button.plain.round", { type: "button", onclick: () => this.file.click() }, cameraPicture());
    this.button = h("button.send", { type: "button", onclick: () => this.send() });
    this.above = h("div.above", {});
    this.ideas = h("div.ideas", { role: "group" });
    this.element = h("div.composer", {}, this.ideas, this.above,
      h("div.writing", {}, this.camera, this.file, this.box, this.button));
  }

  /** New words of the page, another conversation: `{placeholder, ideas, label}`. */
  dress({ placeholder, ideas }) {
    this.box.placeholder = placeholder;
    this.box.ariaLabel = placeholder;
    this.button.textContent = t("send");
    this.camera.ariaLabel = t("photo");
    this.camera.title = t("photo");
    this.file.ariaLabel = t("photo");
    this.ideas.ariaLabel = t("try");
    this.ideas.replaceChildren(h("span.hint", { ariaHidden: "true" }, t("try")),
      ...ideas.map((idea) => h("button.chip", { type: "button", onclick: () => this.fill(idea) }, idea)));
    this.show();
  }

  fill(text) {
    this.box.value = text;
    this.changed();
    this.box.focus();
    this.box.setSelectionRange(text.length, text.length);
  }

  quoteLine(line) {
    this.quote = line;
    this.show();
    this.box.focus();
  }

  /** Take out what is being written (to be put back later), leaving nothing. */
  takeDraft() {
    const draft = { text: this.box.value, photos: this.photos, quote: this.quote };
    this.putDraft({ text: "", photos: [], quote: null });
    return draft;
  }

  putDraft({ text, photos, quote }) {
    Object.assign(this, { photos, quote });
    this.box.value = text;
    this.show();
  }

  changed() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(TALLEST, this.box.scrollHeight)}px`;
    const uploading = this.photos.some((photo) => !photo.digest && !photo.why);
    const something = this.box.value.trim() || this.photos.some((photo) => photo.digest);
    this.button.disabled = uploading || !something;
  }

  key(event) {
    if (event.key === "Escape" && this.quote) { this.quote = null; this.show(); event.stopPropagation(); }
    // isComposing: Enter picks a word in a Chinese input method.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  paste(event) {
    const pictures = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
    if (!pictures.length) return;
    event.preventDefault();
    this.add(pictures);
  }

  send() {
    this.changed();
    if (this.button.disabled) return;
    const photos = this.photos.flatMap((photo) => photo.digest ?? []);
    const { text, quote } = this.takeDraft();
    this.onsend({ text: text.trim(), photos, quotes: quote?.id ?? null });
    this.box.focus();
  }

  add(files) {
    for (const file of [...files].slice(0, MOST_PHOTOS - this.photos.length)) {
      const photo = { url: URL.createObjectURL(file), name: file.name };
      this.photos.push(photo);
      upload(file).then((digest) => { photo.digest = digest; }, (error) => { photo.why = error.message; })
        .then(() => this.show());
    }
    this.show();
    this.box.focus();
  }

  drop(photo) {
    URL.revokeObjectURL(photo.url);
    this.photos = this.photos.filter((one) => one !== photo);
    this.show();
    this.box.focus();
  }

  show() {
    this.above.replaceChildren(
      ...(this.quote ? [h("div.quoting", {}, quoted({ ...this.quote, name: this.quote.name }),
        h("button.plain.round", { type: "button", ariaLabel: t("unquote"),
          onclick: () => { this.quote = null; this.show(); this.box.focus(); } }, "✕"))] : []),
      ...this.photos.map((photo) => h(`div.preview${photo.why ? ".failed" : photo.digest ? "" : ".uploading"}`, {},
        h("img", { src: photo.url, alt: photo.name }),
        h("button.plain.round", { type: "button", ariaLabel: t("remove_photo"), onclick: () => this.drop(photo) }, "✕"),
        photo.why && h("p", { role: "alert" }, t(photo.why)))));
    this.changed();
  }
}

async function upload(file) {
  if (file.size > 25 * 1024 * 1024) throw new Error("too_big");
  const answer = await fetch("/photo", { method: "POST", body: file }).catch(() => null);
  if (!answer) throw new Error("no_upload");
  const { digest, refused } = await answer.json().catch(() => ({}));
  if (!digest) throw new Error(refused ?? "no_upload");
  return digest;
}

function cameraPicture() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", "M4 8h3.2l1.6-2.4h6.4L16.8 8H20a1.4 1.4 0 0 1 1.4 1.4v8.7a1.4 1.4 0 0 1-1.4 1.4H4a1.4 1.4 0 0 1-1.4-1.4V9.4A1.4 1.4 0 0 1 4 8Zm8 9a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6Z");
  svg.append(path);
  return svg;
}
