// SPDX-License-Identifier: MIT
// Numbers and states in words.

const STATES = {
  waiting: 'Waiting',
  live: 'Live',
  idle: 'Resting',
  lost: 'Lost',
  ended: 'Ended',
};

const MESSAGES = {
  waiting: 'Waiting for the first picture',
  idle: 'Starts when somebody watches',
};

export const stateText = ({ state }) => STATES[state] ?? state;

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function sentence({ state, note, seq }) {
  if (state === 'lost')
    return `${note ? `${capital(note)}. ` : ''}Trying again.`;
  return capital(note) || (seq === 0 && MESSAGES[state]) || '';
}

/** What stands in the picture's place when there is none. */
export const messageText = (stream) => (stream.seq === 0 ? sentence(stream) : '');

/** What is said below a picture: nothing while all is well. */
export const noteText = (stream) => (stream.seq > 0 ? sentence(stream) : '');

export const sizeText = ({ width, height }) => (width ? `${width} × ${height}` : '–');

export function rateText({ fps, seq }) {
  if (fps > 0)
    return `${fps < 9.95 ? fps.toFixed(1) : Math.round(fps)} fps`;
  return seq > 0 ? 'still' : '–';
}

export function ageText({ age_ms: age }) {
  if (age === null)
    return '–';
  const seconds = age / 1000;
  if (seconds < 2)
    return `${seconds.toFixed(1)} s`;
  if (seconds < 120)
    return `${Math.floor(seconds)} s`;
  if (seconds < 7200)
    return `${Math.floor(seconds / 60)} min`;
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`;
}

/** The same without figures that change faster than they are read. */
export const calmAgeText = (stream) => (stream.age_ms < 2000 ? 'now' : `${ageText(stream)} ago`);

export function bytesText(bytes) {
  if (bytes < 1000)
    return `${bytes} B`;
  return bytes < 999500 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export const countText = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** Changes the text only when it is another one, so that nothing is announced twice. */
export function setText(element, text) {
  if (element.textContent !== text)
    element.textContent = text;
}
