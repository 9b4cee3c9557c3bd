// SPDX-License-Identifier: MIT
// One live picture: an <img> that the server feeds, and behind it a <canvas> that keeps the last
// picture for the time when there is no connection.
//
// No browser tells when a multipart picture's connection has died, so it is taken for dead when the
// server counts no viewer, when the stream counts from the beginning again, when nothing was shown
// for long after connecting, when the picture turned blank (Chromium, after a reset), or when the
// stream went on while the <img> shows what the server has no more. A picture that merely stays the
// same is none of these.

import { root } from './root.js';

const CONNECT_MS = 8000;
const SETTLE_MS = 2000;
const STEADY_MS = 10000;
const DOUBT_MS = 5000;
const DOUBT_MAX_MS = 60000;
const DELAYS_MS = [0, 500, 1000, 2000, 5000];
const MARK_PX = 64;
const LEAVE_MS = 5500; /* a still picture is sent again after 5 s */

const marker = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
marker.canvas.width = marker.canvas.height = MARK_PX;
marker.imageSmoothingQuality = 'high';

/** Tells pictures apart by a small copy's pixels. The still is used up. */
function markOf(still) {
  marker.clearRect(0, 0, MARK_PX, MARK_PX);
  marker.drawImage(still, 0, 0, MARK_PX, MARK_PX);
  still.close();
  const { data } = marker.getImageData(0, 0, MARK_PX, MARK_PX);
  return data.reduce((sum, byte) => (sum * 31 + byte) | 0, 0);
}

/** Never the same twice: browsers share or reuse what has the same address. */
let nAddresses = 0;
const tab = Math.random().toString(36).slice(2, 10);
const fresh = (address, link) => `${address}?t=${tab}-${++nAddresses}${link ? `&${link}` : ''}`;

/** The newest picture of all, as a still; rejects when there is none. */
async function fetchStill(address) {
  const picture = new Image();
  const timer = setTimeout(() => picture.removeAttribute('src'), CONNECT_MS);
  picture.src = address;
  try {
    await picture.decode();
    return await createImageBitmap(picture);
  } finally {
    clearTimeout(timer);
  }
}

export class Live {
  #screen;
  #img;
  #canvas;
  #path;
  #widthMax;
  #timer = 0;
  #retries = 0;
  #connectedAt = 0;
  #seq = 0;
  #releasedSeq = 0;
  #releasedAt = -LEAVE_MS;
  #mark = null;
  #markSeq = 0;
  #markAt = 0;
  #doubtMs = DOUBT_MS;
  isOn = false;
  link; /* a query that lets an <img> in, where keys are needed; connecting takes the newest */

  constructor(screen, name, widthMax) {
    this.#screen = screen;
    this.#img = screen.querySelector('img');
    this.#canvas = screen.querySelector('canvas');
    this.#path = `${root}${encodeURI(name)}`;
    this.#widthMax = widthMax;
    this.#img.addEventListener('load', () => this.#shown());
    this.#img.addEventListener('error', () => this.#again());
  }

  #shown() {
    if (this.isOn)
      this.#screen.classList.add('is-live', 'has-picture');
  }

  connect() {
    this.release();
    this.isOn = true;
    this.#connectedAt = performance.now();
    this.#mark = null;
    this.#img.src = fresh(`${this.#path}.mjpg`, this.link);
  }

  /** Closes the connection; only losing src does, not leaving the document. */
  release() {
    clearTimeout(this.#timer);
    this.keep();
    if (this.isOn) {
      this.#releasedAt = performance.now();
      this.#releasedSeq = this.#seq;
    }
    this.isOn = false;
    this.#screen.classList.remove('is-live');
    this.#img.removeAttribute('src');
  }

  /** Whether the browser still has the connection: Firefox closes it when the next data comes. */
  get isBusy() {
    return this.isOn || (this.#seq === this.#releasedSeq
      && performance.now() - this.#releasedAt < LEAVE_MS);
  }

  #again() {
    this.release();
    this.isOn = true;
    this.#connectedAt = performance.now();
    const delay = DELAYS_MS[Math.min(this.#retries++, DELAYS_MS.length - 1)];
    this.#timer = setTimeout(() => this.connect(), delay);
  }

  /**
   * Copies the picture that is seen now to the canvas behind it, and gives its mark; null when there
   * is none. Not by drawImage(img), which in Firefox goes on drawing the first picture of a live one.
   */
  async keep() {
    if (!this.#screen.classList.contains('is-live') || this.#img.naturalWidth === 0)
      return null;
    const still = await createImageBitmap(this.#img).catch(() => null);
    return still && this.#draw(still);
  }

  #draw(still) {
    const scale = Math.min(1, this.#widthMax / still.width);
    this.#canvas.width = Math.max(1, Math.round(still.width * scale));
    this.#canvas.height = Math.max(1, Math.round(still.height * scale));
    this.#canvas.getContext('2d').drawImage(still, 0, 0, this.#canvas.width, this.#canvas.height);
    return markOf(still);
  }

  /** Shows the newest picture without staying connected. */
  async refresh() {
    const still = await fetchStill(fresh(`${this.#path}.jpg`, this.link)).catch(() => null);
    if (still && !this.isOn) {
      this.#draw(still);
      this.#screen.classList.add('has-picture');
    }
  }

  /** To be called with each word of the server about this stream. */
  async check({ seq, viewers }) {
    const connectedMs = performance.now() - this.#connectedAt;
    const isAnother = seq < this.#seq;
    this.#seq = seq;
    if (!this.isOn)
      return;
    if (isAnother) {
      this.connect();
      return;
    }
    if (!this.#screen.classList.contains('is-live')) {
      if (seq > 0 && connectedMs > CONNECT_MS)
        this.#again();
      return;
    }
    const isBlank = this.#mark !== null && this.#img.naturalWidth === 0;
    if (isBlank || (viewers === 0 && connectedMs > SETTLE_MS)) {
      this.#again();
      return;
    }
    if (connectedMs > STEADY_MS)
      this.#retries = 0;
    const mark = await this.keep();
    if (mark !== null && await this.#isStale(mark, seq))
      this.#again();
  }

  /** Whether it has shown the same for long while the stream went on, and the server has another. */
  async #isStale(mark, seq) {
    const now = performance.now();
    if (mark !== this.#mark) {
      this.#mark = mark;
      this.#markSeq = seq;
      this.#markAt = now;
      this.#doubtMs = DOUBT_MS;
      return false;
    }
    if (seq === this.#markSeq || now - this.#markAt < this.#doubtMs)
      return false;
    this.#markAt = now;
    this.#doubtMs = Math.min(this.#doubtMs * 2, DOUBT_MAX_MS);
    const connectedAt = this.#connectedAt;
    const newest = await fetchStill(fresh(`${this.#path}.jpg`, this.link)).catch(() => null);
    const shown = await this.keep();
    return connectedAt === this.#connectedAt && shown === mark
      && newest !== null && markOf(newest) !== mark;
  }
}
