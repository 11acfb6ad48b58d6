import { type Refusal, refusal } from '../errors/refusal.ts';

/** Reasons for which another attempt may succeed: the bot was not reached, it lost its session, or the failure was ours. */
const passing = new Set(['bot_unreachable', 'session_lost', 'poison', 'internal_error']);

/** A command that was carried out and did not end well with the bot. `wanted`: what the bot was to do, such as `start`. */
export function botFailure({ final, reason }: { final: string; reason: string | null }, wanted: string): Refusal {
  const isFinal = final === 'dead' && reason !== null && !passing.has(reason);
  return refusal(isFinal ? 'BOT_REFUSED' : 'BOT_UNAVAILABLE', [`The bot did not ${wanted}: \`${reason ?? final}\``]);
}
