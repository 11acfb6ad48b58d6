import { z } from 'zod';
import { hold } from './answers.ts';
import { hint } from './hints.ts';
import { inputKind } from './input.ts';
import { under } from './option-list.ts';

/** Typebot takes any text for a payment made, so nothing a contact writes may ever reach it. */
export const payment = inputKind({
  options: z.looseObject({}),
  answersFirst: false,
  show: ({ settings }, body) => under(body, hint(settings, 'payment')),
  read: (_, { settings }) => hold('payment_pending', hint(settings, 'payment')),
});
