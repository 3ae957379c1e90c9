// The page of the demo: a button that orders from another origin.

import { settings, start } from './start.js';

const Sentry = start();
const button = document.querySelector('button');
const answer = document.querySelector('output');

button.addEventListener('click', () => {
  // A span of its own where the page load has ended.
  Sentry.startSpan({ name: 'click: order', op: 'ui.action.click' }, async () => {
    const response = await fetch(settings.order);
    answer.textContent = await response.text();
  });
});
