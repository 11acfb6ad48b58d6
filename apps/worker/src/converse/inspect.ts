import { aboutSecret, type BotInquiry, type InquiryOutcome, type Integration } from '@typelane/core';
import type { TurnDependencies } from './dependencies.ts';

/**
 * Reads the results that Typebot saved for a session, to find out whether it received a call. The tenant's token is opened for this request
 * alone. A failure is logged by its code. It does not throw.
 */
export async function inspect(
  inquiry: BotInquiry,
  instanceId: string,
  integration: Integration | null,
  { typebot, sealer, log }: TurnDependencies,
): Promise<InquiryOutcome> {
  const token = tokenOf(integration, instanceId, sealer);
  const outcome: InquiryOutcome =
    token === null ? { type: 'notInspected', cause: 'token_unreadable', mayPass: false } : await typebot.inspect(inquiry, { token });
  if (outcome.type === 'notInspected') {
    const host = URL.parse(inquiry.typebotURL)?.host ?? null;
    log.warn({ instanceId, host, cause: outcome.cause }, 'inspection.failed');
  }
  return outcome;
}

/** Null: the token was removed, or cannot be opened. */
function tokenOf(integration: Integration | null, instanceId: string, sealer: TurnDependencies['sealer']): string | null {
  const sealed = integration?.settings.typebotApiToken ?? null;
  if (sealed === null) return null;
  try {
    return sealer.open(sealed, aboutSecret(instanceId, 'typebotApiToken'));
  } catch {
    return null;
  }
}
