import { z } from 'zod';

/** A year. */
const minutesMax = 525_600;

export const minutes = (): z.ZodNumber => z.number().min(0).max(minutesMax);
export const milliseconds = (max: number): z.ZodNumber => z.number().int().min(0).max(max);

/** A text, possibly empty. */
export const text = (max: number): z.ZodString => z.string().max(max);

/** A message of our own to the contact, as long as a WhatsApp text may be. Null: no message. */
export const message = () => text(4_096).min(1).nullable().default(null);
