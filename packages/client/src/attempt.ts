import type { HeldClaim } from './held-claim.ts';
import { PermanentSendError, type Send, type SendContext } from './send.ts';
import { unlessAborted } from './time.ts';

/** `keyId` is empty when the gateway returned none. `alreadySent`: another consumer had already sent the message. */
export type AttemptOutcome =
  | { type: 'sent'; keyId: string }
  | { type: 'alreadySent'; keyIds: string[] }
  | { type: 'refused' | 'failed'; cause: unknown }
  | { type: 'interrupted' }
  | { type: 'held' };

export type AttemptOptions = {
  sendTimeoutMs: number;
  onError: (error: Error) => void;
  /** Aborts when nothing new may begin. */
  closing: AbortSignal;
  /** Aborts when nothing may be waited for any longer. */
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
    // The send may still succeed after its timeout; the consumer that sends the rest must know.
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
