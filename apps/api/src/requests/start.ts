import { parseJid } from '@typelane/core';
import { z } from 'zod';

/** Prefilled variables of the bot. */
export const startVariables = z
  .record(z.string().min(1).max(200), z.string().max(4_096))
  .refine((all) => Object.keys(all).length <= 50, 'an object of at most 50 fields');

/** An address the bot may write to first. */
export const writableChat = z
  .string()
  .max(200)
  .refine(isWritable, 'the WhatsApp address of a person or group, such as `5531999999999@s.whatsapp.net`');

function isWritable(text: string): boolean {
  const kind = parseJid(text)?.kind;
  return kind !== undefined && kind !== 'status' && kind !== 'broadcast' && kind !== 'newsletter';
}
