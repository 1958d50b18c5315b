import type { AcquireOptions } from '@pool/core';
import type { GivenHeaders } from '../exchange/copy-headers.ts';
import type { Via } from '../origin.ts';
import type { RetryBudgets } from './retry-budgets.ts';

/** What can be said about one request. `timeoutMs` is for the wait for a connection alone. */
export interface HttpRequestInit extends Pick<AcquireOptions, 'signal' | 'timeoutMs' | 'priority' | 'label'> {
  /** @default 'GET' */
  readonly method?: string;
  /** `Headers`, pairs, or an object; copied. */
  readonly headers?: GivenHeaders | Headers;
  /** What is not text or bytes can be sent once: such a request is never sent again. @default none */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** It may be sent twice, or must not be, whatever its method says. @default by method and Idempotency-Key */
  readonly idempotent?: boolean;
  /** A Unix socket, or the address to connect from. */
  readonly via?: Via;
  /** @default the pool's */
  readonly headersTimeoutMs?: number;
  /** @default the pool's */
  readonly bodyTimeoutMs?: number;
  /** @default the pool's */
  readonly requestTimeoutMs?: number;
  /** Instead of the pool's; false: not at all. */
  readonly retry?: RetryBudgets | false;
}
