import { OptionsError } from '@pool/core';

export interface SmtpOptions {
  /** What this side calls itself in EHLO: a domain name or an address literal. @default the literal of its own address */
  readonly clientName?: string | undefined;
}

/** @throws OptionsError for what is no one word: it would end the line and begin another command */
export function checkClientName(clientName: unknown): void {
  if (clientName === undefined || (typeof clientName === 'string' && /^[!-~]{1,255}$/.test(clientName))) return;
  throw new OptionsError(
    'clientName',
    `clientName must be a domain name or an address literal, got ${JSON.stringify(clientName)}`,
  );
}
