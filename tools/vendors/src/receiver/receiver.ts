import { createInterruptions, type Interruptions } from '../script.ts';
import { startServer, type VendorAnswer, type VendorRequest } from '../server.ts';

export interface ReceiverOptions {
  /** The answer to a webhook, or a function that chooses it. Default: 204. */
  readonly answer?: VendorAnswer | ((request: VendorRequest) => VendorAnswer);
}

/** A server that takes webhooks. */
export interface Receiver extends Pick<Interruptions, 'answerNext' | 'answerAlways'> {
  readonly url: string;
  readonly requests: readonly VendorRequest[];
  close(): Promise<void>;
}

/** Takes every request. It checks no signature: that is left to the test. */
export async function startReceiver({ answer = { status: 204 } }: ReceiverOptions = {}): Promise<Receiver> {
  const interruptions = createInterruptions();
  const requests: VendorRequest[] = [];
  const server = await startServer((request) => {
    requests.push(request);
    return interruptions.take() ?? (typeof answer === 'function' ? answer(request) : answer);
  });
  return {
    ...server,
    answerNext: interruptions.answerNext,
    answerAlways: interruptions.answerAlways,
    requests,
  };
}
