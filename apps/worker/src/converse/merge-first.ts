import type { Loaded } from '@typelane/db';
import type { TurnPorts } from './turn.ts';

/** Milliseconds until a chat looks again whether the conversation it follows has come to its end. */
const lookAgainMs = 1_000;

/** Joins the conversation that the contact had under another name. True: the chat is to be loaded again, now with all there is. */
export async function mergeFirst({ conversationId, instance }: Loaded, { mergeConversations, wakeIn }: TurnPorts): Promise<boolean> {
  if (await mergeConversations(conversationId)) return true;
  wakeIn({ instanceId: instance.instanceId, conversationId }, lookAgainMs);
  return false;
}
