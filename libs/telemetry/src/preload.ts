/**
 * Turns tracing on if the environment asks for it: `node --import @herald/telemetry/preload main.ts`. It must
 * come first, because modules are instrumented while they load. With traces off it loads nothing more.
 */
import { TelemetryConfigError, traceSettings } from './environment.ts';

try {
  const settings = traceSettings(process.env);
  if (settings !== undefined) {
    const { startTracing } = await import('./start.ts');
    startTracing(settings);
  }
} catch (error) {
  if (!(error instanceof TelemetryConfigError)) throw error;
  process.stderr.write(`The configuration has a fault:\n  ${error.message}\n`);
  process.exit(1);
}
