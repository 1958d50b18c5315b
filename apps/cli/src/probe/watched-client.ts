import { type TlsClient, tlsInfo } from '@pool/tls';
import type { ProtocolName } from '../protocols/protocol.ts';
import { certificateReport } from './certificate-report.ts';
import { awaitTicket } from './settle.ts';
import type { Steps } from './steps.ts';

/** The same client, whose handshakes are steps of their own: what comes before one is STARTTLS, when there is any. */
export function watchedClient(client: TlsClient, steps: Steps, starttls: ProtocolName | undefined): TlsClient {
  return {
    connect: (context) => client.connect(context),
    secure: async (transport, options) => {
      if (starttls !== undefined) steps.end((ms) => ({ step: 'starttls', ms, protocol: starttls }));
      steps.begin('handshake');
      const socket = await client.secure(transport, options);
      awaitTicket(socket);
      const info = tlsInfo(socket);
      if (info === undefined) throw new Error('nothing is known of the connection that was secured');
      steps.end((ms) => ({
        step: 'handshake',
        ms,
        protocol: info.protocol ?? 'unknown',
        cipher: info.cipher ?? 'unknown',
        servername: info.servername,
        certificate: certificateReport(info),
      }));
      return socket;
    },
    rotate: () => client.rotate(),
    onRotate: (listener) => client.onRotate(listener),
  };
}
