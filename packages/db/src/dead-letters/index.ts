export { insertDeadLetters, type DeadLetter } from './insert.ts';
export { type DeadLetterRecord, findDeadLetter, type LetterOwner, listDeadLetters, openDeadLetters, pickDeadLetters } from './list.ts';
export { discardDeadLetter, isOvertakenAtIngest, redriveFromIngest, redriveFromChat } from './settle.ts';
