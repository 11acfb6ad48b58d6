import type { OutboundDraft } from '../outbound.ts';
import { repeatQuestion } from '../render.ts';
import type { Settings } from '../settings.ts';
import type { StepContext } from './event.ts';
import { notices } from './outcome.ts';
import type { Conversation } from './state.ts';
import { settingsOf } from './turn.ts';

type Trouble = 'error' | 'doubt' | 'lostAnswer';

/** What the contact is told where the operator has no words of their own. docs/guarantees.md shows which stands where. */
export const troubleTexts: Record<Settings['locale'], Record<Trouble, string>> = {
  'pt-BR': {
    error: 'Não consegui responder a essa mensagem. Tente de novo daqui a pouco, por favor.',
    doubt: 'Não sei se a sua última mensagem chegou. Responda mais uma vez, por favor.',
    lostAnswer: 'Recebi a sua última mensagem, mas a minha resposta se perdeu. Escreva algo para continuar.',
  },
  en: {
    error: 'I could not answer that message. Please try again in a moment.',
    doubt: 'I do not know whether your last message arrived. Please answer once more.',
    lostAnswer: 'Your last message arrived, but my answer was lost. Please write something to go on.',
  },
  es: {
    error: 'No pude responder a ese mensaje. Inténtalo de nuevo en un momento, por favor.',
    doubt: 'No sé si llegó tu último mensaje. Responde una vez más, por favor.',
    lostAnswer: 'Recibí tu último mensaje, pero mi respuesta se perdió. Escribe algo para continuar.',
  },
};

/** Typebot said no, failed, or could not be reached. */
export function wordsAfterError(context: StepContext): OutboundDraft[] {
  return notices(chosen(settingsOf(context).errorMessage, 'error', context));
}

/** It is not known whether Typebot heard, or it did and its answer is lost. */
export function wordsInDoubt(resolution: 'processed' | 'not_processed' | null, context: StepContext): OutboundDraft[] {
  return notices(chosen(settingsOf(context).uncertainMessage, resolution === 'processed' ? 'lostAnswer' : 'doubt', context));
}

/** `words`, and the question that the chat stands at once more. An operator who wants no words wants no question either. */
export function withQuestion(words: OutboundDraft[], state: Conversation, context: StepContext): OutboundDraft[] {
  const bot = state.status === 'waiting' ? state.session.bot : null;
  if (words.length === 0 || bot?.pending.type !== 'input') return words;
  return [...words, ...repeatQuestion(bot.pending.input, bot.question, settingsOf(context))];
}

/** The operator's words, or ours. Nobody is spoken to by default who did not write: an operator's order tells the operator how it ended. */
function chosen(own: string | null | undefined, trouble: Trouble, context: StepContext): string | null {
  if (own !== undefined) return own;
  return context.head.kind === 'message' ? troubleTexts[settingsOf(context).locale][trouble] : null;
}
