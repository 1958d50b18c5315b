import { ProtocolError } from '@pool/net';

/** Tag numbers of class APPLICATION, RFC 4511. */
export const bindRequest = 0;
const bindResponse = 1;
export const extendedRequest = 23;
const extendedResponse = 24;

/** What this package asks, and the tag of the answer to it. */
export const answerTo: Readonly<Record<number, number>> = { [bindRequest]: bindResponse, [extendedRequest]: extendedResponse };

/** RFC 4511 section 4.1.9, as much of it as is needed here. */
export interface LdapResult {
  readonly messageId: number;
  /** Tag number of the operation. */
  readonly operation: number;
  readonly resultCode: number;
  readonly diagnosticMessage: string;
}

/** Loaded at first use: nobody else needs it, and it takes 30 ms. */
const loadAsn1 = (): Promise<typeof import('asn1js')> => import('asn1js');

/** Asks for the extended operation of this name (RFC 4511 section 4.12). */
export async function encodeExtendedRequest(messageId: number, name: string): Promise<Buffer> {
  const { Constructed, Primitive } = await loadAsn1();
  return encodeMessage(
    messageId,
    new Constructed({
      idBlock: { tagClass: 2, tagNumber: extendedRequest },
      value: [new Primitive({ idBlock: { tagClass: 3, tagNumber: 0 }, valueHex: Buffer.from(name) })],
    }),
  );
}

/** A simple bind, version 3 (RFC 4511 section 4.2). */
export async function encodeBindRequest(messageId: number, name: string, password: string): Promise<Buffer> {
  const { Constructed, Integer, OctetString, Primitive } = await loadAsn1();
  return encodeMessage(
    messageId,
    new Constructed({
      idBlock: { tagClass: 2, tagNumber: bindRequest },
      value: [
        new Integer({ value: 3 }),
        new OctetString({ valueHex: Buffer.from(name) }),
        new Primitive({ idBlock: { tagClass: 3, tagNumber: 0 }, valueHex: Buffer.from(password) }),
      ],
    }),
  );
}

/**
 * Takes an answer apart.
 * @param message one whole LDAPMessage
 * @throws ProtocolError when it is no LDAPMessage with an LDAPResult in it
 */
export async function decodeLdapResult(message: Uint8Array): Promise<LdapResult> {
  const { Constructed, Enumerated, fromBER, Integer, OctetString, Sequence } = await loadAsn1();
  const { offset, result } = fromBER(message);
  const [id, operation] = offset === message.length && result instanceof Sequence ? result.valueBlock.value : [];
  if (id instanceof Integer && operation instanceof Constructed && operation.idBlock.tagClass === 2) {
    const [resultCode, , diagnosticMessage] = operation.valueBlock.value;
    if (resultCode instanceof Enumerated && diagnosticMessage instanceof OctetString) {
      return {
        messageId: id.valueBlock.valueDec,
        operation: operation.idBlock.tagNumber,
        resultCode: resultCode.valueBlock.valueDec,
        diagnosticMessage: Buffer.from(diagnosticMessage.valueBlock.valueHexView).toString('utf8'),
      };
    }
  }
  throw new ProtocolError(
    'the LDAP server answered with something else than the result of an operation (RFC 4511 section 4.1.9)',
  );
}

async function encodeMessage(
  messageId: number,
  operation: InstanceType<Awaited<ReturnType<typeof loadAsn1>>['Constructed']>,
): Promise<Buffer> {
  const { Integer, Sequence } = await loadAsn1();
  return Buffer.from(new Sequence({ value: [new Integer({ value: messageId }), operation] }).toBER());
}
