export { type AgentVia, agent, secureAgent } from './agent.ts';
export type { HttpConnection } from './connection/http-connection.ts';
export { dispatcher } from './dispatcher.ts';
export {
  ConnectionEndedError,
  ConnectionGoneError,
  ConnectTimeoutError,
  HttpExchangeError,
  HttpTimeoutError,
  ProxyError,
  type ProxyErrorOptions,
  ResponseUsedError,
} from './errors.ts';
export type { GivenHeaders, HeaderValue } from './exchange/copy-headers.ts';
export type { Outcome } from './exchange/verdicts.ts';
export { fetch } from './fetch.ts';
export { HttpPool } from './http-pool.ts';
export type { HttpPoolOptions } from './http-pool-options.ts';
export type { Origin, Via } from './origin.ts';
export type { OriginStats } from './origin-stats.ts';
export type { HttpRequestInit } from './request/http-request-init.ts';
export type { RetryBudgets } from './request/retry-budgets.ts';
export type { HttpResponse } from './response/http-response.ts';
export type { TlsMaterial, TlsMaterialSource } from './tls-material.ts';
