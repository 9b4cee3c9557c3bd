// Publishes an SVG that node draws, ten times a second: node publish.mjs [URL] [N]
// The server wants to be asked for SVGs: stillcast --svg dial
const url = process.argv[2] ?? 'http://localhost:8080/dial';
const n = Number(process.argv[3] ?? 100);

for (let i = 0; i < n; i += 1) {
  const angle = (i * 360) / n;
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200">
    <rect width="200" height="200" fill="teal"/>
    <line x1="100" y1="100" x2="100" y2="20" stroke="white" stroke-width="6" transform="rotate(${angle} 100 100)"/>
  </svg>`;
  const answer = await fetch(`${url}.svg`, { method: 'PUT', body: picture });
  if (!answer.ok) throw new Error(await answer.text());
  await new Promise((done) => { setTimeout(done, 100); });
}
