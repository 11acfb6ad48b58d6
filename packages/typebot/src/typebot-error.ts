import { z } from 'zod';

/**
 * The parts of an error body that are used. `code`: one of Typebot's RPC codes, else null. `status`: the HTTP status that the body repeats (since
 * 3.15). `reason`: our code for a known message of Typebot. Null: another message, for example a bot author's.
 */
export type WireError = { code: string | null; status: number | null; reason: string | null };

/**
 * Reads an error body of either RPC framework, before and after Typebot's change in 3.15. Null: it has no `message`. The message itself is not
 * returned, since a tenant may name a private host as its Typebot.
 */
export function errorOf(value: unknown): WireError | null {
  const { data } = errorSchema.safeParse(value);
  if (data === undefined) return null;
  return { code: data.code ?? null, status: data.status ?? null, reason: reasons.get(data.message) ?? null };
}

/** The codes of tRPC and oRPC that Typebot's chat API uses. */
const codes = ['BAD_REQUEST', 'UNAUTHORIZED', 'FORBIDDEN', 'NOT_FOUND', 'TIMEOUT', 'INTERNAL_SERVER_ERROR'] as const;

const errorSchema = z.object({
  message: z.string(),
  code: z.enum(codes).nullish().catch(null),
  status: z.number().nullish().catch(null),
});

/** The exact messages of Typebot's chat API. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['Session not found.', 'session_not_found'],
  ['Session expired. You need to start a new session.', 'session_expired'],
  ['Typebot not found', 'typebot_not_found'],
  ['Credentials not found', 'credentials_not_found'],
  ['This bot is now closed', 'bot_closed'],
  ['Origin not allowed', 'origin_not_allowed'],
  ['Input validation failed', 'input_validation_failed'],
  ["Malformed request. Ensure the request body is properly formatted and the 'Content-Type' header is set correctly.", 'malformed_request'],
  ['Command event not found', 'command_not_found'],
  ["Command event doesn't have a connected edge", 'command_not_connected'],
  ["Command event doesn't have a connected group", 'command_not_connected'],
  ['Block not found', 'block_not_found'],
  ['Could not find outgoing edge', 'edge_not_found'],
  ['Provided response is not valid JSON', 'response_not_json'],
  ['Missing credentialsId', 'credentials_missing'],
  ['Could not parse amount, make sure your block is configured correctly', 'payment_amount_unreadable'],
  ['Could not create payment intent', 'payment_not_created'],
  ['You must be authenticated to access this resource', 'unauthenticated'],
]);
