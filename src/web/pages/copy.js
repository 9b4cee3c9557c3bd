// SPDX-License-Identifier: MIT
// Text to copy, each with its button: <div class="code"><pre>...</pre><button>Copy</button></div>.

/** For pages without TLS, where browsers have no navigator.clipboard. */
function copySelected(pre) {
  getSelection().selectAllChildren(pre);
  return document.execCommand('copy');
}

async function copy(pre) {
  try {
    await navigator.clipboard.writeText(pre.textContent);
    return true;
  } catch {
    return copySelected(pre);
  }
}

export function codeBox(text, label) {
  const box = document.createElement('div');
  const pre = document.createElement('pre');
  const button = document.createElement('button');
  box.className = 'code';
  pre.textContent = text;
  button.type = 'button';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', `Copy: ${label}`);
  button.addEventListener('click', async () => {
    button.textContent = (await copy(pre)) ? 'Copied' : 'Press Ctrl+C';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
  box.append(pre, button);
  return box;
}
