import type { StepContext } from './event.ts';
import type { Session } from './state.ts';

/** A session that nothing was started for yet. */
export function freshSession({ freshSessionId, integration, now }: StepContext, address: string): Session {
  return {
    sessionId: freshSessionId,
    typebotIntegrationId: integration?.typebotIntegrationId ?? null,
    address,
    activeAt: now,
    bot: null,
  };
}

/** The contact wrote, or an operator did something: the session's idle time begins anew. `address`: where it was written from. */
export function touched(session: Session, { now }: StepContext, address = session.address): Session {
  return { ...session, address, activeAt: now };
}
