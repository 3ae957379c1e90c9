// Loaded before anything else (`node --import`), so that the SDK sees http and express being imported.

import * as Sentry from '@sentry/node';

import { options } from './settings.js';

const given = Object.entries(options).filter(([, value]) => value !== undefined);
Sentry.init(Object.fromEntries(given));
