// SPDX-License-Identifier: MIT
// All streams. As many as the browser's connections allow are live, the others that are in view
// get their newest picture in turn.

import { codeBox } from './copy.js';
import { onKeys } from './keys.js';
import { Live } from './live.js';
import { root } from './root.js';
import { Watch } from './watch.js';
import * as words from './words.js';

const WIDTH_MAX_PX = 720;
const LIVE_HTTP1 = 4; /* of a browser's six: one is for asking how they are, one for the turn */
const LIVE_HTTP2 = 100;

const list = document.getElementById('cards');
const template = document.getElementById('card');
const notice = document.getElementById('notice');

const cards = new Map(); /* by name, in the order of the page */
const [navigation] = performance.getEntriesByType('navigation');
let liveMax = navigation?.nextHopProtocol === 'h2' ? LIVE_HTTP2 : LIVE_HTTP1;
let isTurning = false;

const inView = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const card = cards.get(target.dataset.name);
    if (card)
      card.isInView = isIntersecting;
  }
  deal();
}, { rootMargin: '80px' });

function makeCard(stream) {
  const item = template.content.cloneNode(true).firstElementChild;
  const screen = item.querySelector('.screen');
  const at = (name) => item.querySelector(`.${name}`);
  item.dataset.name = stream.name;
  item.querySelector('a').href = `${root}${encodeURI(stream.name)}`;
  item.querySelector('img').alt = `Live picture of ${stream.name}`;
  at('name').textContent = stream.name;
  inView.observe(item);
  return { item, at, stream, shownSeq: 0, isInView: false, live: new Live(screen, stream.name, WIDTH_MAX_PX) };
}

function tell(card, stream) {
  const { at } = card;
  card.stream = stream;
  card.item.dataset.state = stream.state;
  words.setText(at('state'), words.stateText(stream));
  words.setText(at('message'), words.messageText(stream));
  words.setText(at('note'), words.noteText(stream));
  words.setText(at('size'), stream.seq > 0 ? words.sizeText(stream) : '');
  words.setText(at('rate'), stream.seq > 0 ? words.rateText(stream) : '');
  words.setText(at('age'), stream.age_ms === null ? '' : words.calmAgeText(stream));
  words.setText(at('viewers'), words.countText(stream.viewers, 'viewer'));
  card.live.link = stream.link;
  card.live.check(stream);
}

function drop(card) {
  const hadFocus = card.item.contains(document.activeElement);
  const next = card.item.nextElementSibling ?? card.item.previousElementSibling;
  inView.unobserve(card.item);
  card.live.release();
  card.item.remove();
  cards.delete(card.stream.name);
  if (hadFocus)
    next?.querySelector('a').focus();
}

function arrange(streams) {
  const names = new Set(streams.map(({ name }) => name));
  for (const card of [...cards.values()].filter(({ stream }) => !names.has(stream.name)))
    drop(card);
  for (const [i, stream] of streams.entries()) {
    if (!cards.has(stream.name))
      cards.set(stream.name, makeCard(stream));
    const card = cards.get(stream.name);
    if (list.children[i] !== card.item)
      list.insertBefore(card.item, list.children[i] ?? null);
    tell(card, stream);
  }
}

/** Those that move come first, and who is live remains so: each change costs a connection. */
function rank({ stream, live }) {
  return (stream.state === 'live' || stream.state === 'idle' ? 0 : 2) + (live.isOn ? 0 : 1);
}

/** Gives the connections to the cards in view. */
function deal() {
  const all = [...cards.values()];
  const seen = all.filter(({ isInView }) => isInView && !document.hidden);
  const chosen = new Set(seen.sort((a, b) => rank(a) - rank(b)).slice(0, liveMax));
  all.filter((card) => card.live.isOn && !chosen.has(card)).forEach(({ live }) => live.release());
  const free = liveMax - all.filter(({ live }) => live.isBusy).length;
  const waiting = [...chosen].filter(({ live }) => !live.isOn);
  waiting.slice(0, Math.max(0, free)).forEach(({ live }) => live.connect());
}

/** One after the other, so that one connection serves them all. */
async function turn() {
  if (isTurning)
    return;
  isTurning = true;
  for (const card of [...cards.values()]) {
    const { seq } = card.stream;
    if (document.hidden || !card.isInView || card.live.isOn || seq === card.shownSeq)
      continue;
    card.shownSeq = seq;
    await card.live.refresh();
  }
  isTurning = false;
}

function sum(streams) {
  const viewers = streams.reduce((n, stream) => n + stream.viewers, 0);
  words.setText(document.getElementById('summary'),
    `${words.countText(streams.length, 'stream')}, ${words.countText(viewers, 'viewer')}`);
  document.getElementById('empty').hidden = streams.length > 0;
}

function setAway(isAway) {
  document.body.classList.toggle('is-away', isAway);
  notice.hidden = !isAway;
  words.setText(notice, isAway ? 'No answer from the server. Reconnecting …' : '');
}

new Watch(`${root}api/streams`, {
  answer({ server, streams }) {
    setAway(false);
    document.getElementById('login').hidden = !server.login;
    arrange(streams);
    sum(streams);
    deal();
    turn();
  },
  away(isTimeout) {
    setAway(true);
    if (isTimeout && liveMax > 1) {
      liveMax--; /* other tabs may have the connections that we wait for */
      deal();
    }
  },
  back() {
    for (const { live } of cards.values()) {
      if (live.isOn)
        live.connect();
    }
  },
  hide: deal,
});

/** Moves the focus by a step in the list, or to the nearest card of the row above or below. */
function move(step) {
  const links = [...list.querySelectorAll('a')];
  const at = links.indexOf(document.activeElement);
  links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
}

function columns() {
  const tops = [...list.children].map(({ offsetTop }) => offsetTop);
  return Math.max(1, tops.filter((top) => top === tops[0]).length);
}

onKeys({
  ArrowLeft: () => move(-1),
  ArrowRight: () => move(1),
  ArrowUp: () => move(-columns()),
  ArrowDown: () => move(columns()),
  Home: () => move(-Infinity),
  End: () => move(Infinity),
});

const home = `${location.origin}${root}`;
document.getElementById('empty-publish').append(
  codeBox(`curl -T picture.jpg ${home}first.jpg`, 'publish a picture'));
document.getElementById('empty-start').append(
  codeBox('stillcast *.jpg', 'start with a slideshow'));
