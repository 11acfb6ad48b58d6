import { isSameSecret } from '../../signature.ts';
import { kind } from '../kind.ts';
import { mediaOfEvolution } from './media.ts';
import { parseEvolution } from './parse.ts';
import { attendOnEvolution, findAtEvolution, sendByEvolution } from './send.ts';
import { type EvolutionSettings, settings } from './settings.ts';
import { registerAtEvolution, statusOfEvolution } from './status.ts';

/** Evolution API 2.2.3 to 2.3.7, and 2.4 as far as its release candidates go. */
export const evolution = kind<EvolutionSettings>({
  name: 'evolution',
  settings,
  secrets: ['apikey', 'webhookSecret'],
  // A gateway with `webhookBase64` on puts whole files into webhooks. `test` tells to switch it off.
  bodySizeBytesMax: 8 * 1_024 * 1_024,
  capabilities: {
    asOf: '2026-11-30',
    source: 'source of evolution-foundation/evolution-api, tags 2.2.3 to 2.4.0-rc2',
    // Up to 2.3.7 buttons and lists are taken with 201 and never show (evolution-api#2404, #2467).
    buttons: false,
    lists: false,
    clientMessageId: 'none',
    correlation: false,
    retries: 'at most 10 attempts; 400, 401, 403, 404 and 422 end them at once',
    webhookTimeoutMs: 30_000,
    pace: null,
  },
  verify: ({ headers }, { webhookSecret }) => webhookSecret === undefined || isSameSecret(webhookSecret, headers['x-typelane-token']),
  parse: parseEvolution,
  send: sendByEvolution,
  find: findAtEvolution,
  attend: attendOnEvolution,
  media: mediaOfEvolution,
  status: statusOfEvolution,
  register: registerAtEvolution,
});
