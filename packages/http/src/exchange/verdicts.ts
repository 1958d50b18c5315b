/** How an exchange ended, as far as its connection is concerned. Also the reasons in `discard` events and in stats. */
export type Outcome =
  | 'reuse'
  | 'peer-close'
  | 'idle-gone'
  | 'stale-reuse'
  | 'misdirected'
  | 'request-timeout'
  | 'protocol'
  | 'broken'
  | 'timeout'
  | 'abort'
  | 'early-response'
  | 'retired'
  | 'detached';

export interface Verdict {
  readonly when: string;
  readonly connection: 'kept' | 'closed' | 'handed over';
  /**
   * May the request be sent again without asking whoever made it? `unwritten`: any request, as often as needed, because none of it was
   * sent. `idempotent`: once, on a fresh connection, when its method (or an Idempotency-Key) allows and its body can be sent again.
   * `any method`: the same, whatever the method.
   */
  readonly replay: 'no' | 'unwritten' | 'idempotent' | 'any method';
  /** Where the rule comes from. */
  readonly source: string;
}

/** The one place that says when a connection is done, and what is sent again. The table in the README is this one. */
export const verdicts: Readonly<Record<Outcome, Verdict>> = {
  reuse: {
    when: 'the message is complete both ways, neither side said close, nothing is left over',
    connection: 'kept',
    replay: 'no',
    source: 'RFC 9112 §9.3',
  },
  'peer-close': {
    when: 'the server said `Connection: close`, or speaks HTTP/1.0 without keep-alive, or ended the body by closing; its `Keep-Alive` says `max=0`, or a `timeout` that leaves no time after the margin',
    connection: 'closed',
    replay: 'no',
    source: 'RFC 9112 §9.3, §9.6, §6.3',
  },
  'idle-gone': {
    when: 'FIN, RST, an error, or any byte (a 408, say) while no request was on it',
    connection: 'closed',
    replay: 'unwritten',
    source: 'RFC 9112 §9.5, RFC 9110 §15.5.9',
  },
  'stale-reuse': {
    when: 'a connection that had served before, or had waited unused, failed before the first byte of the response',
    connection: 'closed',
    replay: 'idempotent',
    source: 'RFC 9112 §9.3.1, RFC 9110 §9.2.2',
  },
  misdirected: {
    when: 'the server answered 421',
    connection: 'closed',
    replay: 'any method',
    source: 'RFC 9110 §15.5.20',
  },
  'request-timeout': {
    when: 'the server answered 408',
    connection: 'closed',
    replay: 'idempotent',
    source: 'RFC 9110 §15.5.9',
  },
  protocol: {
    when: 'the response is no HTTP/1.1: two lengths, length and chunked, bad chunks, fewer or more bytes than announced, an unasked 100 or 101, headers too long',
    connection: 'closed',
    replay: 'no',
    source: 'RFC 9112 §6.3, §7.1, §8, §11.2, RFC 9110 §15.2',
  },
  broken: {
    when: 'the connection failed on the request it was opened for, or in the middle of a response',
    connection: 'closed',
    replay: 'no',
    source: 'RFC 9112 §8, §9.3.1',
  },
  timeout: {
    when: 'headers, body or the whole request outlasted a limit',
    connection: 'closed',
    replay: 'no',
    source: 'RFC 9112 §9.5',
  },
  abort: {
    when: 'the caller gave up after the request was written, or did not read the body to its end',
    connection: 'closed',
    replay: 'no',
    source: 'RFC 9112 §9.5',
  },
  'early-response': {
    when: 'the response was complete while the request was still being sent (413, say)',
    connection: 'closed',
    replay: 'no',
    source: 'RFC 9112 §9.5',
  },
  retired: {
    when: 'this side let it go: the request said close, or it was idle for as long as the server allows, or 45 s without ever being used',
    connection: 'closed',
    replay: 'no',
    source: 'RFC 9112 §9.6',
  },
  detached: {
    when: 'an upgrade or CONNECT succeeded: the socket is the caller’s',
    connection: 'handed over',
    replay: 'no',
    source: 'RFC 9110 §7.8, §9.3.6',
  },
};
