export { type ConnectContext, connectTcp } from './connect-tcp.ts';
export {
  ProtocolError,
  ReadTimeoutError,
  UpgradeTimeoutError,
  WireBusyError,
  WireClosedError,
  WriteTimeoutError,
} from './errors.ts';
export { isSocketError } from './is-socket-error.ts';
export { tcp } from './tcp.ts';
export type { TcpOptions } from './tcp-options.ts';
export { Wire } from './wire.ts';
export { wireConnector } from './wire-connector.ts';
export type { LineOptions, WireOptions } from './wire-options.ts';
export type { Wrap } from './wrap.ts';
