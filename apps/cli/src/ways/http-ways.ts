import { HttpPool, type HttpPoolOptions, type TlsMaterial } from '@pool/http';
import { HttpStatusError } from '../targets/http-status-error.ts';
import type { Way } from './way.ts';
import type { Ways } from './ways.ts';

/** GET requests for one URL through @pool/http. @param tls of an https: URL */
export function httpWays(url: string, tls: TlsMaterial | undefined): Ways {
  return {
    eachNew: (timeoutMs) => new EachNewHttp(url, { ...common(timeoutMs, tls), maxPerKey: 1, maxUses: 1, openBackoff: atOnce }),
    pooled: ({ max, timeoutMs }) => new HttpWay(url, { ...common(timeoutMs, tls), maxPerKey: max }),
  };
}

function common(timeoutMs: number, tls: TlsMaterial | undefined): HttpPoolOptions {
  return {
    acquireTimeoutMs: timeoutMs,
    openTimeoutMs: timeoutMs,
    headersTimeoutMs: timeoutMs,
    // For an answer that comes, but in drops: the wait in line, and as long again.
    requestTimeoutMs: 2 * timeoutMs,
    // What was counted must not be forgotten before it was asked for.
    emptyPoolTtlMs: Infinity,
    ...(tls !== undefined && { tls }),
  };
}

const atOnce = (): number => 0;
const headers = { 'user-agent': 'pool', accept: '*/*' };

class HttpWay implements Way {
  protected readonly url: string;
  protected readonly pool: HttpPool;
  protected readonly origin: ReturnType<HttpPool['origins']['at']>;

  constructor(url: string, options: HttpPoolOptions) {
    this.url = url;
    this.pool = new HttpPool(options);
    this.origin = this.pool.origins.at({ url });
  }

  get opened(): number {
    return this.origin.stats.totals.opened;
  }

  get tries(): number {
    const { opened, openFailed } = this.origin.stats.totals;
    return opened + openFailed;
  }

  ask(): Promise<void> {
    return this.get();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Whoever ends it early waits for nothing any more.
    await this.pool.close({ drainTimeoutMs: 0 });
  }

  /** The answer is read to its end, so that the connection is free again. */
  protected async get(signal?: AbortSignal): Promise<void> {
    const response = await this.pool.request(this.url, { headers, ...(signal !== undefined && { signal }) });
    for await (const _ of response);
    if (response.status >= 400) throw new HttpStatusError(response.status);
  }
}

/** By one caller at a time. What fails to open fails the request, as it does where there is no pool that would try again. */
class EachNewHttp extends HttpWay {
  #asking = new AbortController();

  constructor(url: string, options: HttpPoolOptions) {
    super(url, options);
    this.origin.on('openError', ({ error }) => this.#asking.abort(error));
  }

  override ask(): Promise<void> {
    this.#asking = new AbortController();
    return this.get(this.#asking.signal);
  }
}
