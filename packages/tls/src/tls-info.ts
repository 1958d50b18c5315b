import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { CertificateSummary } from './client/certificate-summary.ts';
import { securedSockets } from './client/secured-sockets.ts';

/** What is known about a secured socket. */
export interface TlsInfo {
  /** The name (or address) the certificate was checked against. */
  readonly servername: string;
  /** 'TLSv1.3', say; undefined once it is closed. */
  readonly protocol: string | undefined;
  /** OpenSSL's name of the cipher suite; undefined once it is closed. */
  readonly cipher: string | undefined;
  /** What was agreed on by ALPN. */
  readonly alpnProtocol: string | undefined;
  /** Did it resume an earlier session? The certificate is that of the connection which began it. */
  readonly resumed: boolean;
  readonly certificate: CertificateSummary;
}

/** Undefined for a socket that no `TlsClient` has secured. For a wire, ask about its `socket`. */
export function tlsInfo(socket: Socket): TlsInfo | undefined {
  const secured = securedSockets.get(socket);
  if (secured === undefined || !(socket instanceof TLSSocket)) return undefined;
  const { name, certificate, resumed } = secured;
  return {
    servername: name,
    protocol: socket.getProtocol() ?? undefined,
    cipher: socket.getCipher()?.name,
    alpnProtocol: socket.alpnProtocol || undefined,
    resumed,
    certificate,
  };
}
