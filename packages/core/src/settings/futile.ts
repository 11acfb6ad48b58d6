import { fold } from '../normalise.ts';
import { parseJid } from '../jid.ts';
import type { SettingsChange } from '../settings.ts';

/** `expected` describes an allowed value and completes an error sentence. */
export type Futile = { path: (string | number)[]; expected: string };

/**
 * Values that fit the schema but can never have an effect. They are refused when settings are saved. This is not in the schema, because stored
 * settings must stay readable.
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
