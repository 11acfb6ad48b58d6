export { type AskOptions, createTypebotClient, type TypebotClient, type TypebotClientOptions } from './client.ts';
