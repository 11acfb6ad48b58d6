import { randomUUID } from 'node:crypto';
import type { InboundEvent, OutboundReply } from '@typelane/client';

/** The contacts you play: their addresses, and the events your lines become. */
export function createContacts(instanceId: string, count: number, pushName: string) {
  const jids = Array.from({ length: count }, (_, index) => `55000000${String(index + 1).padStart(5, '0')}@s.whatsapp.net`);
  let last = 0;
  return {
    /** `2: hello` is said by the second contact; a line without a number by the one who spoke last. */
    say(line: string): { jid: string; event: InboundEvent } {
      const numbered = /^(\d{1,2}):\s*(.*)$/s.exec(line);
      const index = Number(numbered?.[1] ?? 0) - 1;
      const isForOne = count > 1 && numbered !== null && index >= 0 && index < count;
      if (isForOne) last = index;
      const jid = jids[last] ?? '';
      return { jid, event: textEvent(instanceId, jid, pushName, isForOne ? (numbered[2] ?? '') : line) };
    },
    /** Empty for the only contact; else its number, or the address of somebody you do not play. */
    labelOf({ to, instanceId: from }: OutboundReply): string {
      const index = from === instanceId ? jids.indexOf(to) : -1;
      if (index === -1) return `${from} ${to}`;
      return count === 1 ? '' : String(index + 1);
    },
  };
}

function textEvent(instanceId: string, jid: string, pushName: string, text: string): InboundEvent {
  return {
    event: 'messages.upsert',
    instance: { instanceId, name: instanceId },
    data: {
      keyId: `CHAT${randomUUID().replaceAll('-', '').toUpperCase()}`,
      keyRemoteJid: jid,
      keyFromMe: false,
      pushName,
      contentType: 'text',
      content: { text },
      source: 'android',
      messageTimestamp: Math.floor(Date.now() / 1_000),
    },
  };
}
