/**
 * The health checks `/health`, `/livez` and `/readyz` for load balancers, Kubernetes and monitoring systems.
 *
 * Start with {@link createHealthChecks}.
 * @packageDocumentation
 */
export type { ObservableStore } from '../store/read-store.ts';
export {
  createHealthChecks,
  type HealthChecks,
  type HealthOptions,
  type HealthProblem,
  type HealthReport,
} from './health-checks.ts';
