import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultSettings, settingsSchema } from '../settings.ts';
import { actions, runAction } from './index.ts';

test.each<[string, { type: string; [field: string]: unknown }, object]>([
  ['waits', { type: 'wait', wait: { secondsToWaitFor: 1.5 } }, { type: 'wait', waitMs: 1_500 }],
  ['waits for a variable', { type: 'wait', wait: { secondsToWaitFor: '2' } }, { type: 'wait', waitMs: 2_000 }],
  ['never waits longer than the settings allow', { type: 'wait', wait: { secondsToWaitFor: 1e9 } }, { type: 'wait', waitMs: 60_000 }],
  ['never waits into the past', { type: 'wait', wait: { secondsToWaitFor: -3 } }, { type: 'wait', waitMs: 0 }],
  ['skips a wait of no time', { type: 'wait', wait: {} }, { type: 'skipped', reason: 'unreadable_action' }],
  [
    'shows where it would go',
    { type: 'redirect', redirect: { url: 'https://x.io/bye', isNewTab: false } },
    { type: 'shown', messages: [{ type: 'text', text: 'https://x.io/bye', linkPreview: true }] },
  ],
  ['skips a redirect to nowhere', { type: 'redirect', redirect: {} }, { type: 'skipped', reason: 'no_url' }],
  ['parks the flow', { type: 'listenForWebhook' }, { type: 'webhook' }],
  ['skips an action of a newer Typebot', { type: 'levitate' }, { type: 'skipped', reason: 'unknown_action' }],
  ['skips streaming', { type: 'stream', stream: true }, { type: 'skipped', reason: 'streaming_not_asked_for' }],
])('%s', (_, action, expected) => {
  expect(runAction(action, defaultSettings)).toEqual(expected);
});

test.each([
  'setVariable',
  'httpRequestToExecute',
  'webhookToExecute',
  'scriptToExecute',
  'codeToExecute',
  'chatwoot',
  'googleAnalytics',
  'pixel',
  'startPropsToInject',
])('has no browser to run %s in', (type) => {
  expect(runAction({ type, [type]: {} }, defaultSettings)).toEqual({ type: 'skipped', reason: 'browser_only' });
});

test('the cap of waits is a setting', () => {
  const settings = settingsSchema.parse({ wait: { maxMs: 500 } });
  expect(runAction({ type: 'wait', wait: { secondsToWaitFor: 2 } }, settings)).toEqual({ type: 'wait', waitMs: 500 });
});

test('takes any payload', () => {
  const payload = fc.record({ wait: fc.jsonValue(), redirect: fc.jsonValue() });
  const wait = fc.record({ wait: fc.record({ secondsToWaitFor: fc.jsonValue() }) });
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(actions)), fc.oneof(payload, wait), (type, fields) => {
      expect(runAction({ type, ...fields }, defaultSettings).type).toMatch(/^(?:shown|skipped|wait|webhook)$/);
    }),
  );
});
