export { insertDeadLetters as bury, type DeadLetter } from './insert.ts';
export { type DeadLetterRecord, findDeadLetter, type LetterOwner, listDeadLetters, openDeadLetters, pickDeadLetters } from './list.ts';
export {
  discardDeadLetter,
  isOvertakenAtIngest as isOvertakenAtDoor,
  redriveFromIngest as redriveAtDoor,
  redriveFromChat,
} from './settle.ts';
