/** The words of dates in Portuguese, Spanish, English, German, French and Italian, folded, and what they are in English. */

const monthNames = [
  'january jan janeiro enero ene januar janner janvier janv gennaio gen',
  'february feb fev fevereiro febrero februar feber fevrier fevr febbraio',
  'march mar marco marzo marz mrz mars',
  'april apr abr abril avril avr aprile',
  'may mai maio mayo mag maggio',
  'june jun junho junio juni juin giugno giu',
  'july jul julho julio juli juillet juil luglio lug',
  'august aug ago agosto aout',
  'september sep sept set setembro septiembre setiembre septembre settembre sett',
  'october oct out outubro octubre oktober okt octobre ottobre ott',
  'november nov novembro noviembre novembre',
  'december dec dez dic dezembro diciembre dezember decembre dicembre',
];

export const months: ReadonlyMap<string, number> = new Map(
  monthNames.flatMap((names, i) => names.split(' ').map((name): [string, number] => [name, i + 1])),
);

/** The English name; `month` from 1. */
export function monthName(month: number): string {
  return monthNames[month - 1]?.split(' ')[0] ?? '';
}

export const weekdays: ReadonlyMap<string, string> = english({
  sunday: 'sun domingo dom sonntag dimanche domenica',
  monday: 'mon segunda seg lunes montag lundi lunedi',
  tuesday: 'tue tues terca ter martes dienstag mardi martedi',
  wednesday: 'wed quarta qua miercoles mittwoch mercredi mercoledi',
  thursday: 'thu thur thurs quinta qui jueves donnerstag jeudi giovedi',
  friday: 'fri sexta sex viernes freitag vendredi venerdi',
  saturday: 'sat sabado sab samstag sonnabend samedi sabato',
});

/** What stands before or after a weekday and says which one. `last` is not here: a day that is past is hardly ever the answer. */
export const which: ReadonlyMap<string, 'this' | 'next'> = new Map<string, 'this' | 'next'>([
  ...list('this', 'este esta nesta neste essa esse this coming diesen dieser diese dieses ce cette questo questa'),
  ...list('next', 'proximo proxima next nachster nachsten nachste kommenden kommender kommende prochain prochaine prossimo prossima'),
  ...list('next', 'que vem|que viene', '|'),
]);

export const units: ReadonlyMap<string, string> = english({
  days: 'day days dia dias tag tage tagen jour jours giorno giorni',
  weeks: 'week weeks semana semanas woche wochen semaine semaines settimana settimane',
  months: 'month months mes meses monat monate monaten mois mese mesi',
  years: 'year years ano anos jahr jahre jahren an ans annee annees anno anni',
});

/** Days that are named by how far they are from today. The longest first, since `manana` begins `manana por la manana`. */
export const relativeDays: readonly (readonly [words: string, english: string])[] = [
  ...english(
    {
      'in 2 days': `depois de amanha|pasado manana|the day after tomorrow|day after tomorrow|ubermorgen|apres-demain|apres demain|dopodomani`,
      '2 days ago': `anteontem|antes de ontem|anteayer|antes de ayer|the day before yesterday|day before yesterday|vorgestern|avant-hier|avant hier|l'altro ieri|altro ieri`,
      tonight: `hoje a noite|esta noite|esta noche|tonight|heute abend|heute nacht|ce soir|stasera|questa sera|stanotte`,
      today: `hoje|hoy|today|heute|aujourd'hui|aujourd hui|oggi`,
      tomorrow: `amanha|manana|tomorrow|morgen|demain|domani`,
      yesterday: `ontem|ayer|yesterday|gestern|hier|ieri`,
      'next week': `semana que vem|proxima semana|semana que viene|next week|nachste woche|nachster woche|kommende woche|semaine prochaine|prossima settimana|settimana prossima`,
      'next month': `mes que vem|proximo mes|mes que viene|next month|nachsten monat|nachster monat|mois prochain|prossimo mese|mese prossimo`,
      'this weekend': `fim de semana|este fim de semana|fin de semana|this weekend|am wochenende|ce week-end|questo fine settimana`,
    },
    '|',
  ),
].toSorted(([one], [other]) => other.length - one.length);

/** Parts of a day, for inputs with a time. The longest first. */
export const dayParts: readonly (readonly [words: string, english: string])[] = [
  ...english(
    {
      morning: `cedo|de manha|da manha|pela manha|por la manana|en la manana|de la manana|in the morning|morning|am morgen|morgens|fruh|am vormittag|vormittags|vormittag|le matin|du matin|matin|di mattina|del mattino|mattina`,
      afternoon: `a tarde|de tarde|da tarde|por la tarde|en la tarde|de la tarde|in the afternoon|afternoon|am nachmittag|nachmittags|nachmittag|l'apres-midi|de l'apres-midi|cet apres-midi|apres-midi|nel pomeriggio|di pomeriggio|del pomeriggio|pomeriggio`,
      evening: `in the evening|evening|am abend|abends|abend|le soir|du soir|soir|di sera|sera`,
      night: `a noite|de noite|da noite|por la noche|en la noche|de la noche|at night|night|nachts|la nuit|di notte`,
    },
    '|',
  ),
].toSorted(([one], [other]) => other.length - one.length);

function english(words: Readonly<Record<string, string>>, separator = ' '): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([name, others]) => [name, ...others.split(separator)].map((word): [string, string] => [word, name])),
  );
}

function list(value: 'this' | 'next', words: string, separator = ' '): [string, 'this' | 'next'][] {
  return words.split(separator).map((word) => [word, value]);
}
