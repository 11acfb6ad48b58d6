import { z } from 'zod';
import { baseURL, secret } from '../fields.ts';

export const settings = z.strictObject({
  baseURL: baseURL.describe('Where Evolution API answers, such as https://evo.example.com.'),
  instanceName: z.string().min(1).max(200).describe('Name of the instance at Evolution.'),
  apikey: secret.describe("The instance's own token, or the global key. Prefer the token."),
  webhookSecret: secret
    .optional()
    .describe('Asked for as `X-Typelane-Token` of each webhook. Registering sets it; the global webhook of Evolution cannot send it.'),
});

export type EvolutionSettings = z.output<typeof settings>;
