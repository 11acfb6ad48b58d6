export { createApp } from './app.ts';
export { type ApiConfig, type ApiContext, defaultApiConfig } from './context.ts';
export { apiEnv, type ApiOptions, startApi } from './server.ts';
