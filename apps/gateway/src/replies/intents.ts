import type { Redis } from 'ioredis';

/** What is known of sends that were begun: on record before the request is made, so that whoever takes over looks before sending again. */
export type Intents = {
  /** Notes that sending begins. Gives when it was begun before, in milliseconds since 1970; null: never. */
  begin(messageId: string): Promise<number | null>;
  /** It was surely not sent. */
  forget(messageId: string): Promise<void>;
  /** The gateway told by a status that it was sent. */
  noteSent(messageId: string, keyId: string): Promise<void>;
  sentAs(messageId: string): Promise<string | null>;
};

/** Seconds: as long as a consumer remembers what it sent of a reply. */
const keptSeconds = 86_400;

export function createIntents(redis: Redis, prefix: string): Intents {
  const begun = (messageId: string): string => `${prefix}:typelane:gateway:begun:${messageId}`;
  const sent = (messageId: string): string => `${prefix}:typelane:gateway:sent:${messageId}`;
  return {
    async begin(messageId) {
      const isFirst = await redis.set(begun(messageId), Date.now(), 'EX', keptSeconds, 'NX');
      return isFirst === null ? Number(await redis.get(begun(messageId))) : null;
    },
    forget: async (messageId) => void (await redis.del(begun(messageId))),
    noteSent: async (messageId, keyId) => void (await redis.set(sent(messageId), keyId, 'EX', keptSeconds)),
    sentAs: (messageId) => redis.get(sent(messageId)),
  };
}
