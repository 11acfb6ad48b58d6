import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BotCall,
  type BotOutcome,
  type StepInput,
  type InboundEvent,
  readInbound,
  settingsSchema,
  step,
  type StepContext,
} from '@typelane/core';
import { mergeConversations, commit, type Commit, commitRetracting, type Database, load, type Loaded } from '@typelane/db';
import type { createQueue, WakeUp } from '@typelane/runtime';

type BotAnswers = (call: BotCall) => BotOutcome | Promise<BotOutcome>;

export type TestWorker = { answerWith(bot: BotAnswers): void; halt(): () => void; stop(): Promise<void> };

/** A worker in one loop: reads wake-ups, decides with the core, commits. Only Typebot is simulated. */
export function startTestWorker(database: Database, converse: ReturnType<typeof createQueue<WakeUp>>): TestWorker {
  let bot: BotAnswers = asksForText;
  let isHalted = false;
  let isStopping = false;

  const run = async (): Promise<void> => {
    while (!isStopping) {
      const wakeUps = isHalted ? [] : await converse.getJobs(['waiting']).catch(() => []);
      for (const wake of wakeUps) {
        await wake.remove().catch(() => {});
        for (const id of wake.data.conversationIds) while (await turn(database, id, (call) => bot(call)));
      }
      if (wakeUps.length === 0) await sleep(5);
    }
  };
  const running = run();

  return {
    answerWith: (next) => void (bot = next),
    halt() {
      isHalted = true;
      return () => void (isHalted = false);
    },
    async stop() {
      isStopping = true;
      await running;
    },
  };
}

/** A flow that has started, or goes on, and asks for a text. */
export function asksForText(call: BotCall): BotOutcome {
  const started =
    call.type === 'start' ? { typebotSessionId: `typebot-${randomUUID()}`, resultId: null, typebotId: null, typing: null } : null;
  const bubble = {
    id: 'b1',
    type: 'text',
    content: { type: 'richText', richText: [{ type: 'p', children: [{ text: 'What is your name?' }] }] },
  };
  return { type: 'replied', reply: { bubbles: [bubble], input: { id: 'i1', type: 'text input' }, actions: [], started, logs: [] } };
}

/** A flow that stands at a Webhook block when it has started; then it asks for a text. */
export function stopsAtWebhook(call: BotCall): BotOutcome {
  const asked = asksForText(call);
  if (call.type !== 'start' || asked.type !== 'replied') return asked;
  const listen = { type: 'listenForWebhook', expectsDedicatedReply: true };
  return { type: 'replied', reply: { ...asked.reply, input: null, actions: [listen] } };
}

async function turn({ sql }: Database, id: string, ask: BotAnswers): Promise<boolean> {
  const [loaded] = await load(sql, [id]);
  if (!loaded) return false;
  if (loaded.mustMerge) return mergeConversations(sql, id);
  const context = contextOf(loaded);
  let { state, version } = loaded;
  let happening: StepInput = { type: state.status === 'due' ? 'due' : 'received' };
  for (;;) {
    const next = step(state, happening, context);
    if ('type' in next) return false;
    const sessionId =
      next.sessions.at(-1)?.session.sessionId ??
      ('session' in state ? state.session.sessionId : 'turn' in state ? state.turn.session.sessionId : null);
    const entry: Commit = {
      commitId: randomUUID(),
      conversationId: id,
      version,
      state: next.state,
      seq: loaded.head.seq,
      final: next.final && { ...next.final, sessionId, transcript: next.transcript },
      openCallMs: next.ask ? 60_000 : null,
      quarantineMs: null,
      waitMs: next.waitMs,
      reply: next.say.length > 0 ? replyOf(loaded, context, sessionId, next.say) : null,
      sessions: next.sessions.map(({ session, status, reason }) => ({
        ...session,
        instanceId: loaded.instance.instanceId,
        keyRemoteJid: loaded.jid,
        status,
        reason,
      })),
      events: next.events,
      timerAt: next.timerAt,
      reviewedSeq: loaded.phoneSeq,
    };
    const committed = next.retractsReplies ? await commitRetracting(sql, entry) : (await commit(sql, [entry]))[0];
    if (!committed || committed === 'unreviewed') return false;
    if (next.ask === null) return next.final !== null && committed.more;
    ({ state } = next);
    ({ version } = committed);
    if (next.ask.type === 'inspect') throw new Error('This worker reads no results');
    happening = await ask(next.ask);
  }
}

function contextOf({ head, jid, participant, instance, integration, isHeld, isEcho, now }: Loaded): StepContext {
  return {
    head: (head.kind === 'message'
      ? { ...head, message: readInbound(head.event as InboundEvent) }
      : { ...head, command: head.event }) as StepContext['head'],
    chat: { jid, participant },
    instance,
    integration: integration && { ...integration, settings: settingsSchema.parse(integration.settings) },
    isHeld,
    isEcho,
    burst: null,
    files: null,
    matches: () => false,
    now,
    freshSessionId: randomUUID(),
  };
}

function replyOf({ jid }: Loaded, { head, instance }: StepContext, sessionId: string | null, say: object[]) {
  return {
    schemaVersion: 1,
    replyId: randomUUID(),
    instanceId: instance.instanceId,
    businessId: instance.businessId,
    sessionId,
    to: jid,
    inReplyTo: head.kind === 'message' ? head.event.data.keyId : null,
    traceparent: null,
    messages: say.map((message) => ({ id: randomUUID(), ...message })),
  };
}
