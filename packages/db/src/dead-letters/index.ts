export { bury, type DeadLetter } from './bury.ts';
export { type DeadLetterRecord, findDeadLetter, type LetterOwner, listDeadLetters, openDeadLetters, pickDeadLetters } from './list.ts';
export { discardDeadLetter, isOvertakenAtDoor, redriveAtDoor, redriveFromChat } from './settle.ts';
