const letters = /yyyy|yy|MMMM|MMM|MM|M|dd|d|EEEE|HH|H|mm/g;

/** `date` in the letters of Unicode's date patterns (UTS 35) that bots use; other characters stay. */
export function write(date: Date, format: string): string {
  return format.replace(letters, (letter) => partOf(date, letter));
}

function partOf(date: Date, letter: string): string {
  switch (letter) {
    case 'yyyy':
      return pad(date.getFullYear(), 4);
    case 'yy':
      return pad(date.getFullYear() % 100);
    case 'MMMM':
      return date.toLocaleDateString('en', { month: 'long' });
    case 'MMM':
      return date.toLocaleDateString('en', { month: 'short' });
    case 'MM':
      return pad(date.getMonth() + 1);
    case 'M':
      return String(date.getMonth() + 1);
    case 'dd':
      return pad(date.getDate());
    case 'd':
      return String(date.getDate());
    case 'EEEE':
      return date.toLocaleDateString('en', { weekday: 'long' });
    case 'HH':
      return pad(date.getHours());
    case 'H':
      return String(date.getHours());
    default:
      return pad(date.getMinutes());
  }
}

function pad(number: number, length = 2): string {
  return String(number).padStart(length, '0');
}
