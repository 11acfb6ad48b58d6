import { type Database, pauseUnsendable, type Receipt, whoseReplies } from '@typelane/db';
import { readSettings } from '../converse/read-settings.ts';
import type { Chat } from '../ingest/ingest-batch.ts';

/**
 * Leaves a chat to a human when a reply of it could not be sent at all and its integration wants that. Ordered before the receipt is on
 * record, so that it is not forgotten between the two and the next reply is not handed out. Returns the chats to ring for.
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
