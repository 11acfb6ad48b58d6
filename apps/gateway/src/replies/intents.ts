import type { Redis } from 'ioredis';

/** What is known of sends that were begun: on record before the request is made, so that whoever takes over looks before sending again. */
export type Intents = {
  /** Notes that sending begins. Gives when it was begun before, in milliseconds since 1970; null: never. */
  begin(messageId: string): Promise<number | null>;
  /** It was surely not sent. */
  forget(messageId: string): Promise<void>;
  /** It was sent: the gateway answered so, or told it by a status. Of two messages under one id the first has it. */
  noteSent(instanceId: string, messageId: string, keyId: string): Promise<void>;
  sentAs(messageId: string): Promise<string | null>;
  /** The first of these that is not known to be another message of ours. */
  firstFree(instanceId: string, messageId: string, keyIds: readonly string[]): Promise<string | null>;
};

/** Seconds: as long as a consumer remembers what it sent of a reply. */
const keptSeconds = 86_400;

export function createIntents(redis: Redis, prefix: string): Intents {
  const begun = (messageId: string): string => `${prefix}:typelane:gateway:begun:${messageId}`;
  const sent = (messageId: string): string => `${prefix}:typelane:gateway:sent:${messageId}`;
  const owner = (instanceId: string, keyId: string): string => `${prefix}:typelane:gateway:owner:${instanceId}|${keyId}`;
  return {
    async begin(messageId) {
      const isFirst = await redis.set(begun(messageId), Date.now(), 'EX', keptSeconds, 'NX');
      return isFirst === null ? Number(await redis.get(begun(messageId))) : null;
    },
    forget: async (messageId) => void (await redis.del(begun(messageId))),
    async noteSent(instanceId, messageId, keyId) {
      const both = redis.multi().set(sent(messageId), keyId, 'EX', keptSeconds);
      await both.set(owner(instanceId, keyId), messageId, 'EX', keptSeconds, 'NX').exec();
    },
    sentAs: (messageId) => redis.get(sent(messageId)),
    async firstFree(instanceId, messageId, keyIds) {
      for (const keyId of keyIds) {
        const owned = await redis.get(owner(instanceId, keyId));
        if (owned === null || owned === messageId) return keyId;
      }
      return null;
    },
  };
}
