import type { Settings } from '../settings.ts';

type Hint = keyof Settings['hints'];
type Locale = Settings['locale'];

/** A text for the contact, in the operator's words or in ours. Empty: say nothing. */
export function hint(settings: Settings, name: Hint, values: Readonly<Record<string, string | number>> = {}): string {
  const text = settings.hints[name] ?? hints[settings.locale][name];
  return text.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

const hints: Record<Locale, Record<Hint, string>> = {
  'pt-BR': {
    choice: 'Responda com o número da opção.',
    multipleChoice: 'Responda com os números das opções, por exemplo: 1, 3',
    rating: 'Responda com um número de {from} a {to}.',
    text: 'Escreva sua resposta.',
    email: 'Escreva seu e-mail.',
    url: 'Escreva o endereço do site.',
    file: 'Envie o arquivo.',
    number: 'Escreva um número, por exemplo: 1500',
    date: 'Escreva a data assim: 25/12/2027',
    time: 'Escreva o horário assim: 14:30',
    phone: 'Escreva o telefone com o código do país, por exemplo: +55 11 91234-5678',
    optionalFile: 'Para continuar sem enviar um arquivo, responda: {skip}',
    unsupportedMedia: 'Não consigo usar este tipo de mensagem aqui. Responda de outra forma, por favor.',
    payment: 'Este pagamento não pode ser feito pelo WhatsApp.',
    unmatched: 'Não entendi. Escolha uma das opções, por favor.',
    waiting: '',
  },
  en: {
    choice: 'Reply with the number of the option.',
    multipleChoice: 'Reply with the numbers of the options, for example: 1, 3',
    rating: 'Reply with a number from {from} to {to}.',
    text: 'Please write your answer.',
    email: 'Please write your e-mail address.',
    url: 'Please write the web address.',
    file: 'Please send the file.',
    number: 'Please write one number, for example: 1500',
    date: 'Please write the date like this: 25/12/2027',
    time: 'Please write the time like this: 14:30',
    phone: 'Please write the phone number with its country code, for example: +44 20 7946 0000',
    optionalFile: 'To go on without sending a file, reply: {skip}',
    unsupportedMedia: 'This kind of message cannot be used here. Please answer in another way.',
    payment: 'This payment cannot be made on WhatsApp.',
    unmatched: 'I did not understand that. Please choose one of the options.',
    waiting: '',
  },
  es: {
    choice: 'Responde con el número de la opción.',
    multipleChoice: 'Responde con los números de las opciones, por ejemplo: 1, 3',
    rating: 'Responde con un número del {from} al {to}.',
    text: 'Escribe tu respuesta.',
    email: 'Escribe tu correo electrónico.',
    url: 'Escribe la dirección web.',
    file: 'Envía el archivo.',
    number: 'Escribe un número, por ejemplo: 1500',
    date: 'Escribe la fecha así: 25/12/2027',
    time: 'Escribe la hora así: 14:30',
    phone: 'Escribe el teléfono con el código del país, por ejemplo: +34 612 345 678',
    optionalFile: 'Para continuar sin enviar un archivo, responde: {skip}',
    unsupportedMedia: 'No puedo usar este tipo de mensaje aquí. Responde de otra forma, por favor.',
    payment: 'Este pago no se puede hacer por WhatsApp.',
    unmatched: 'No entendí. Elige una de las opciones, por favor.',
    waiting: '',
  },
};

/** The word that skips an optional file when the bot names none. */
export const skipWord: Record<Locale, string> = { 'pt-BR': 'pular', en: 'skip', es: 'omitir' };

/** Stands above options that are shown again, whose question is not at hand any more. */
export const chooseAgain: Record<Locale, string> = {
  'pt-BR': 'Escolha uma das opções:',
  en: 'Please choose one of the options:',
  es: 'Elige una de las opciones:',
};

/** What opens a list; at most 20 characters. */
export const listButton: Record<Locale, string> = { 'pt-BR': 'Ver opções', en: 'See options', es: 'Ver opciones' };
