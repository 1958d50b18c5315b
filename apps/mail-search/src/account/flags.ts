/** What the command line says. */
export interface Flags {
  readonly host?: string;
  readonly port?: number;
  readonly starttls?: boolean;
  readonly ca?: string;
  readonly user?: string;
  readonly connections: number;
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly since?: Date;
  readonly before?: Date;
  readonly unseen?: boolean;
  readonly mailbox?: readonly string[];
  readonly json?: string;
  readonly mailboxes: number;
  readonly messages: number;
}
