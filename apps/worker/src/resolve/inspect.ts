import { aboutSecret, type BotInquiry, type InquiryOutcome, type Integration } from '@typelane/core';
import type { Log, Sealer } from '@typelane/runtime';
import type { TypebotClient } from '@typelane/typebot';

/** Reads what Typebot has kept of a session, with the tenant's own token. It does not throw. */
export type Inspect = (inquiry: BotInquiry, instanceId: string, integration: Integration | null) => Promise<InquiryOutcome>;

export type InspectPorts = { typebot: Pick<TypebotClient, 'inspect'>; sealer: Pick<Sealer, 'open'>; log: Log };

/** The token is opened for the request alone. What fails is told to the operator by its code. */
export function createInspect({ typebot, sealer, log }: InspectPorts): Inspect {
  return async (inquiry, instanceId, integration) => {
    const token = tokenOf(integration, instanceId, sealer);
    const outcome: InquiryOutcome =
      token === null ? { type: 'notInspected', cause: 'token_unreadable', mayPass: false } : await typebot.inspect(inquiry, { token });
    if (outcome.type === 'notInspected') {
      const host = URL.parse(inquiry.typebotURL)?.host ?? null;
      log.warn({ instanceId, host, cause: outcome.cause }, 'inspection.failed');
    }
    return outcome;
  };
}

/** Null: there is none any more, or it cannot be opened. */
function tokenOf(integration: Integration | null, instanceId: string, sealer: Pick<Sealer, 'open'>): string | null {
  const sealed = integration?.settings.typebotApiToken ?? null;
  if (sealed === null) return null;
  try {
    return sealer.open(sealed, aboutSecret(instanceId, 'typebotApiToken'));
  } catch {
    return null;
  }
}
