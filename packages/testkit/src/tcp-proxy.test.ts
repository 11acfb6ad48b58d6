import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { waitUntil } from './wait-until.ts';

/** Echoes every byte and records it. */
let heard: string;
let server: Server;
let proxy: TcpProxy;
const open = new Set<Socket>();

beforeEach(async () => {
  heard = '';
  server = createServer((socket) => socket.on('error', () => {}).on('data', (data) => (heard += String(data)) && socket.write(data)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startTcpProxy({ port: (server.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const socket of open) socket.destroy();
  open.clear();
  await proxy.close();
  server.close();
});

/** A client that records what it received and when it was cut off. */
async function client() {
  const socket = connect(Number(new URL(proxy.through('tcp://somewhere:1')).port), '127.0.0.1');
  open.add(socket);
  const state = { got: '', isOpen: true, say: (text: string) => void socket.write(text) };
  socket.on('data', (data) => (state.got += String(data)));
  socket.on('error', () => {}).on('close', () => (state.isOpen = false));
  await once(socket, 'connect');
  return state;
}

const until = (what: string, isSo: () => boolean) => waitUntil(isSo, { what });

test('bytes pass in both directions', async () => {
  const one = await client();
  one.say('hello');
  await until('the echo', () => one.got === 'hello');
  expect(heard).toBe('hello');
});

test('a cut breaks every connection and refuses new ones until it is restored', async () => {
  const one = await client();
  await proxy.cut();
  await until('the break', () => !one.isOpen);
  await expect(client()).rejects.toThrow('ECONNREFUSED');
  await proxy.restore();
  const two = await client();
  two.say('again');
  await until('the echo', () => two.got === 'again');
});

test('while it is paused nothing passes and nothing is lost', async () => {
  const one = await client();
  const resume = proxy.pause();
  one.say('a');
  const two = await client();
  two.say('b');
  expect(heard).toBe('');
  resume();
  await until('the echoes', () => one.got === 'a' && two.got === 'b');
});

test('a silenced connection stays open and passes nothing more; a new one works', async () => {
  const one = await client();
  one.say('a');
  await until('the echo', () => one.got === 'a');
  proxy.silence();
  one.say('b');
  const two = await client();
  two.say('c');
  await until('the echo', () => two.got === 'c');
  expect([one.isOpen, one.got, heard]).toEqual([true, 'a', 'ac']);
});

test('a connection is cut before the matching bytes arrive', async () => {
  const one = await client();
  const cut = proxy.cutOn('commit', 'before');
  one.say('please commit now');
  await cut;
  await until('the break', () => !one.isOpen);
  expect(heard).toBe('');
});

test('a connection is cut after the matching bytes arrived, and the answer never comes', async () => {
  const one = await client();
  const cut = proxy.cutOn('commit', 'after');
  one.say('please commit now');
  await cut;
  await until('the break', () => !one.isOpen && heard !== '');
  expect([heard, one.got]).toEqual(['please commit now', '']);
});
