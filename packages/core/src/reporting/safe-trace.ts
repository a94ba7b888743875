import type { Outcome } from '../outcome/outcome.ts';
import type {
  DeliveryTrace,
  DeliveryTracer,
  HandlerTrace,
  TraceDetails,
  TraceSpan,
  TraceStart,
} from './delivery-tracer.ts';

/** A part of a delivery whose tracer cannot disturb it. */
export interface SafeSpan {
  /** Run code within this part. Returns the result of the code, and throws only the errors of the code. */
  run<Result>(code: () => Result): Result;
  readonly logFields: Readonly<Record<string, string>> | undefined;
}

interface SafeHandlerTrace extends SafeSpan {
  end(succeeded: boolean, error: unknown): void;
}

export interface SafeTrace extends SafeSpan {
  /** The context to store with the delivery. */
  readonly stored: string | undefined;
  handler(name: string): SafeHandlerTrace | undefined;
  end(outcome: Outcome, details: TraceDetails): void;
}

/** Begin a trace. @param report gets the errors of the tracer */
export function beginTrace(
  tracer: DeliveryTracer,
  start: TraceStart,
  report: (error: unknown) => void,
): SafeTrace | undefined {
  const trace = attempt(() => tracer.begin(start), report);
  return trace && new Trace(trace, report);
}

class Span<Traced extends TraceSpan> implements SafeSpan {
  protected readonly traced: Traced;
  protected readonly report: (error: unknown) => void;

  constructor(traced: Traced, report: (error: unknown) => void) {
    this.traced = traced;
    this.report = report;
  }

  run<Result>(code: () => Result): Result {
    const runs: ({ readonly result: Result } | { readonly error: unknown })[] = [];
    const runOnce = () => {
      if (runs.length > 0) return;
      try {
        runs.push({ result: code() });
      } catch (error) {
        runs.push({ error });
      }
    };
    attempt(() => this.traced.run(runOnce), this.report);
    // A tracer that fails may not have run the code.
    runOnce();
    const [run] = runs;
    if (run !== undefined && 'result' in run) return run.result;
    throw run?.error;
  }

  get logFields(): Readonly<Record<string, string>> | undefined {
    return attempt(() => this.traced.logFields, this.report);
  }
}

class Handler extends Span<HandlerTrace> implements SafeHandlerTrace {
  end(succeeded: boolean, error: unknown): void {
    attempt(() => this.traced.end(succeeded, error), this.report);
  }
}

class Trace extends Span<DeliveryTrace> implements SafeTrace {
  get stored(): string | undefined {
    const stored = attempt(() => this.traced.stored, this.report);
    return stored !== undefined && storable.test(stored) ? stored : undefined;
  }

  handler(name: string): SafeHandlerTrace | undefined {
    const handler = attempt(() => this.traced.handler(name), this.report);
    return handler && new Handler(handler, this.report);
  }

  end(outcome: Outcome, details: TraceDetails): void {
    attempt(() => this.traced.end(outcome, details), this.report);
  }
}

const storable = /^[\x20-\x7e]{1,1000}$/;

function attempt<Value>(call: () => Value, report: (error: unknown) => void): Value | undefined {
  try {
    return call();
  } catch (error) {
    report(error);
    return undefined;
  }
}
