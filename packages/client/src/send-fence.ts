import type { Redis } from 'ioredis';

/**
 * Lets one consumer at a time send a reply and stores its progress, whichever job carries it.
 * `keyIds` has one entry per message sent, in order; empty text where the gateway returned no id.
 */
export type SendFence = {
  /** Claims the reply, or renews the claim when `token` already holds it. */
  claim(replyId: string, token: string): Promise<Claim>;
  /** Stores what was sent, with or without the claim, because a sent message cannot be undone. Entries of other consumers are kept. */
  remember(replyId: string, keyIds: string[]): Promise<void>;
  release(replyId: string, token: string): Promise<void>;
  /** How long a claim lasts unless it is renewed. */
  lockMs: number;
};

/** `held`: another consumer is sending the reply. */
export type Claim = { type: 'ours'; keyIds: string[] } | { type: 'held' };

export function createSendFence(redis: Redis, options: { prefix: string; lockMs: number; rememberMs: number }): SendFence {
  const { prefix, lockMs, rememberMs } = options;
  const lockKey = (replyId: string) => `${prefix}:typelane:sending:${replyId}`;
  const sentKey = (replyId: string) => `${prefix}:typelane:sent:${replyId}`;
  return {
    lockMs,
    async claim(replyId, token) {
      const sent = await redis.eval(claimScript, 2, lockKey(replyId), sentKey(replyId), token, lockMs);
      return Array.isArray(sent) ? { type: 'ours', keyIds: inOrder(sent.map(String)) } : { type: 'held' };
    },
    async remember(replyId, keyIds) {
      await redis.eval(rememberScript, 1, sentKey(replyId), rememberMs, ...keyIds);
    },
    async release(replyId, token) {
      await redis.eval(releaseScript, 1, lockKey(replyId), token);
    },
  };
}

/** A lock that is gone (expired, or lost by Redis) may be acquired again; the progress of other consumers is returned with it. */
const claimScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] and not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return 0
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('HGETALL', KEYS[2])`;

/** Everything sent so far, not only the last message: Redis may have lost earlier entries. */
const rememberScript = `
for index = 2, #ARGV do
  redis.call('HSETNX', KEYS[1], index - 2, ARGV[index])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])`;

const releaseScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end`;

/** From fields and values in turn to the values of 0, 1, 2, … up to the first gap. */
function inOrder(fieldsAndValues: string[]): string[] {
  const byIndex = new Map<string, string>();
  for (let at = 0; at + 1 < fieldsAndValues.length; at += 2) byIndex.set(fieldsAndValues[at] ?? '', fieldsAndValues[at + 1] ?? '');
  const keyIds: string[] = [];
  for (let keyId = byIndex.get('0'); keyId !== undefined; keyId = byIndex.get(`${keyIds.length}`)) keyIds.push(keyId);
  return keyIds;
}
