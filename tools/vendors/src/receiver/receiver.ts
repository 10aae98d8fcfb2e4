import { createInterruptions, type Interruptions } from '../script.ts';
import { startServer, type VendorAnswer, type VendorRequest } from '../server.ts';

export interface ReceiverOptions {
  /** What a webhook is answered, or what decides it; 204 unless told. */
  readonly answer?: VendorAnswer | ((request: VendorRequest) => VendorAnswer);
}

/** Somebody's server that takes webhooks. */
export interface Receiver extends Pick<Interruptions, 'answerNext' | 'answerAlways'> {
  readonly url: string;
  readonly requests: readonly VendorRequest[];
  close(): Promise<void>;
}

/** Takes whatever comes. Checking signatures is for who looks at the requests. */
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
