/** Takes the picture of `listen` in a terminal, for the docs: `npm run screenshots:terminal`. */
import { readFileSync } from 'node:fs';
import { takePicture } from './browser/take-picture.ts';
import { ansiToHtml } from './terminal/ansi-to-html.ts';
import { recordListen } from './terminal/listen-session.ts';

const { command, output } = await recordListen();
const buttons = ['#ff5f57', '#febc2e', '#28c840'].map((color) => `<i style="background:${color}"></i>`);

await takePicture({
  file: 'terminal.png',
  width: 980,
  css: readFileSync(new URL('terminal/page.css', import.meta.url), 'utf8'),
  html: `<div class="buttons">${buttons.join('')}</div><pre>${ansiToHtml(`$ ${command}\n${output.trim()}`)}</pre>`,
});
