import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** As DNS and certificates write it: in ASCII, in small letters, without the dot that makes a name absolute (RFC 6066, 3). Addresses stay as they are. */
export function canonicalName(name: string): string {
  if (isIP(name) !== 0) return name;
  return (domainToASCII(name) || name).toLowerCase().replace(/\.$/, '');
}
