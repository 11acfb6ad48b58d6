import { z } from 'zod';

/** A year. */
const minutesMax = 525_600;

/** 0 means never. The smallest other value is a second: less is a mistake, such as a time in another unit. */
export const minutes = (): z.ZodNumber =>
  z
    .number()
    .min(0)
    .max(minutesMax)
    .refine((value) => value === 0 || value >= 1 / 60, '0, or at least a second (0.0167)');
export const milliseconds = (max: number): z.ZodNumber => z.number().int().min(0).max(max);

/** A text that may be empty. */
export const text = (max: number): z.ZodString => z.string().max(max);

/** A message of our own to the contact: as long as a WhatsApp text may be. Null: none. */
export const message = () => text(4_096).min(1).nullable().default(null);
