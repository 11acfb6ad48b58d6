import type { HeldClaim } from './held-claim.ts';
import { PermanentSendError, type Send, type SendContext } from './send.ts';
import { unlessAborted } from './time.ts';

/** `keyId` is empty when the gateway told none. `alreadySent`: another consumer had sent the message before we lost sight of it. */
export type AttemptOutcome =
  | { type: 'sent'; keyId: string }
  | { type: 'alreadySent'; keyIds: string[] }
  | { type: 'refused' | 'failed'; cause: unknown }
  | { type: 'interrupted' }
  | { type: 'held' };

export type AttemptOptions = {
  sendTimeoutMs: number;
  onError: (error: Error) => void;
  /** Begin nothing new. */
  closing: AbortSignal;
  /** Wait for nothing any more. */
  forced: AbortSignal;
};

/** Sends one message once. `keyIds` are those of the messages before it. */
export async function attempt(
  message: Omit<SendContext, 'signal'>,
  keyIds: string[],
  claim: HeldClaim,
  send: Send,
  options: AttemptOptions,
): Promise<AttemptOutcome> {
  const { closing, forced, onError } = options;
  if (closing.aborted) return { type: 'interrupted' };
  const confirmed = await claim.confirm();
  if (confirmed.type === 'held') return { type: 'held' };
  if (confirmed.keyIds.length > message.index) return { type: 'alreadySent', keyIds: confirmed.keyIds };

  const giveUp = AbortSignal.any([forced, claim.lost]);
  let settled = false;
  const sending = sendOnce(message, send, AbortSignal.any([giveUp, AbortSignal.timeout(options.sendTimeoutMs)])).finally(
    () => (settled = true),
  );
  try {
    return { type: 'sent', keyId: await unlessAborted(sending, giveUp) };
  } catch (cause) {
    if (cause instanceof PermanentSendError) return { type: 'refused', cause };
    if (!giveUp.aborted) return { type: 'failed', cause };
    if (!settled) claim.abandon();
    // It may still succeed after we stopped waiting: then whoever sends the rest should know.
    const late = sending.then((keyId) => claim.remember([...keyIds, keyId]).catch(onError));
    void late.catch(() => undefined);
    return forced.aborted ? { type: 'interrupted' } : { type: 'held' };
  }
}

async function sendOnce(context: Omit<SendContext, 'signal'>, send: Send, signal: AbortSignal): Promise<string> {
  const message = context.reply.messages[context.index];
  if (message === undefined) throw new Error(`the reply has no message ${context.index}`);
  return (await send(message, { ...context, signal })) ?? '';
}
