// A connector written by hand, for a socket as Node makes it: how one is opened, closed, known to be alive, and seen to die.
// (`tcp` of @pool/net does all this and more; a connector of your own is for what it cannot know.)
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Connector, Pool } from '@pool/core';

const server = createServer((socket) => socket.pipe(socket).on('error', () => {})).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const sockets: Connector<Socket> = {
  open: async ({ signal }) => {
    const socket = connect(port, '127.0.0.1');
    // Without a listener an error would end the process.
    socket.on('error', () => {});
    await once(socket, 'connect', { signal }).catch((error) => {
      socket.destroy();
      throw error;
    });
    return socket;
  },
  close: async (socket, { signal }) => {
    socket.end().resume();
    if (!socket.closed) await once(socket, 'close', { signal });
  },
  destroy: (socket) => socket.destroy(),
  isAlive: (socket) => socket.readyState === 'open',
  isClean: (socket) => socket.readableLength === 0,
  watch: (socket, onBroken) => {
    socket.once('close', onBroken);
    return () => socket.off('close', onBroken);
  },
};

const pool = new Pool(sockets, { min: 2, max: 2 });
await pool.ready();
const echo = await pool.use(async (socket) => {
  socket.write('hello');
  const [data] = await once(socket, 'data');
  socket.removeAllListeners('data').pause();
  return String(data);
});
console.log(`the echo is ${echo}`);

pool.on('discard', ({ reason }) => console.log(`one connection was closed: ${reason}`));
const replaced = new Promise((resolve) => pool.once('open', resolve));
await pool.use((socket) => {
  socket.destroy();
});
await replaced;
console.log(`${pool.stats.idle} are ready, ${pool.stats.totals.opened} were opened`);
await pool.removeAllListeners('discard').close();
server.close();
