import type { EngineRequest } from './engine-request.ts';
import { type Outcome, verdicts } from './verdicts.ts';

/** May this request, which has not been sent again yet, be sent again without asking, after this? */
export function mayReplay(
  request: Pick<EngineRequest, 'method' | 'headers' | 'body' | 'idempotent' | 'upgrade'>,
  outcome: Outcome,
): boolean {
  const { replay } = verdicts[outcome];
  if (replay === 'no' || request.upgrade || !canSendAgain(request.body)) return false;
  return replay === 'any method' || isIdempotent(request);
}

/** RFC 9110 §9.2.2: sending them twice means the same as sending them once. */
const idempotentMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** By its method, or its Idempotency-Key; but the caller's word counts for more. */
export function isIdempotent({ method, headers, idempotent }: Pick<EngineRequest, 'method' | 'headers' | 'idempotent'>): boolean {
  return idempotent ?? (idempotentMethods.has(method) || hasKey(headers ?? []));
}

/** A body that is a stream or an iterator has begun to flow, and is gone. */
export function canSendAgain(body: unknown): boolean {
  return (
    body === null || body === undefined || typeof body === 'string' || ArrayBuffer.isView(body) || body instanceof ArrayBuffer
  );
}

/** With a key the server recognises the second as the first: draft-ietf-httpapi-idempotency-key-header; Go asks for either spelling. */
function hasKey(headers: readonly unknown[]): boolean {
  for (let at = 0; at < headers.length; at += 2) {
    const name = String(headers[at]).toLowerCase();
    if (name === 'idempotency-key' || name === 'x-idempotency-key') return true;
  }
  return false;
}
