import type { Http } from '@herald/http';
import type { Admin } from './admin/admin.ts';
import type { Service, ServiceDeps } from './service.ts';

/** The parts of a process. */
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
  /** The admin port, if it is open already. Default: a new one. */
  readonly admin?: Admin;
  /** Runs after the services have stopped, while broker and store are still open. */
  readonly flush?: () => Promise<void>;
}
