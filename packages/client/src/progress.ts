import type { Job } from 'bullmq';
import { z } from 'zod';

/** What the job itself tells of its delivery, for people who look at it and for a consumer that finds no other note. */
const progressSchema = z.object({ sent: z.number().int().nonnegative(), keyIds: z.array(z.string()) });

/** One entry per message sent; which of them told no key id is not known any more, so those come last, empty. */
export function sentByProgress(progress: unknown): string[] {
  const parsed = progressSchema.safeParse(progress);
  if (!parsed.success) return [];
  const { sent, keyIds } = parsed.data;
  return Array.from({ length: sent }, (_, index) => keyIds[index] ?? '');
}

/** The reply goes on when the job is gone (removed, or lost by Redis): its own note is kept elsewhere. */
export async function noteProgress(job: Job<unknown>, keyIds: string[], onError: (error: Error) => void): Promise<void> {
  await job.updateProgress({ sent: keyIds.length, keyIds: known(keyIds) }).catch(onError);
}

/** The key ids that the gateway told, in the order of the messages. */
export function known(keyIds: string[]): string[] {
  return keyIds.filter((keyId) => keyId !== '');
}
