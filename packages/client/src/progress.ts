import type { Job } from 'bullmq';
import { z } from 'zod';

/** The progress stored in the job, for operators and for a consumer that finds no other record. */
const progressSchema = z.object({ sent: z.number().int().nonnegative(), keyIds: z.array(z.string()) });

/** One entry per message sent. Messages without a key id are no longer identifiable, so their empty entries come last. */
export function sentByProgress(progress: unknown): string[] {
  const parsed = progressSchema.safeParse(progress);
  if (!parsed.success) return [];
  const { sent, keyIds } = parsed.data;
  return Array.from({ length: sent }, (_, index) => keyIds[index] ?? '');
}

/** The delivery continues when the job is gone (removed, or lost by Redis): its progress is also stored elsewhere. */
export async function noteProgress(job: Job<unknown>, keyIds: string[], onError: (error: Error) => void): Promise<void> {
  await job.updateProgress({ sent: keyIds.length, keyIds: known(keyIds) }).catch(onError);
}

/** The key ids that the gateway returned, in the order of the messages. */
export function known(keyIds: string[]): string[] {
  return keyIds.filter((keyId) => keyId !== '');
}
