/** Raw lines (name, value, name, value) as `Headers`. Values are latin1 on the wire: RFC 9110 §5.5. */
export function headersOf(raw: readonly Buffer[]): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    headers.append(String(raw[at]), (raw[at + 1] as Buffer).toString('latin1'));
  }
  return headers;
}
