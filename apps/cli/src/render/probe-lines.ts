import type { CertificateReport, FailedAt, ProbeReport, ProbeStep } from '../probe/probe-report.ts';
import { protocols } from '../protocols/protocols.ts';
import { forTerminal } from './for-terminal.ts';
import { duration, plural } from './numbers.ts';
import type { Palette } from './palette.ts';

const titles: Readonly<Record<FailedAt, string>> = {
  resolve: 'resolve',
  connect: 'connect',
  starttls: 'STARTTLS',
  handshake: 'handshake',
  acceptance: 'accepted',
  login: 'login',
  second: 'A second connection',
};

const titleWidth = 10;
const timeWidth = 8;
/** Then somebody should do something about it. */
const soonDays = 14;

/** One step, and what it found. */
export function probeStepLines(step: ProbeStep, colors: Palette): string {
  return line(titles[step.step], duration(step.ms), found(step), colors) + details(step, colors);
}

/** What it all comes to. */
export function probeEndLines({ error, readyMs, second }: ProbeReport, colors: Palette): string {
  const lines: string[] = [];
  if (readyMs !== null) lines.push(line('ready', colors.bold(duration(readyMs).padStart(timeWidth)), '', colors));
  if (error !== null) {
    lines.push(
      `${error.step === 'second' ? 'A second connection' : titles[error.step].padEnd(titleWidth)} ${colors.red('failed')}`,
    );
  }
  if (second !== null) {
    const outcome = second.resumed ? colors.green('resumed the TLS session') : colors.yellow('could not resume the TLS session');
    lines.push('', `A second connection ${outcome}: its handshake took ${duration(second.handshakeMs)}.`);
  }
  return lines.join('\n');
}

function line(title: string, time: string, text: string, { dim }: Palette): string {
  return `${dim(title.padEnd(titleWidth))} ${time.padStart(timeWidth)}  ${text}`.trimEnd();
}

function found(step: ProbeStep): string {
  switch (step.step) {
    case 'resolve':
      return step.addresses.join(', ');
    case 'connect':
      return step.tried.length > 1 ? `${step.address}, tried ${step.tried.join(', ')}` : step.address;
    case 'starttls':
      return `${protocols[step.protocol].title}: the server agreed`;
    case 'handshake':
      return forTerminal(`${step.protocol}, ${step.cipher}`);
    case 'login':
      return `${protocols[step.protocol].title}: ${step.user} is welcome`;
  }
}

function details(step: ProbeStep, colors: Palette): string {
  if (step.step !== 'handshake') return '';
  const indent = `\n${' '.repeat(titleWidth + timeWidth + 3)}`;
  const { subject, issuer, names } = step.certificate;
  return [
    `the certificate of ${subject ?? 'nobody in particular'}, signed by ${issuer ?? 'nobody in particular'}`,
    `is for ${names.join(', ') || 'no name'}`,
    `and good for ${daysLeft(step.certificate, colors)}`,
  ]
    .map((text, index) => indent + (index === 2 ? text : forTerminal(text)))
    .join('');
}

function daysLeft({ daysLeft, validTo }: CertificateReport, { green, yellow }: Palette): string {
  const days = (daysLeft < soonDays ? yellow : green)(plural(daysLeft, 'day'));
  return `${days} more, until ${validTo.slice(0, 10)}`;
}
