import type { BotAction } from '../bot.ts';
import { skipped } from '../bubbles/message.ts';
import type { Settings } from '../settings.ts';
import type { ActionKind, Effect } from './action.ts';
import { browserOnly, streaming } from './browser-only.ts';
import { listenForWebhook } from './listen-for-webhook.ts';
import { redirect } from './redirect.ts';
import { wait } from './wait.ts';

/** Every client-side action, by Typebot's name for it. */
export const actions = {
  wait,
  redirect,
  listenForWebhook,
  setVariable: browserOnly,
  httpRequestToExecute: browserOnly,
  /** The name before Typebot 3.1. */
  webhookToExecute: browserOnly,
  scriptToExecute: browserOnly,
  codeToExecute: browserOnly,
  chatwoot: browserOnly,
  googleAnalytics: browserOnly,
  pixel: browserOnly,
  startPropsToInject: browserOnly,
  stream: streaming,
  streamOpenAiChatCompletion: streaming,
} satisfies Record<string, ActionKind>;

const kinds: ReadonlyMap<string, ActionKind> = new Map(Object.entries(actions));

/** Never throws; an unknown kind (of a newer Typebot) is skipped. */
export function runAction(action: BotAction, settings: Settings): Effect {
  return kinds.get(action.type)?.run(action, settings) ?? skipped('unknown_action');
}
