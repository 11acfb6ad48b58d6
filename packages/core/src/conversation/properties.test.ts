import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyLife, handsBack, liveThrough } from '../../test/lives.ts';

const runs = { numRuns: 400 };

test('between a pause or a human’s word and the hand-back, the bot neither asks nor speaks', () => {
  fc.assert(
    fc.property(anyLife, ({ settings, deeds, outcomes }) => {
      expect.hasAssertions();
      let isHeld = false;
      for (const { item, step } of liveThrough(settings, deeds, outcomes)) {
        const mayHandBack = handsBack(item.deed, settings) && step.state.status !== 'paused';
        if (isHeld && mayHandBack) isHeld = false;
        if (isHeld) expect({ say: step.say, ask: step.ask, status: step.state.status }).toEqual({ say: [], ask: null, status: 'paused' });
        const isHumans = item.deed.who === 'human' && settings.fromMe === 'pause' && !handsBack(item.deed, settings);
        const isPaused = step.sessions.some(({ status }) => status === 'paused');
        if (isHumans || isPaused) isHeld = true;
      }
    }),
    runs,
  );
});

test('a turn that somebody behind takes away neither asks nor speaks', () => {
  fc.assert(
    fc.property(anyLife, ({ settings, deeds, outcomes }) => {
      for (const { item, happening, context, step } of liveThrough(settings, deeds, outcomes)) {
        const isStart = item.deed.who === 'operator' && 'force' in item.deed;
        if (!context.isHeld || isStart || (happening.type !== 'received' && happening.type !== 'due')) continue;
        expect({ say: step.say, ask: step.ask }).toEqual({ say: [], ask: null });
      }
    }),
    runs,
  );
});

test('every event ends once, and those of a burst together', () => {
  fc.assert(
    fc.property(anyLife, ({ settings, deeds, outcomes }) => {
      const steps = liveThrough(settings, deeds, outcomes).map(({ step }) => step);
      for (const { final, events, ask, state } of steps) {
        expect(final === null ? events === 0 : events >= 1).toBe(true);
        expect(ask !== null).toBe(state.status === 'calling');
        expect(final === null).toBe(state.status === 'calling' || state.status === 'due');
      }
      expect(steps.reduce((sum, { events }) => sum + events, 0)).toBe(deeds.length);
    }),
    runs,
  );
});

test('a chat has one live session at most, and it is the one that is on record', () => {
  fc.assert(
    fc.property(anyLife, ({ settings, deeds, outcomes }) => {
      let onRecord: { id: string; status: string } | null = null;
      for (const { step } of liveThrough(settings, deeds, outcomes)) {
        for (const { session, status } of step.sessions) {
          if (onRecord !== null) expect(onRecord.id).toBe(session.sessionId);
          onRecord = status === 'closed' ? null : { id: session.sessionId, status };
        }
        const { state } = step;
        if (state.status === 'waiting') expect(onRecord).toEqual({ id: state.session.sessionId, status: 'open' });
        else if (state.status === 'paused') expect(onRecord).toEqual({ id: state.session.sessionId, status: 'paused' });
        else if (state.status === 'idle' || state.status === 'ended') expect(onRecord).toBeNull();
        else expect(onRecord === null).toBe(!state.turn.isOpen);
      }
    }),
    runs,
  );
});

test('a timer is set only where the settings want one, and one that rang sets none for the past', () => {
  fc.assert(
    fc.property(anyLife, ({ settings, deeds, outcomes }) => {
      for (const { item, context, step } of liveThrough(settings, deeds, outcomes)) {
        const { timerAt, state } = step;
        if (timerAt === null) continue;
        const minutes = state.status === 'waiting' ? settings.expireAfterMinutes : settings.pause.resumeAfterMinutes;
        expect(state.status === 'waiting' || state.status === 'paused').toBe(true);
        expect(minutes).toBeGreaterThan(0);
        if (item.deed.who === 'timer' && !context.isHeld) expect(timerAt).toBeGreaterThan(context.now);
      }
    }),
    runs,
  );
});
