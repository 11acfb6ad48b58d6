import { groupOption, textOption } from './verdict.ts';
import type { Validator } from './verdict.ts';

/** Takes everything, even the empty text. A voice message is kept as its URL and does not touch the input's variable. */
export const text: Validator = (reply, input) => {
  const { audioClip, attachments } = input.options ?? {};
  if (reply.type === 'audio') {
    return { valid: true, content: reply.url, keepsOwnVariable: true, also: saves(audioClip, reply.url) };
  }
  const urls = reply.attachedFileUrls ?? [];
  const [first] = urls;
  if (first === undefined) return { valid: true, content: reply.text };
  return { valid: true, content: reply.text, also: saves(attachments, urls.length === 1 ? first : urls) };
};

function saves(feature: unknown, value: string | readonly string[]) {
  const { isEnabled, saveVariableId } = groupOption(feature);
  const variableId = textOption(saveVariableId);
  return isEnabled === true && variableId ? [{ variableId, value }] : [];
}
