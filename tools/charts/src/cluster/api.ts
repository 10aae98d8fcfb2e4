import { Agent, request } from 'node:https';

/**
 * The part of the Kubernetes API that a scenario needs. An answer other than 2xx is an error with its text.
 */
export interface Api {
  get<T = unknown>(path: string): Promise<T>;
  post(path: string, body: object): Promise<void>;
  /** A merge patch; `manager` owns the fields afterwards. */
  patch(path: string, body: object, manager?: string): Promise<void>;
  /** Server-side apply, without force. */
  apply(path: string, body: object, manager: string): Promise<void>;
}

export function createApi(url: string, certificate: string, token: string): Api {
  const agent = new Agent({ ca: certificate, keepAlive: true });

  const call = (method: string, path: string, type?: string, body?: object): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        ...(type === undefined ? {} : { 'content-type': type }),
      };
      const asked = request(`${url}${path}`, { method, agent, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve(text);
          else reject(new Error(`${method} ${path} answered ${status}: ${text.slice(0, 500)}`));
        });
        answer.on('error', reject);
      });
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });

  return {
    async get<T>(path: string) {
      const text = await call('GET', path);
      return (text.startsWith('{') ? JSON.parse(text) : text) as T;
    },
    async post(path, body) {
      await call('POST', path, 'application/json', body);
    },
    async patch(path, body, manager = 'scenario') {
      await call('PATCH', `${path}?fieldManager=${manager}`, 'application/merge-patch+json', body);
    },
    async apply(path, body, manager) {
      await call('PATCH', `${path}?fieldManager=${manager}`, 'application/apply-patch+yaml', body);
    },
  };
}
