import type { Http } from '@herald/http';
import type { Admin } from './admin/admin.ts';
import type { Service, ServiceDeps } from './service.ts';

/** What a process is made of. */
export interface ProcessOptions extends ServiceDeps {
  readonly services: readonly Service[];
  readonly http: Http;
  readonly config: {
    readonly HOST: string;
    readonly PORT: number;
    readonly ADMIN_PORT: number;
    /** ms */
    readonly SHUTDOWN_TIMEOUT: number;
  };
  /** The admin port, when there was something to show on it before; else one is made. */
  readonly admin?: Admin;
  /** Runs after the services have stopped and while broker and store are still there. */
  readonly flush?: () => Promise<void>;
}
