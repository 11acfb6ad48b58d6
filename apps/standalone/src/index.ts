export { type DemoTypebot, demoPublicId, startDemoTypebot } from './demo-typebot.ts';
export { readRunFile, type RunFile } from './run-file.ts';
