// SPDX-License-Identifier: MIT
// Asks the server how its streams are, once a second while the page is seen.

const PERIOD_MS = 1000;
const PATIENCE_MS = 4000;
const SLEPT_MS = 8000;
const DELAYS_MS = [250, 500, 1000, 2000, 5000];

/**
 * on.answer(body, status)  every answer that is JSON, a 404 too
 * on.away(isTimeout)       no answer; asked again with growing delays
 * on.back()                the first answer since the server or the network was away: every
 *                          connection made before may be dead without a sign
 * on.hide()                the page is not seen: nothing is asked until it is seen again
 */
export class Watch {
  #url;
  #on;
  #timer = 0;
  #turn = 0;
  #failures = 0;
  #boot = null;
  #answeredAt = 0;

  constructor(url, on) {
    this.#url = url;
    this.#on = on;
    document.addEventListener('visibilitychange', () => this.#seen());
    addEventListener('offline', () => this.#failed(false));
    addEventListener('online', () => this.#ask());
    this.#seen();
  }

  #seen() {
    if (document.hidden) {
      this.#turn++;
      clearTimeout(this.#timer);
      this.#on.hide();
    } else {
      this.#answeredAt = 0;
      this.#ask();
    }
  }

  async #ask() {
    const turn = ++this.#turn;
    clearTimeout(this.#timer);
    if (document.hidden)
      return;
    let answer = null;
    let isTimeout = false;
    try {
      answer = await this.#fetch();
    } catch (error) {
      isTimeout = error.name === 'TimeoutError';
    }
    if (turn !== this.#turn)
      return;
    if (answer)
      this.#answered(answer);
    else
      this.#failed(isTimeout);
  }

  async #fetch() {
    const response = await fetch(this.#url, {
      cache: 'no-store',
      headers: { Accept: 'application/json' },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!response.ok && response.status !== 404)
      throw new Error(`status ${response.status}`);
    return { status: response.status, body: await response.json() };
  }

  #answered({ status, body }) {
    const now = performance.now();
    const boot = body.server?.boot ?? this.#boot;
    const hasRestarted = this.#boot !== null && boot !== this.#boot;
    const hasSlept = this.#answeredAt > 0 && now - this.#answeredAt > SLEPT_MS;
    if (this.#failures > 0 || hasRestarted || hasSlept)
      this.#on.back();
    this.#boot = boot;
    this.#failures = 0;
    this.#answeredAt = now;
    this.#on.answer(body, status);
    this.#timer = setTimeout(() => this.#ask(), PERIOD_MS);
  }

  #failed(isTimeout) {
    clearTimeout(this.#timer);
    const delay = DELAYS_MS[Math.min(this.#failures++, DELAYS_MS.length - 1)];
    this.#on.away(isTimeout);
    this.#timer = setTimeout(() => this.#ask(), delay * (0.8 + 0.4 * Math.random()));
  }
}
