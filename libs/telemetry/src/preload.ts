/**
 * Turns tracing on when the environment asks for it: `node --import @herald/telemetry/preload main.ts`. It
 * must come before everything else, because what is to be traced is changed while it is loaded. When traces
 * are off it loads nothing more.
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
