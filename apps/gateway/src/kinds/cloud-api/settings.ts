import { z } from 'zod';
import { baseURL, secret } from '../fields.ts';

const common = {
  phoneNumberId: z
    .string()
    .regex(/^\d{5,30}$/, 'the digits of a phone number id')
    .describe('Phone number ID of the number, from WhatsApp Manager. Not the phone number.'),
  accessToken: secret.describe('Meta: a permanent token of a system user with `whatsapp_business_messaging`. 360dialog: the API key.'),
  baseURL: baseURL.optional().describe('Another host in place of the provider’s own.'),
  template: z
    .strictObject({ name: z.string().min(1).max(512), language: z.string().min(2).max(10) })
    .optional()
    .describe(
      'An approved template with one variable in its body. A text that comes after the 24-hour window is sent through it; without it such a reply fails.',
    ),
};

/** `meta`: Graph API directly. `360dialog`: the same messages with another header and another way to register. */
export const cloudApiSettings = z
  .strictObject({
    provider: z.enum(['meta', '360dialog']).default('meta'),
    ...common,
    appSecret: secret.optional().describe('Meta: App Secret of the app. Webhooks are signed with it.'),
    verifyToken: secret.optional().describe('Meta: any text. The same goes into “Verify token” of the webhook.'),
    graphVersion: z
      .string()
      .regex(/^v\d{2}\.\d$/, 'a version such as v24.0')
      .default('v24.0')
      .describe('Meta: version of the Graph API.'),
    wabaId: z
      .string()
      .regex(/^\d{5,30}$/, 'the digits of a WhatsApp Business Account id')
      .optional()
      .describe('Meta: WhatsApp Business Account ID. Needed to register the webhook by API.'),
    webhookSecret: secret.optional().describe('360dialog: sent with each webhook as `X-Typelane-Token` after registering.'),
  })
  .superRefine((settings, context) => {
    if (settings.provider !== 'meta') return;
    for (const name of ['appSecret', 'verifyToken'] as const) {
      if (settings[name] === undefined) context.addIssue({ code: 'custom', path: [name], message: 'given when `provider` is `meta`' });
    }
  });

export type CloudApiSettings = z.output<typeof cloudApiSettings>;

/** Where messages are posted, and the header that says who we are. */
export function cloudApiAccess(settings: CloudApiSettings): { messagesURL: string; rootURL: string; headers: Record<string, string> } {
  if (settings.provider === '360dialog') {
    const rootURL = settings.baseURL ?? 'https://waba-v2.360dialog.io';
    return { rootURL, messagesURL: `${rootURL}/messages`, headers: { 'D360-API-KEY': settings.accessToken } };
  }
  const rootURL = `${settings.baseURL ?? 'https://graph.facebook.com'}/${settings.graphVersion}`;
  const headers = { authorization: `Bearer ${settings.accessToken}` };
  return { rootURL, messagesURL: `${rootURL}/${settings.phoneNumberId}/messages`, headers };
}
