/** How a call ends. `answered` speaks to somebody, who may press a key. */
export type CallEnd = 'answered' | 'busy' | 'no-answer' | 'failed';

/** What somebody's phone does. */
export interface PhoneScript {
  /** What happens to texts. `undelivered` and `failed` come with an error code. Default: `delivered`. */
  readonly text?: 'delivered' | 'undelivered' | 'failed';
  readonly errorCode?: number;
  /** How calls end. Default: `answered`. */
  readonly call?: CallEnd;
  /** The keys that are pressed, one each time that a key is asked for. */
  readonly press?: readonly string[];
}

export interface StatusReport {
  /** The fields of a callback besides those of the message or call. */
  readonly params: Readonly<Record<string, string>>;
}

/** What Twilio reports of a text. */
export function textReports({ text = 'delivered', errorCode = 30_003 }: PhoneScript): StatusReport[] {
  const status = (name: string, more: Record<string, string> = {}): StatusReport => ({
    params: { MessageStatus: name, SmsStatus: name, ...more },
  });
  if (text === 'failed') return [status('queued'), status('failed', { ErrorCode: String(errorCode) })];
  if (text === 'undelivered')
    return [status('sent'), status('undelivered', { ErrorCode: String(errorCode) })];
  return [status('sent'), status('delivered')];
}

/** What Twilio reports of a call before and after what is said in it. */
export function callReports({ call = 'answered' }: PhoneScript): {
  before: StatusReport[];
  after: StatusReport[];
} {
  let sequence = 0;
  const status = (name: string, more: Record<string, string> = {}): StatusReport => {
    const params = {
      CallStatus: name,
      SequenceNumber: String(sequence),
      CallbackSource: 'call-progress-events',
      ...more,
    };
    sequence += 1;
    return { params };
  };
  if (call === 'failed')
    return { before: [status('initiated')], after: [status('failed', { SipResponseCode: '404' })] };
  const before = [status('initiated'), status('ringing')];
  if (call !== 'answered') return { before, after: [status(call, { CallDuration: '0' })] };
  before.push(status('in-progress'));
  return { before, after: [status('completed', { CallDuration: '12' })] };
}
