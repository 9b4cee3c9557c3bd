// SPDX-License-Identifier: MIT
// Chromium at the end of a pipe, for browsers.py: a line of JSON is a command, a line is the answer.
// Usage: node chromium.mjs /path/of/chromium [ITS OPTIONS]

import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', ...process.argv.slice(3),
  ],
});
const shared = await browser.newContext({ viewport: { width: 1000, height: 800 }, ignoreHTTPSErrors: true });
const tabs = [];

/** A tab; with a look ({viewport, colorScheme, ...}) it has a context, and so connections, of its own. */
async function open({ look }) {
  const page = await (look ? await browser.newContext(look) : shared).newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.push(message.text());
  });
  return tabs.push({ page, errors }) - 1;
}

const verbs = {
  open,
  goto: ({ tab, url, waitUntil }) => tabs[tab].page.goto(url, { waitUntil }).then(() => null),
  evaluate: ({ tab, script }) => tabs[tab].page.evaluate(script),
  press: ({ tab, key }) => tabs[tab].page.keyboard.press(key),
  screenshot: async ({ tab, fullPage }) =>
    (await tabs[tab].page.screenshot({ fullPage })).toString('base64'),
  errors: ({ tab }) => tabs[tab].errors,
  close: ({ tab }) => tabs[tab].page.close(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { verb, ...rest } = JSON.parse(line);
  const answer = await Promise.resolve(verbs[verb](rest)).then(
    (value) => ({ value: value ?? null }), (error) => ({ error: error.message }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
