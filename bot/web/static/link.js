// The connection: comes back by itself, and sends again what was not yet acknowledged.

const KEPT = "linbang.unsent";
const SLOWEST = 8000;

export class Link {
  /** `hear` gets every message, `changed` whether it is connected, `opened` each new beginning. */
  constructor({ hear, changed, opened }) {
    Object.assign(this, { hear, changed, opened, tries: 0, socket: null, timer: null });
    this.unsent = new Map(restored());
    addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.retry(); });
    this.connect();
  }

  get connected() { return this.socket?.readyState === WebSocket.OPEN; }

  connect() {
    clearTimeout(this.timer);
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    this.socket = socket;
    socket.onopen = () => {
      this.tries = 0;
      this.opened();
      for (const words of this.unsent.values()) if (!words.failed) this.send(words);
      this.changed(true);
    };
    socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.changed(false);
      const wait = Math.min(SLOWEST, 400 * 2 ** this.tries++) * (0.7 + Math.random() * 0.6);
      this.timer = setTimeout(() => this.connect(), wait);
    };
  }

  retry() { if (this.socket?.readyState === WebSocket.CLOSED) this.connect(); }

  send(words) { if (this.connected) this.socket.send(JSON.stringify(words)); }

  /** Say something; it is kept until the server has it, across lost connections and reloads. */
  say(words) {
    const whole = { do: "say", ...words, id: words.id ?? `u-${newId()}`, failed: undefined };
    this.unsent.set(whole.id, whole);
    this.keep();
    this.send(whole);
    return whole;
  }

  /** The server has it. */
  done(id) { if (this.unsent.delete(id)) this.keep(); }

  /** The server will not have it: shown as failed until sent again. */
  failed(id, why) {
    const words = this.unsent.get(id);
    if (words) this.unsent.set(id, { ...words, failed: why });
    this.keep();
  }

  keep() {
    try { sessionStorage.setItem(KEPT, JSON.stringify([...this.unsent])); } catch { /* full or forbidden */ }
  }
}

function restored() {
  try { return JSON.parse(sessionStorage.getItem(KEPT)) ?? []; } catch { return []; }
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
