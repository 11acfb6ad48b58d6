import { botActionSchema, botInputSchema, bubbleSchema, inboundEventSchema } from '@typelane/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { botReplyArbitrary, inboundEventArbitrary } from './arbitraries.ts';

const replySchema = z.object({ bubbles: z.array(bubbleSchema), input: botInputSchema.nullable(), actions: z.array(botActionSchema) });

test('every arbitrary inbound event is valid', () => {
  fc.assert(
    fc.property(inboundEventArbitrary, (event) => {
      expect(inboundEventSchema.safeParse(event)).toMatchObject({ success: true });
    }),
  );
});

test('every arbitrary bot reply has a valid outer shape', () => {
  fc.assert(
    fc.property(botReplyArbitrary, ({ bubbles, input, actions }) => {
      expect(replySchema.safeParse({ bubbles, input, actions })).toMatchObject({ success: true });
    }),
  );
});

test('arbitrary bot replies hold every kind of bubble and input within a few hundred runs', () => {
  const replies = fc.sample(botReplyArbitrary, { numRuns: 500, seed: 1 });
  const types = new Set(replies.flatMap(({ bubbles, input }) => [...bubbles, ...(input ? [input] : [])]).map(({ type }) => type));
  expect([...types]).toEqual(expect.arrayContaining(['text', 'image', 'custom-embed', 'choice input', 'cards', 'payment input']));
});
