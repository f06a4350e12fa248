import { expect, test } from 'vitest';
import { countLine } from '../count-line.mjs';

const passed = { status: 'passed', assertionResults: [{}] };

test('passed and failed tests are counted', () => {
  expect(countLine({ numPassedTests: 123, numFailedTests: 0, testResults: [passed] }, 0)).toBe(
    '123 passed, 0 failed',
  );
  expect(countLine({ numPassedTests: 120, numFailedTests: 3, testResults: [passed] }, 1)).toBe(
    '120 passed, 3 failed',
  );
});

test('skipped and planned tests follow, if there are any', () => {
  expect(
    countLine({ numPassedTests: 2, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 }, 0),
  ).toBe('2 passed, 0 failed, 2 skipped');
});

test('a file that does not load is a failure', () => {
  const broken = { status: 'failed', assertionResults: [] };
  const failing = { status: 'failed', assertionResults: [{}] };
  const testResults = [broken, failing, passed];
  expect(countLine({ numPassedTests: 5, numFailedTests: 1, testResults }, 1)).toBe(
    '5 passed, 2 failed',
  );
});

test('a run that fails without a failed test never reads as a pass', () => {
  expect(countLine({ numPassedTests: 7, numFailedTests: 0, testResults: [passed] }, 1)).toBe(
    '7 passed, 1 failed',
  );
  expect(countLine(undefined, 134)).toBe('0 passed, 1 failed');
});
