import { liveUrl } from '/.pages/live.js';

const { streams } = await (await fetch('/api/streams')).json();
for (const { name } of streams.slice(0, 4)) {
  const link = document.createElement('a');
  const picture = document.createElement('img');
  link.href = `/${encodeURI(name)}`;
  picture.src = liveUrl(name);
  picture.alt = name;
  link.append(picture);
  document.getElementById('gallery').append(link);
}
