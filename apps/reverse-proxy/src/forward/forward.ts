import { pipeline } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Upstreams } from '../upstreams/upstreams.ts';
import { endToEndHeaders, pairsOf } from './end-to-end-headers.ts';
import { statusOf } from './failures.ts';
import { forwardingHeaders } from './forwarding-headers.ts';
import { sendSomewhere } from './send-somewhere.ts';

/** RFC 9110 §9.2.2, without those that this proxy gets with a body. */
const idempotent: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'TRACE']);

/** One request there, one response back; bodies flow both ways no faster than they are taken. */
export async function forward(
  upstreams: Upstreams,
  waitMs: number,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { raw } = request;
  const path = raw.url ?? '/';
  if (!path.startsWith('/')) return reply.code(400).send('the target of a request must be a path\n');
  const gone = new AbortController();
  // Also after a complete response; then nobody listens.
  reply.raw.once('close', () => gone.abort());
  const hasBody = 'transfer-encoding' in raw.headers || Number(raw.headers['content-length'] ?? 0) > 0;
  const headers = forwardingHeaders(request, endToEndHeaders(pairsOf(raw.rawHeaders)));
  try {
    const response = await sendSomewhere(
      upstreams,
      {
        path,
        isReplayable: !hasBody && idempotent.has(raw.method ?? ''),
        init: () => ({
          method: raw.method ?? 'GET',
          headers,
          signal: gone.signal,
          // The client's connection is needed for the answer, also when the upstream takes only half of the body.
          ...(hasBody ? { body: raw.iterator({ destroyOnReturn: false }) } : {}),
        }),
        signal: gone.signal,
      },
      waitMs,
    );
    reply.hijack();
    const passed = endToEndHeaders(response.headers);
    // What is left of the request's body is not worth reading; and a proxy that stops wants no more of this client.
    if (!raw.complete || !request.server.server.listening) passed.push('connection', 'close');
    reply.raw.writeHead(response.status, response.statusText, passed);
    // Headers may be long before the body, and a client may wait for them.
    reply.raw.flushHeaders();
    await pipeline(response, reply.raw).catch((error: unknown) => {
      // The client learns by the connection that the body is not complete.
      reply.raw.destroy();
      if (!gone.signal.aborted) request.log.warn({ err: error }, 'the answer broke off');
    });
    return reply;
  } catch (error) {
    if (gone.signal.aborted) return reply.hijack();
    const status = statusOf(error);
    request.log.warn({ err: error }, 'no upstream answered');
    if (status === 503) reply.header('retry-after', '1');
    if (!raw.complete) reply.header('connection', 'close');
    return reply.code(status).type('text/plain').send(`${status}\n`);
  }
}
