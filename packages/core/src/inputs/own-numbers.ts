import { oneLine } from '../whatsapp.ts';

/**
 * The number each option is chosen by, and the line that shows it. Where the bot's author has numbered every label (`2 - Support`, `3️⃣ Exit`),
 * those numbers hold and no others are put before them; else the position counts.
 */
export function numberedLines(labels: readonly string[]): { number: number; line: string }[] {
  const own = labels.map(ownNumber);
  const isOwn = !own.includes(null) && new Set(own).size === own.length;
  return labels.map((label, i) => {
    const line = oneLine(label);
    return isOwn ? { number: own[i] ?? i + 1, line } : { number: i + 1, line: `${i + 1}. ${line}` };
  });
}

/** The label without the number or letter its author put before it: `Support` of `2 - Support`, `Blue` of `B) Blue`. */
export function withoutMark(label: string): string {
  return label.replace(numberMark, '').replace(letterMark, '');
}

/** The `B` of `B) Blue`; null when there is none. */
export function ownLetter(label: string): string | null {
  return letterMark.exec(label)?.[1] ?? null;
}

function ownNumber(label: string): number | null {
  const [, digits, ten] = numberMark.exec(label) ?? [];
  if (ten !== undefined) return 10;
  return digits === undefined ? null : Number(digits);
}

/** `2 - `, `(2) `, `*2.* ` or `2️⃣`; not the `10` of `10:00`, the `1` of `1.5 kg`, or the `2` of `2 rooms` and `2 - 3 rooms`. */
const numberMark = /^[\s*_([]*(?:(\d{1,3})(?:\u{FE0F}?\u{20E3}|[\s*_]*[-–—.):\]|](?![-–—.):\]|*_\s]*\d))|(🔟))/u;
/** `B) `, `b - `; not the `e` of `e-mail`. */
const letterMark = /^[\s*_([]*([a-z])\s*[-–—.):\]|]+\s/iu;
