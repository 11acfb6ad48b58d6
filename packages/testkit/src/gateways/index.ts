export { type FakeCloudApi, graphError, startFakeCloudApi } from './cloud-api.ts';
export { type FakeEvolution, startFakeEvolution } from './evolution.ts';
export { type Answer, type Asked, type Fault, postWebhook } from './http.ts';
export { GatewayRefusal, type SentMessage } from './sent.ts';
export { type FakeProgram, startFakeProgram } from './program.ts';
