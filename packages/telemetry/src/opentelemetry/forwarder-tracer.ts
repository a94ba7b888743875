import { context, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';

/** An attempt of a forwarder, as the package forward reports it. */
export interface ForwarderAttempt {
  readonly target: string;
  readonly host: string;
  readonly attempt: number;
}

/** The result of an attempt. */
export interface ForwarderResult {
  readonly failure?: { readonly code: string; readonly status?: number | undefined } | undefined;
}

/** Runs an attempt of a forwarder within a span. */
export type TraceForwarder = (
  attempt: ForwarderAttempt,
  send: () => Promise<ForwarderResult>,
) => Promise<void>;

/** Create spans for the attempts of forwarders. */
export function createForwarderTracer(tracer: Tracer): TraceForwarder {
  return async ({ target, host, attempt }, send) => {
    const { hostname, port } = new URL(`http://${host}`);
    const active = context.active();
    const attributes = {
      'spiderfoot.forwarder.target': target,
      'server.address': hostname,
      ...(port !== '' && { 'server.port': Number(port) }),
      ...(attempt > 1 && { 'http.request.resend_count': attempt - 1 }),
    };
    const span = tracer.startSpan(`forward ${target}`, { kind: SpanKind.CLIENT, attributes }, active);
    const { failure } = await context.with(trace.setSpan(active, span), send);
    if (failure !== undefined) {
      span.setAttribute('error.type', failure.code);
      if (failure.status !== undefined) span.setAttribute('http.response.status_code', failure.status);
      span.setStatus({ code: SpanStatusCode.ERROR, message: failure.code });
    }
    span.end();
  };
}
