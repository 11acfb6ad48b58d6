import { type Database, pauseUnsendable, type Receipt, whoseReplies } from '@typelane/db';
import { readSettings } from '../converse/integrations.ts';
import type { Chat } from '../ingest/ingest-batch.ts';

/**
 * Pauses a conversation when one of its replies could not be sent and the integration is set to pause then. Runs before the receipt is
 * stored, so that a crash between the two loses no pause and the next reply is not dispatched. Returns the conversations to wake.
 */
export async function pauseAfterFailure({ sql }: Database, receipts: Receipt[]): Promise<Chat[]> {
  const failed = receipts.filter(({ failure }) => failure !== null);
  if (failed.length === 0) return [];
  const chats = await whoseReplies(
    sql,
    failed.map(({ replyId }) => replyId),
  );
  const wanted = chats.filter(({ settings }) => readSettings(settings).settings.afterSendFailure === 'pause');
  await pauseUnsendable(sql, wanted);
  return wanted;
}
