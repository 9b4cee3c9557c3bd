// SPDX-License-Identifier: MIT
// What a web page can do to another server, for test_foreign_matrix.py: attack(...) tries every way
// there is at every target, all at once. A target is {action, method, path, body, type}; '*' stands
// for the way, its name in the path and twice its number, from 1, in the body, so that what has
// changed tells which way got through.

(async ({ url, targets, picture, token, patience }) => {
  const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0));
  const deadline = AbortSignal.timeout(patience);
  const over = new Promise((resolve) => deadline.addEventListener('abort', resolve));
  const windows = [];
  const withUser = token ? url.replace('://', `://token:${token}@`) : url;
  const tricks = '?_method=DELETE&method=DELETE&action=delete&value=1';
  const bodyOf = (target) => (target.body ? new Blob([target.body]) : new Blob([bytes]));
  const key = token ? { Authorization: `Bearer ${token}` } : {};

  const element = (tag, attributes) => new Promise((resolve) => {
    const one = document.createElement(tag);
    one.onload = one.onerror = one.onloadeddata = resolve;
    Object.assign(one, attributes);
    document.body.append(one);
  });
  const frame = () => {
    const one = document.createElement('iframe');
    one.name = `frame-${Math.random()}`;
    document.body.append(one);
    return one;
  };
  const form = (target, path, method, enctype) => new Promise((resolve) => {
    const there = frame(), one = document.createElement('form'), files = new DataTransfer();
    Object.assign(one, { method, enctype, action: url + path, target: there.name });
    files.items.add(new File([bodyOf(target)], 'a.jpg', { type: target.type }));
    const input = document.createElement('input');
    input.name = 'file';
    if (enctype === 'multipart/form-data')
      Object.assign(input, { type: 'file', files: files.files });
    else
      input.value = target.body ?? '1 2';
    one.append(input);
    document.body.append(one);
    there.onload = resolve;
    one.submit();
  });
  const noCors = (path, more) =>
    fetch(url + path, { method: 'POST', mode: 'no-cors', credentials: 'include', ...more });
  const cors = (path, method, body) =>
    fetch(url + path, { method, body, headers: key, credentials: token ? 'omit' : 'include' });

  const ways = {
    'img': (t, path) => element('img', { src: withUser + path + tricks }),
    'script': (t, path) => element('script', { src: withUser + path + tricks }),
    'style': (t, path) => element('link', { rel: 'stylesheet', href: withUser + path + tricks }),
    'prefetch': (t, path) => element('link', { rel: 'prefetch', href: withUser + path + tricks }),
    'iframe': (t, path) => element('iframe', { src: withUser + path + tricks }),
    'object': (t, path) => element('object', { data: withUser + path + tricks }),
    'video': (t, path) => element('video', { src: withUser + path + tricks, preload: 'auto' }),
    'window': async (t, path) => windows.push(window.open(withUser + path + tricks)),
    'get-form': (t, path) => form(t, path + tricks, 'get', 'application/x-www-form-urlencoded'),
    'form': (t, path) => form(t, path, 'post', 'application/x-www-form-urlencoded'),
    'text-form': (t, path) => form(t, path, 'post', 'text/plain'),
    'file-form': (t, path) => form(t, path.replace('.jpg', '.mjpg'), 'post', 'multipart/form-data'),
    'no-cors': (t, path) => noCors(path, { body: bodyOf(t) }),
    'no-cors-text': (t, path) => noCors(path, { body: new Blob([bodyOf(t)], { type: 'text/plain' }) }),
    'keepalive': (t, path) => noCors(path, { body: bodyOf(t), keepalive: true }),
    'beacon': async (t, path) => navigator.sendBeacon(url + path, bodyOf(t)),
    'ping': async (t, path) =>
      Object.assign(document.createElement('a'), { href: '#', ping: url + path }).click(),
    'fetch': (t, path) => cors(path, t.method, t.method === 'DELETE' ? undefined : bodyOf(t)),
    'patch': (t, path) => cors(path, 'PATCH', bodyOf(t)),
    'xhr': (t, path) => new Promise((resolve) => {
      const xhr = new XMLHttpRequest();
      xhr.open(t.method, url + path);
      xhr.withCredentials = !token;
      Object.entries(key).forEach(([name, value]) => xhr.setRequestHeader(name, value));
      xhr.onloadend = resolve;
      xhr.send(t.method === 'DELETE' ? null : bodyOf(t));
    }),
    'websocket': (t, path) => new Promise((resolve) => {
      const socket = new WebSocket(url.replace('http', 'ws') + path);
      socket.onopen = () => socket.send(bodyOf(t));
      socket.onclose = resolve;
    }),
  };

  const tries = targets.flatMap((target) => Object.entries(ways).map(async ([name, way], n) => {
    const path = target.path.replace('*', name);
    const its = { ...target, body: target.body?.replace('*', 2 * (n + 1)) };
    await Promise.race([Promise.resolve(way(its, path)).catch(() => null), over]);
  }));
  await Promise.all(tries);
  windows.forEach((one) => one?.close());
  return { tries: tries.length, ways: Object.keys(ways) };
})
