import { askText, type BotScript, goTo, type Heard, text, textOf } from '@typelane/testkit';

/** Echoes each message, including the one that starts it, which it receives as a variable. */
export const echoBot: BotScript = {
  variables: ['firstMessage', 'message', 'instanceInstanceId', 'keyRemoteJid'],
  groups: {
    Start: [text('started by {{firstMessage}}'), goTo('Ask')],
    Ask: [askText({ save: 'message' }), text('heard {{message}}'), goTo('Ask')],
  },
};

/** What the contact said that made this reply. */
export function echoed(reply: string): string {
  return reply.replace(/^(?:started by|heard) /, '');
}

/** One request as it arrived at the echo bot. */
export type Arrival = { instanceId: string; said: string; kind: Heard['kind']; status: number | null };

/** Requests in order of arrival, each with the instance its session belongs to. Starts that made no session are among them. */
export function arrivalsOf(heard: readonly Heard[]): Arrival[] {
  const instances = new Map<string, string>();
  return heard.map((request) => {
    const { kind, sessionId, variables, status } = request;
    const told = variables?.['instanceInstanceId'];
    if (kind === 'start' && sessionId !== null && typeof told === 'string') instances.set(sessionId, told);
    const instanceId = typeof told === 'string' ? told : (instances.get(sessionId ?? '') ?? '');
    const said = kind === 'start' ? textIn(variables?.['firstMessage']) : (textOf(request) ?? '');
    return { instanceId, said, kind, status };
  });
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
