export { createApp } from './app.ts';
export { type ApiConfig, type ApiContext, type ApiMedia, defaultApiConfig } from './context.ts';
export { apiEnv, type ApiOptions, startApi } from './server.ts';
export { apiDocument } from './openapi/document.ts';
