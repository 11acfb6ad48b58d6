import { randomUUID } from 'node:crypto';
import type { Conversation } from '@typelane/core';
import { databaseForTest } from '@typelane/testkit/vitest';
import { afterAll, beforeAll } from 'vitest';
import { type Arrival, commit, type Commit, type Committed, connect, conversationId, type Database } from '../src/index.ts';

export const instanceId = 'inst-1';

/** A database of its own for one test file. */
export function useDatabase(): { readonly current: Database; readonly url: string } {
  let database: Database | null = null;
  let url = '';
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const fresh = await databaseForTest();
    ({ url } = fresh);
    database = connect(url);
    drop = () => fresh.drop();
  });
  afterAll(async () => {
    await database?.close();
    await drop();
  });
  return {
    get current() {
      if (database === null) throw new Error('Expected the database to be there');
      return database;
    },
    get url() {
      return url;
    },
  };
}

export type TestChat = { id: string; jid: string };

let chats = 0;

export function newChat(): TestChat {
  chats += 1;
  const jid = `5531${String(chats).padStart(9, '0')}@s.whatsapp.net`;
  return { id: conversationId(instanceId, { kind: 'phone', jid, key: jid, phone: '' }), jid };
}

export function arrival({ id, jid }: TestChat, keyId: string, change: Partial<Arrival> = {}): Arrival {
  const event = { event: 'messages.upsert', data: { keyId, source: 'android' } };
  return {
    conversationId: id,
    instanceId,
    jid,
    kind: 'message',
    fromMe: false,
    keyId,
    messageId: keyId,
    event,
    holdsReplies: false,
    ...change,
  };
}

export function stepOf(id: string, change: Partial<Commit>): Commit {
  return {
    commitId: randomUUID(),
    conversationId: id,
    version: 0,
    state: { status: 'idle' },
    seq: 1,
    final: { type: 'answered', sessionId: null, transcript: [] },
    openCallMs: null,
    quarantineMs: null,
    waitMs: null,
    reply: null,
    sessions: [],
    events: 1,
    timerAt: null,
    reviewedSeq: 0,
    ...change,
  };
}

/** A chat in which this session lives. */
export function waitingIn(sessionId: string): Conversation {
  return { status: 'waiting', session: { sessionId, typebotIntegrationId: null, address: '', activeAt: 0, bot: null } };
}

export const newReply = () => ({ replyId: randomUUID() });

export async function commitOne({ sql }: Database, step: Commit): Promise<Committed> {
  return (await commit(sql, [step]))[0] ?? null;
}
