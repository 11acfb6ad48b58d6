export { voiceNote } from './audio.ts';
export { type FakeTranscription, startFakeTranscription, type TranscriptionMood } from './fake-transcription.ts';
