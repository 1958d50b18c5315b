import type { Credentials } from '../credentials.ts';

/** One way to log in that many protocols share (SASL, RFC 4422). A plain object: write your own where these are not enough. */
export interface SaslMechanism {
  /** As servers list it: 'SCRAM-SHA-256'. */
  readonly name: string;
  /**
   * A new conversation; undefined when it cannot be held with these credentials.
   * @throws AuthError when they cannot be sent this way
   */
  start(credentials: Credentials): SaslConversation | undefined | PromiseLike<SaslConversation | undefined>;
}

/** What the client says, round by round. Protocols carry it in base64, which is not done here. */
export interface SaslConversation {
  /** The client's first words; undefined when the server speaks first. */
  readonly initial: Buffer | undefined;
  /** @throws ProtocolError when the server says what it must not */
  answer(challenge: Buffer): Buffer | PromiseLike<Buffer>;
  /**
   * The server says that the login went well.
   * @throws ProtocolError when it said so too early, or has not proved what the mechanism wants proved
   */
  end(): void;
}
