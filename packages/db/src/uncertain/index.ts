export { findUncertain, listUncertain, type UncertainTurn } from './list.ts';
export { endUncertain, repeatUncertain, resolveUncertain } from './resolve.ts';
