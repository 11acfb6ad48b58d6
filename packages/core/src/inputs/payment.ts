import { z } from 'zod';
import { hold } from './answers.ts';
import { hint } from './hints.ts';
import { inputKind } from './input.ts';
import { under } from './option-list.ts';

/** Typebot takes any text for a payment made, so nothing a contact writes may ever reach it. */
export const payment = inputKind({
  about: {
    becomes: 'the text `hints.payment`: it cannot be made on WhatsApp',
    reads: 'nothing, ever: Typebot takes any text for a payment made. An operator or an expiry ends the session',
    differs: 'Typebot’s channel shows nothing and takes the next text for the payment',
  },
  options: z.looseObject({}),
  answersFirst: false,
  show: ({ settings }, body) => under(body, hint(settings, 'payment')),
  read: (_, { settings }) => hold('payment_pending', hint(settings, 'payment')),
});
