import { expect, test } from 'vitest';
import { findChromium } from '../find-chromium.mjs';

const only = (path: string) => (candidate: string) => candidate === path;

test('CHROME_PATH comes first, if there is something at it', () => {
  expect(findChromium({ CHROME_PATH: '/opt/chrome' }, () => true)).toBe('/opt/chrome');
  expect(findChromium({ CHROME_PATH: '/gone' }, only('/usr/bin/chromium'))).toBe(
    '/usr/bin/chromium',
  );
});

test('without a Chromium there is none', () => {
  expect(findChromium({}, () => false)).toBeUndefined();
});
