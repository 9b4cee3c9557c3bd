// SPDX-License-Identifier: MIT
// One stream: its picture, what is known about it, and how to use it elsewhere.

import { codeBox } from './copy.js';
import { onKeys } from './keys.js';
import { Live } from './live.js';
import { root } from './root.js';
import { snippets } from './snippets.js';
import { Watch } from './watch.js';
import * as words from './words.js';

const WIDTH_MAX_PX = 1920;
const ENDINGS = { 'image/svg+xml': 'svg', 'image/jpeg': 'jpg' };

const at = (id) => document.getElementById(id);
const name = decodeURI(location.pathname).slice(decodeURI(root).length);
const stage = at('stage');
/** This page may have been opened by a signed link: what it asks for needs that, too. */
const link = new URLSearchParams([...new URLSearchParams(location.search)]
  .filter(([parameter]) => ['key', 'exp', 'sig'].includes(parameter))).toString();
const live = new Live(stage, name, WIDTH_MAX_PX);

document.title = `${name} – stillcast`;
at('name').textContent = name;
at('picture').alt = `Live picture of ${name}`;
at('save').href = `${root}${encodeURI(name)}.jpg${link && `?${link}`}`;

for (const { title, text, section, jpegOnly } of snippets(`${location.origin}${root}`, name)) {
  const item = document.createElement('li');
  const heading = document.createElement('h3');
  heading.textContent = title;
  item.classList.toggle('is-jpeg-only', Boolean(jpegOnly));
  item.append(heading, codeBox(text, title));
  document.querySelector(`#${section} ul`).append(item);
}

function say(state, stateText, message, note = '') {
  document.body.dataset.state = state;
  words.setText(at('state'), stateText);
  words.setText(at('message'), message);
  words.setText(at('note'), note);
}

function tellType({ type, kind, bytes }) {
  const isJpeg = type === null || type === 'image/jpeg';
  const ending = ENDINGS[type] ?? type?.split('/')[1] ?? 'jpg';
  words.setText(at('type'), type ? `${kind}, ${words.bytesText(bytes)}` : '–');
  words.setText(at('kind'), kind ?? '');
  at('save').download = `${name.replaceAll('/', '-')}.${ending}`;
  at('jpeg-only').hidden = isJpeg;
  document.body.classList.toggle('is-no-jpeg', !isJpeg);
}

function tell(stream) {
  say(stream.state, words.stateText(stream), words.messageText(stream), words.noteText(stream));
  tellType(stream);
  words.setText(at('size'), words.sizeText(stream));
  words.setText(at('rate'), words.rateText(stream));
  words.setText(at('age'), words.ageText(stream));
  words.setText(at('viewers'), String(stream.viewers));
  if (stream.width)
    stage.style.setProperty('--ratio', stream.width / stream.height);
}

new Watch(`${root}api/streams/${encodeURI(name)}${link && `?${link}`}`, {
  answer(stream, status) {
    if (status === 404) {
      live.release();
      say('gone', 'Not there', 'No stream has this name now. Publish to it, and it appears here.');
      return;
    }
    live.link = link || stream.link;
    if (!live.isOn)
      live.connect();
    tell(stream);
    live.check(stream);
  },
  away() {
    say('away', 'No answer', 'No answer from the server. Reconnecting …');
  },
  back() {
    if (live.isOn)
      live.connect();
  },
  hide: () => live.release(),
});

function toggleFull() {
  if (document.fullscreenElement)
    document.exitFullscreen();
  else
    stage.requestFullscreen().catch(() => {}); /* not allowed here, by a frame around us */
}

if (document.fullscreenEnabled) {
  at('full').addEventListener('click', toggleFull);
  stage.addEventListener('dblclick', toggleFull);
} else {
  at('full').hidden = true;
}

onKeys({
  f: () => at('full').click(),
  s: () => at('save').click(),
  g: () => location.assign(root),
});
