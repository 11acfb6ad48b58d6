export { botReplyArbitrary, contentTypes, inboundEventArbitrary, richNodeArbitrary } from './arbitraries.ts';
export * from './fake-typebot/index.ts';
export * from './inbound-events.ts';
export { loadRecording } from './recording.ts';
export type { Exchange, Recording } from './recording.ts';
export { startRecordingPlayer } from './recording-player.ts';
export type { PlayedRequest, Player } from './recording-player.ts';
export { waitUntil } from './wait-until.ts';
export type { WaitOptions } from './wait-until.ts';
