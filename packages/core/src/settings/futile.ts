import { fold } from '../normalise.ts';
import { parseJid } from '../jid.ts';
import type { SettingsChange } from '../settings.ts';

/** `expected` goes on from "Expected `field` to be ". */
export type Futile = { path: (string | number)[]; expected: string };

/**
 * What fits the schema and still could never do what it is there for. It is refused when it is written; what was stored before is read
 * all the same, so this is not in the schema.
 */
export function futileIn({ trigger, flows = [], ignoreJids = [], allowJids = [] }: SettingsChange): Futile[] {
  return [
    ...futileTrigger(trigger, ['trigger']),
    ...flows.flatMap((flow, index) => futileTrigger(flow.trigger, ['flows', index, 'trigger'])),
    ...futileJids(ignoreJids, 'ignoreJids'),
    ...futileJids(allowJids, 'allowJids'),
  ];
}

function futileTrigger(trigger: SettingsChange['trigger'], path: Futile['path']): Futile[] {
  const isBlank = trigger?.type === 'keyword' && trigger.operator !== 'regex' && fold(trigger.value) === '';
  return isBlank ? [{ path: [...path, 'value'], expected: 'text with a word in it' }] : [];
}

const kinds = ['@g.us', '@s.whatsapp.net', '@lid'];
const forms = `an address such as \`5531999999999@s.whatsapp.net\`, one of ${kinds.map((kind) => `\`${kind}\``).join(', ')}, or a beginning followed by \`*\``;

function futileJids(jids: string[], name: string): Futile[] {
  return jids.flatMap((jid, index) => {
    const isUseful = kinds.includes(jid) || /^[^*@]*\*$/.test(jid) || parseJid(jid) !== null;
    return isUseful ? [] : [{ path: [name, index], expected: forms }];
  });
}
